package io.microspring.samples.test;

import java.util.Map;

import io.microspring.samples.polyglot.PolyglotApplication;
import io.microspring.samples.studentpublisher.StudentPublisherApplication;
import io.microspring.test.process.JavaProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

import static org.assertj.core.api.Assertions.assertThat;

class StudentOnKafkaTest {

	private static EmbeddedKafkaBroker kafka;

	@BeforeAll
	static void start() {
		kafka = new EmbeddedKafkaKraftBroker(1, 1).brokerProperties(Map.of("group.initial.rebalance.delay.ms", "0"));
		kafka.afterPropertiesSet();
	}

	@AfterAll
	static void stop() {
		kafka.destroy();
	}

	@Test
	void studentsArrive() {
		StudentOnBroker.assertThatStudentsArrive("--micro.broker.type=kafka",
				"--micro.broker.address=" + kafka.getBrokersAsString());
	}

	@Test
	void whatOneBrokerBringsIsNotedByAnother() {
		try (Neighbourhood neighbourhood = new Neighbourhood()) {
			JavaProcess polyglot = neighbourhood.start(PolyglotApplication.class,
					"--micro.broker.named.audit.type=kafka",
					"--micro.broker.named.audit.address=" + kafka.getBrokersAsString());
			neighbourhood.start(StudentPublisherApplication.class);

			assertThat(polyglot.awaitLine("winyh")).isEqualTo("winyh enrolled, noted by polyglot on kafka");
		}
	}

}
