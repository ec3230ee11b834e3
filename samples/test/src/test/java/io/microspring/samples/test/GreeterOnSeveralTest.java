package io.microspring.samples.test;

import java.util.UUID;

import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GreeterOnSeveralTest {

	@RegisterExtension
	static final ExternalServer SERVER = new ExternalServer(ServerRecipe.etcd());

	@Test
	void clientFindsTheGreeter() {
		GreeterOnRegistry.assertThatTheyMeet("--micro.registry.type=mdns,etcd",
				"--micro.registry.etcd.address=" + SERVER.address(),
				"--micro.registry.mdns.domain=samples-" + UUID.randomUUID());
	}

}
