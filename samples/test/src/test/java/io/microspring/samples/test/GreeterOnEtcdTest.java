package io.microspring.samples.test;

import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GreeterOnEtcdTest {

	@RegisterExtension
	static final ExternalServer SERVER = new ExternalServer(ServerRecipe.etcd());

	@Test
	void clientFindsTheGreeter() {
		GreeterOnRegistry.assertThatTheyMeet("--micro.registry.type=etcd",
				"--micro.registry.address=" + SERVER.address());
	}

}
