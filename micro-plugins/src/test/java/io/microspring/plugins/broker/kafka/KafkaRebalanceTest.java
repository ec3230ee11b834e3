package io.microspring.plugins.broker.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.microspring.broker.Event;
import io.microspring.broker.RetryOptions;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of messages when partitions go from one member of a queue to another. */
class KafkaRebalanceTest {

	@RegisterExtension
	static final EmbeddedKafka KAFKA = new EmbeddedKafka();

	private static final SubscribeOptions QUEUE = SubscribeOptions.defaults().withQueue("q");

	private final String topic = "rebalance-" + UUID.randomUUID();

	private final List<String> handled = new CopyOnWriteArrayList<>();

	private final List<KafkaBroker> brokers = new ArrayList<>();

	private KafkaBroker broker;

	@BeforeEach
	void open() {
		this.broker = broker(Map.of());
	}

	@AfterEach
	void close() {
		this.brokers.forEach(KafkaBroker::close);
	}

	@Test
	void membersThatComeAndGoLoseNothingAndHandleLittleTwice() {
		SubscribeOptions options = QUEUE
			.withRetry(RetryOptions.defaults().withBackoff((attempt) -> Duration.ofHours(1)));
		Set<String> failed = ConcurrentHashMap.newKeySet();
		Subscription leaving = this.broker.subscribe(this.topic, options, (event) -> {
			if (body(event).endsWith("5") && failed.add(body(event))) {
				throw new IllegalStateException("thrown by a handler, on purpose");
			}
			handle(event);
		});
		publish(0, 200);
		eventually().until(() -> failed.size() == 1);
		// What it has waits for an attempt in an hour, unless it lets go.
		broker(Map.of()).subscribe(this.topic, options, this::handle);
		eventually().until(() -> this.handled.size() >= 40);
		leaving.close();
		eventually()
			.untilAsserted(() -> assertThat(new TreeSet<>(this.handled)).hasSameElementsAs(texts(200)).hasSize(200));
		int twice = this.handled.size() - 200;
		System.getLogger(KafkaRebalanceTest.class.getName())
			.log(System.Logger.Level.INFO, "200 messages, {0} handled twice", twice);
		assertThat(twice).as("at the most what was being handled when members changed").isLessThanOrEqualTo(2);
		eventually().untilAsserted(() -> assertThat(committed()).isEqualTo(200));
	}

	@Test
	void memberThatIsSlowInItsHandlerStaysInItsGroup() throws Exception {
		CountDownLatch slow = new CountDownLatch(1);
		KafkaBroker patient = broker(Map.of("max.poll.interval.ms", "1500"));
		patient.subscribe(this.topic, QUEUE, (event) -> {
			if (this.handled.isEmpty()) {
				slow.await(4, TimeUnit.SECONDS);
			}
			this.handled.add(body(event));
		});
		List<String> before = members();
		publish(0, 300);
		eventually().untilAsserted(() -> assertThat(this.handled).hasSize(300));
		assertThat(members()).isEqualTo(before);
		assertThat(this.handled).doesNotHaveDuplicates();
	}

	@Test
	void lagIsThatOfThePartitionsThatAMemberHas() {
		CountDownLatch gate = new CountDownLatch(1);
		Map<String, String> properties = Map.of("max.poll.interval.ms", "2000");
		Subscription first = broker(properties).subscribe(this.topic, QUEUE,
				(event) -> gate.await(1, TimeUnit.MINUTES));
		publish(0, 300);
		eventually().untilAsserted(() -> assertThat(first.lag()).hasValue(300));
		Subscription second = broker(properties).subscribe(this.topic, QUEUE,
				(event) -> gate.await(1, TimeUnit.MINUTES));
		// One that was being handled when its partition went is with both.
		eventually().untilAsserted(() -> assertThat(lag(first, second)).isBetween(300L, 301L));
		assertThat(second.lag().orElseThrow()).isBetween(50L, 250L);
		publish(300, 400);
		eventually().untilAsserted(() -> assertThat(lag(first, second)).isBetween(400L, 401L));
		gate.countDown();
		eventually().untilAsserted(() -> assertThat(lag(first, second)).isZero());
	}

	private static long lag(Subscription first, Subscription second) {
		return first.lag().orElseThrow() + second.lag().orElseThrow();
	}

	/** Takes its time. */
	private void handle(Event event) throws InterruptedException {
		new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS);
		this.handled.add(body(event));
	}

	private KafkaBroker broker(Map<String, String> more) {
		Map<String, Object> properties = new HashMap<>(KAFKA.options().properties());
		properties.putAll(more);
		KafkaBroker made = new KafkaBroker(KAFKA.options().withProperties(properties));
		this.brokers.add(made);
		return made;
	}

	private void publish(int from, int to) {
		IntStream.range(from, to)
			.parallel()
			.mapToObj((i) -> new Message(Metadata.empty(), String.valueOf(i).getBytes(StandardCharsets.UTF_8)))
			.forEach((message) -> this.broker.publish(this.topic, message));
	}

	private long committed() throws Exception {
		try (Admin admin = Admin.create(Map.of("bootstrap.servers", KAFKA.address()))) {
			return admin.listConsumerGroupOffsets("q")
				.partitionsToOffsetAndMetadata()
				.get()
				.entrySet()
				.stream()
				.filter((place) -> place.getKey().topic().equals(this.topic))
				.mapToLong((place) -> place.getValue().offset())
				.sum();
		}
	}

	private List<String> members() throws Exception {
		try (Admin admin = Admin.create(Map.of("bootstrap.servers", KAFKA.address()))) {
			return admin.describeConsumerGroups(List.of("q"))
				.all()
				.get()
				.get("q")
				.members()
				.stream()
				.map(MemberDescription::consumerId)
				.toList();
		}
	}

	private static List<String> texts(int count) {
		return IntStream.range(0, count).mapToObj(String::valueOf).toList();
	}

	private static String body(Event event) {
		return new String(event.message().body(), StandardCharsets.UTF_8);
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(20));
	}

}
