package io.microspring.samples.test;

import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GreeterOnConsulTest {

	@RegisterExtension
	static final ExternalServer SERVER = new ExternalServer(ServerRecipe.consul());

	@Test
	void clientFindsTheGreeter() {
		GreeterOnRegistry.assertThatTheyMeet("--micro.registry.type=consul",
				"--micro.registry.address=" + SERVER.address());
	}

}
