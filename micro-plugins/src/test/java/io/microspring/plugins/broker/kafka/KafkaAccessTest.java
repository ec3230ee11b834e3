package io.microspring.plugins.broker.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.test.JaasUtils;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A Kafka with users, by SASL/PLAIN, of whom one may do everything and one nothing. */
class KafkaAccessTest {

	private static final SubscribeOptions QUEUE = SubscribeOptions.defaults().withQueue("q");

	private static KafkaClusterTestKit kafka;

	@BeforeAll
	static void start() throws Exception {
		kafka = new KafkaClusterTestKit.Builder(new TestKitNodes.Builder().setCombined(true)
			.setNumControllerNodes(1)
			.setNumBrokerNodes(1)
			.setBrokerSecurityProtocol(SecurityProtocol.SASL_PLAINTEXT)
			.setControllerSecurityProtocol(SecurityProtocol.SASL_PLAINTEXT)
			.build()).setConfigProp("offsets.topic.replication.factor", "1")
			.setConfigProp("group.initial.rebalance.delay.ms", "0")
			.build();
		kafka.format();
		kafka.startup();
		kafka.waitForReadyBrokers();
	}

	@AfterAll
	static void stop() throws Exception {
		kafka.close();
	}

	@Test
	void userWithRightsIsLetIn() {
		try (KafkaBroker broker = broker(JaasUtils.KAFKA_PLAIN_ADMIN, JaasUtils.KAFKA_PLAIN_ADMIN_PASSWORD)) {
			List<Event> received = new CopyOnWriteArrayList<>();
			broker.subscribe("open", QUEUE, received::add);
			broker.publish("open", message());
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> received.size() == 1);
		}
	}

	@Test
	void wrongPasswordIsSaidAndNotShownAndNotTriedAgain() {
		double before = refusals();
		try (KafkaBroker broker = broker(JaasUtils.KAFKA_PLAIN_ADMIN, "wrong-one")) {
			assertDenied(broker::connect, "does not let us in: Authentication failed");
			assertDenied(() -> broker.publish("open", message()), "does not let us in: Authentication failed");
			assertDenied(() -> broker.subscribe("open", QUEUE, (event) -> {
			}), "does not let us in: Authentication failed");
			assertThat(broker.health().detail()).contains("does not let us in").doesNotContain("wrong-one");
			// Each of the four has asked once, or once more while it was being closed.
			Awaitility.await()
				.during(Duration.ofSeconds(2))
				.atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(refusals() - before).isBetween(4.0, 8.0));
		}
	}

	@Test
	void whatAUserMayNotDoIsSaid() {
		try (KafkaBroker broker = broker(JaasUtils.KAFKA_PLAIN_USER1, JaasUtils.KAFKA_PLAIN_USER1_PASSWORD)) {
			assertDenied(() -> broker.publish("open", message()), "did not take a message for open: ");
			assertDenied(() -> broker.subscribe("open", QUEUE, (event) -> {
			}), "did not let group q subscribe to open: ");
		}
	}

	private static void assertDenied(ThrowingCallable asking, String told) {
		assertThatExceptionOfType(BrokerException.class).isThrownBy(asking)
			.matches(BrokerException::isDenied)
			.withMessageContaining("kafka at " + kafka.bootstrapServers() + " " + told)
			.withMessageNotContaining("wrong-one")
			.withMessageNotContaining(JaasUtils.KAFKA_PLAIN_USER1_PASSWORD);
	}

	/** How often Kafka has let somebody not in. */
	private static double refusals() {
		return kafka.brokers()
			.values()
			.stream()
			.flatMap((server) -> server.metrics().metrics().entrySet().stream())
			.filter((metric) -> metric.getKey().name().equals("failed-authentication-total"))
			.map(Map.Entry::getValue)
			.map(Metric::metricValue)
			.mapToDouble((value) -> (Double) value)
			.sum();
	}

	private static KafkaBroker broker(String user, String password) {
		return new KafkaBroker(KafkaOptions.defaults()
			.withAddress(kafka.bootstrapServers())
			.withTimeout(Duration.ofSeconds(10))
			.withProperties(Map.of("security.protocol", "SASL_PLAINTEXT", "sasl.mechanism", "PLAIN", "sasl.jaas.config",
					"org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + user
							+ "\" password=\"" + password + "\";")));
	}

	private static Message message() {
		return Message.of(Metadata.empty());
	}

}
