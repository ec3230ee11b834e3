package io.microspring.samples.test;

import java.util.Map;

import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class StudentOnMqttTest {

	@RegisterExtension
	static final ExternalServer MOSQUITTO = new ExternalServer(
			ServerRecipe.mosquitto("allow_anonymous true", Map.of()));

	@Test
	void studentsArrive() {
		StudentOnBroker.assertThatStudentsArrive("--micro.broker.type=mqtt",
				"--micro.broker.address=" + MOSQUITTO.address());
	}

}
