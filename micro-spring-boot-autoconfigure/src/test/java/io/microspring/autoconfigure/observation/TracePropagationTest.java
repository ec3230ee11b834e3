package io.microspring.autoconfigure.observation;

import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/**
 * A trace goes on from service to service, in the metadata of calls and messages.
 */
class TracePropagationTest extends TraceFixture {

	private static EmbeddedKafkaBroker kafka;

	@BeforeAll
	static void startKafka() {
		kafka = new EmbeddedKafkaKraftBroker(1, 1).brokerProperties(Map.of("group.initial.rebalance.delay.ms", "0"));
		kafka.afterPropertiesSet();
	}

	@AfterAll
	static void stopKafka() {
		kafka.destroy();
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "http", "kafka" })
	void aTraceTravelsThroughNestedCallsAndMessages(String broker) {
		String address = broker.equals("kafka") ? kafka.getBrokersAsString() : "";
		assertThatATraceTravelsThroughNestedCallsAndMessages("micro.broker.type=" + broker,
				"micro.broker.address=" + address);
	}

}
