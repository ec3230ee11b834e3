package io.microspring.samples.test;

import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GreeterOnNatsTest {

	@RegisterExtension
	static final ExternalServer SERVER = new ExternalServer(ServerRecipe.nats(""));

	@Test
	void clientFindsTheGreeter() {
		GreeterOnRegistry.assertThatTheyMeet("--micro.registry.type=nats",
				"--micro.registry.address=" + SERVER.address());
	}

}
