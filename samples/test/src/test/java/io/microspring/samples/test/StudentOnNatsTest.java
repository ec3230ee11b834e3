package io.microspring.samples.test;

import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class StudentOnNatsTest {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(ServerRecipe.nats(""));

	@Test
	void studentsArrive() {
		StudentOnBroker.assertThatStudentsArrive("--micro.broker.type=nats",
				"--micro.broker.address=" + NATS.address());
	}

}
