package io.microspring.plugins.broker.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import io.microspring.broker.AckMode;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.RetryOptions;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.health.HealthReport;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Which messages come, come again and do not, and what is said when Kafka is away. */
class KafkaDeliveryTest {

	@RegisterExtension
	static final EmbeddedKafka KAFKA = new EmbeddedKafka();

	private static final SubscribeOptions QUEUE = SubscribeOptions.defaults().withQueue("q");

	private final String topic = "delivery-" + UUID.randomUUID();

	private KafkaBroker broker;

	@BeforeEach
	void open() {
		this.broker = new KafkaBroker(KAFKA.options());
	}

	@AfterEach
	void close() {
		this.broker.close();
	}

	@Test
	void whatAQueueMissedComesWhenAMemberIsBack() {
		this.broker.subscribe(this.topic, QUEUE, (event) -> {
		}).close();
		publish(0, 3);
		List<Event> received = subscribe(QUEUE);
		awaitBodies(received, "0", "1", "2");
	}

	@Test
	void whatWasHandledDoesNotComeAgain() {
		List<Event> first = new CopyOnWriteArrayList<>();
		Subscription subscription = this.broker.subscribe(this.topic, QUEUE.withRetry(RetryOptions.none()), (event) -> {
			first.add(event);
			throw new IllegalStateException("thrown by a handler, on purpose");
		});
		publish(0, 3);
		awaitBodies(first, "0", "1", "2");
		subscription.close();
		List<Event> second = subscribe(QUEUE);
		publish(3, 4);
		awaitBodies(second, "3");
	}

	@Test
	void whatIsNotAcknowledgedComesAgain() {
		List<Event> first = new CopyOnWriteArrayList<>();
		Subscription subscription = this.broker.subscribe(this.topic, QUEUE.withAck(AckMode.MANUAL), first::add);
		publish(0, 3);
		awaitBodies(first, "0", "1", "2");
		subscription.close();
		List<Event> second = new CopyOnWriteArrayList<>();
		subscription = this.broker.subscribe(this.topic, QUEUE.withAck(AckMode.MANUAL), (event) -> {
			second.add(event);
			event.ack();
		});
		awaitBodies(second, "0", "1", "2");
		subscription.close();
		List<Event> third = subscribe(QUEUE);
		publish(3, 4);
		awaitBodies(third, "3");
	}

	@Test
	void acknowledgingALaterMessageLeavesTheEarlierOneOpen() {
		List<Event> first = new CopyOnWriteArrayList<>();
		Subscription subscription = this.broker.subscribe(this.topic, QUEUE.withAck(AckMode.MANUAL), first::add);
		// Enough for one partition to have two of them.
		publish(0, EmbeddedKafka.PARTITIONS + 1);
		eventually().until(() -> first.size() == EmbeddedKafka.PARTITIONS + 1);
		first.subList(1, first.size()).forEach(Event::ack);
		subscription.close();
		assertThat(bodies(first)).hasSize(EmbeddedKafka.PARTITIONS + 1);
		List<Event> second = subscribe(QUEUE);
		eventually().untilAsserted(() -> assertThat(bodies(second)).contains(bodies(first).get(0)));
	}

	@Test
	void tooManyMessagesNotAcknowledgedStopTheFlowUntilTheyAre() {
		List<Event> received = new CopyOnWriteArrayList<>();
		this.broker.subscribe(this.topic, QUEUE.withAck(AckMode.MANUAL), received::add);
		publish(0, 1000);
		eventually().until(() -> received.size() == 1000);
		publish(1000, 1010);
		eventually().during(Duration.ofSeconds(1)).untilAsserted(() -> assertThat(received).hasSizeBetween(1000, 1010));
		int held = received.size();
		received.forEach(Event::ack);
		eventually().untilAsserted(() -> assertThat(received).hasSize(1010));
		assertThat(held).isLessThan(1010);
	}

	@Test
	void handlerMayEndItsOwnSubscription() {
		AtomicReference<Subscription> own = new AtomicReference<>();
		List<Event> received = new CopyOnWriteArrayList<>();
		own.set(this.broker.subscribe(this.topic, SubscribeOptions.defaults(), (event) -> {
			received.add(event);
			own.get().close();
		}));
		publish(0, 3);
		eventually().until(() -> received.size() == 1);
		eventually().until(() -> threads(this.topic).isEmpty());
		assertThat(received).hasSize(1);
	}

