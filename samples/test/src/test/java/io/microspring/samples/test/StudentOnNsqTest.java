package io.microspring.samples.test;

import java.util.Map;

import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class StudentOnNsqTest {

	@RegisterExtension
	static final ExternalServer NSQD = new ExternalServer(ServerRecipe.nsqd(Map.of()));

	@Test
	void studentsArrive() {
		StudentOnBroker.assertThatStudentsArrive("--micro.broker.type=nsq", "--micro.broker.address=" + NSQD.address());
	}

}
