package io.microspring.samples.test;

import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StudentOnArtemisTest {

	private static final int PORT = GreeterOnRegistry.freePort();

	private static final EmbeddedActiveMQ ARTEMIS = new EmbeddedActiveMQ();

	@BeforeAll
	static void start() throws Exception {
		ARTEMIS.setConfiguration(new ConfigurationImpl().setPersistenceEnabled(false)
			.setSecurityEnabled(false)
			.setJMXManagementEnabled(false)
			.addAcceptorConfiguration("core", "tcp://127.0.0.1:" + PORT));
		ARTEMIS.start();
	}

	@AfterAll
	static void stop() throws Exception {
		ARTEMIS.stop();
	}

	@Test
	void studentsArrive() {
		StudentOnBroker.assertThatStudentsArrive("--micro.broker.type=jms", "--micro.broker.address=127.0.0.1:" + PORT);
	}

}
