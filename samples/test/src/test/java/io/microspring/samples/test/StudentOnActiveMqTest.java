package io.microspring.samples.test;

import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;

/**
 * ActiveMQ Classic, whose connection factory is Boot's business in an application: here
 * it is made by hand.
 */
class StudentOnActiveMqTest {

	private static final BrokerService ACTIVEMQ = new BrokerService();

	@BeforeAll
	static void start() throws Exception {
		ACTIVEMQ.setPersistent(false);
		ACTIVEMQ.setUseJmx(false);
		ACTIVEMQ.addConnector("tcp://127.0.0.1:0");
		ACTIVEMQ.start();
		ACTIVEMQ.waitUntilStarted();
	}

	@AfterAll
	static void stop() throws Exception {
		ACTIVEMQ.stop();
	}

	@Test
	void studentsArrive() {
		StudentOnBroker.assertThatStudentsArrive("--micro.broker.type=jms",
				"--spring.main.sources=" + Connections.class.getName(),
				"--test.activemq=" + ACTIVEMQ.getTransportConnectorURIsAsMap().values().iterator().next());
	}

	/** Beans of the sample's application. */
	static class Connections {

		@Bean
		ActiveMQConnectionFactory connections(@Value("${test.activemq}") String address) {
			return new ActiveMQConnectionFactory(address);
		}

	}

}
