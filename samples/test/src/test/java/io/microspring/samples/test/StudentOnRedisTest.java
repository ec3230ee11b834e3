package io.microspring.samples.test;

import java.util.Map;

import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class StudentOnRedisTest {

	@RegisterExtension
	static final ExternalServer REDIS = new ExternalServer(ServerRecipe.redis("", Map.of()));

	@Test
	void studentsArrive() {
		StudentOnBroker.assertThatStudentsArrive("--micro.broker.type=redis",
				"--micro.broker.address=" + REDIS.address());
	}

}