	@Test
	void closingLeavesNeitherThreadsNorGroupsOfOneBehind() throws Exception {
		this.broker.subscribe(this.topic, SubscribeOptions.defaults(), (event) -> {
		});
		assertThat(threads(this.topic)).isNotEmpty();
		try (Admin admin = Admin.create(Map.of("bootstrap.servers", KAFKA.address()))) {
			assertThat(groupsOfOne(admin)).hasSize(1);
			this.broker.close();
			eventually().untilAsserted(() -> assertThat(groupsOfOne(admin)).isEmpty());
		}
		assertThat(threads(this.topic)).isEmpty();
	}

	@Test
	void topicThatKafkaRefusesIsNamed() {
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> publish("no topic", 0, 1))
			.withMessageContaining("a topic of Kafka has")
			.withMessageContaining("'no topic' is none");
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> this.broker.subscribe("no/topic", QUEUE, (event) -> {
			}))
			.withMessageContaining("'no/topic' is none");
	}

	@Test
	void unreachableKafkaIsNamedInTime() {
		try (KafkaBroker unreachable = new KafkaBroker(
				KafkaOptions.defaults().withAddress("127.0.0.1:1").withTimeout(Duration.ofMillis(500)))) {
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThatExceptionOfType(BrokerException.class).isThrownBy(unreachable::connect)
					.withMessageContaining("kafka at 127.0.0.1:1 cannot be reached within 500 ms"));
			assertThat(unreachable.health().state()).isEqualTo(HealthReport.State.DOWN);
		}
	}

	@Test
	void addressThatCannotBeResolvedIsNamed() {
		try (KafkaBroker unreachable = new KafkaBroker(KafkaOptions.defaults().withAddress("no.such.host.invalid:1"))) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(unreachable::connect)
				.withMessageContaining("no.such.host.invalid:1");
		}
	}

	@Test
	void timesOfTheClientsMayBeLongerThanOurs() {
		Map<String, Object> longer = new HashMap<>(KAFKA.options().properties());
		longer.put("request.timeout.ms", "30000");
		longer.put("linger.ms", 5);
		try (KafkaBroker slow = new KafkaBroker(KAFKA.options().withProperties(longer))) {
			assertThatCode(() -> slow.publish(this.topic, new Message(Metadata.empty(), new byte[1])))
				.doesNotThrowAnyException();
		}
	}

	@Test
	void propertyThatTheClientsDoNotTakeIsNamedAndNotTriedAgain() {
		for (Map<String, String> wrong : List.of(Map.of("linger.ms", "soon"), Map.of("acks", "2 or 3"),
				Map.of("request.timeout.ms", "30000", "delivery.timeout.ms", "1000"))) {
			try (KafkaBroker misconfigured = new KafkaBroker(KAFKA.options().withProperties(wrong))) {
				assertThatExceptionOfType(BrokerException.class).isThrownBy(misconfigured::connect)
					.withMessageContaining("kafka at " + KAFKA.address() + " cannot be used with these properties")
					.withMessageContaining(wrong.containsKey("acks") ? "acks" : ".ms")
					.satisfies((failure) -> assertThat(failure.isRefused()).isTrue());
			}
		}
	}

	@Test
	void healthNamesTheNodes() {
		HealthReport health = this.broker.health();
		assertThat(health.state()).isEqualTo(HealthReport.State.UP);
		assertThat(health.detail()).contains(KAFKA.address()).contains("1 nodes");
	}

	@Test
	void valuesOfPropertiesAreNotShown() {
		assertThat(KafkaOptions.defaults().withProperties(Map.of("sasl.jaas.config", "secret")).toString())
			.contains("sasl.jaas.config")
			.doesNotContain("secret");
	}

	private List<Event> subscribe(SubscribeOptions options) {
		List<Event> received = new CopyOnWriteArrayList<>();
		this.broker.subscribe(this.topic, options, received::add);
		return received;
	}

	private void publish(int from, int to) {
		publish(this.topic, from, to);
	}

	private void publish(String to, int first, int end) {
		IntStream.range(first, end)
			.parallel()
			.mapToObj((i) -> new Message(Metadata.empty(), String.valueOf(i).getBytes(StandardCharsets.UTF_8)))
			.forEach((message) -> this.broker.publish(to, message));
	}

	private static void awaitBodies(List<Event> received, String... bodies) {
		eventually().untilAsserted(() -> assertThat(bodies(received)).containsExactlyInAnyOrder(bodies));
	}

	private static List<String> bodies(List<Event> events) {
		return events.stream().map((event) -> new String(event.message().body(), StandardCharsets.UTF_8)).toList();
	}

	private static List<String> threads(String topic) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			.filter((n) -> n.contains(topic))
			.toList();
	}

	private List<String> groupsOfOne(Admin admin) throws Exception {
		return admin.listGroups()
			.all()
			.get()
			.stream()
			.map(GroupListing::groupId)
			.filter((group) -> group.startsWith("micro-"))
			.toList();
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

}
