package io.microspring.plugins.broker.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.microspring.broker.BrokerFeature;
import io.microspring.broker.Envelope;
import io.microspring.broker.Event;
import io.microspring.broker.RetryOptions;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * In what order messages are handled, and what comes of other producers' transactions.
 */
class KafkaOrderTest {

	@RegisterExtension
	static final EmbeddedKafka KAFKA = new EmbeddedKafka();

	private static final SubscribeOptions EIGHT = SubscribeOptions.defaults()
		.withConcurrency(8)
		.withRetry(RetryOptions.defaults().withBackoff((attempt) -> Duration.ofMillis(30)));

	private final String topic = "order-" + UUID.randomUUID();

	private final Map<String, List<String>> handled = new ConcurrentHashMap<>();

	private final AtomicInteger now = new AtomicInteger();

	private final AtomicInteger most = new AtomicInteger();

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
	void messagesOfOneKeyStayInOrderThoughSeveralAreHandledAtOnce() {
		this.broker.subscribe(this.topic, EIGHT, this::handle);
		for (int i = 0; i < 100; i++) {
			this.broker.publish(this.topic, message(i).withHeader(Headers.KEY, "key-" + i % 5));
		}
		assertInOrder();
	}

	@Test
	void messagesThatSomebodyElsePublishesWithAKeyStayInItsOrder() throws Exception {
		this.broker.subscribe(this.topic, EIGHT, this::handle);
		try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
			for (int i = 0; i < 100; i++) {
				producer.send(new ProducerRecord<>(this.topic, bytes("key-" + i % 5), Envelope.encode(message(i))))
					.get();
			}
		}
		assertInOrder();
	}

	@Test
	void whatOnePublisherPublishesStaysInOrderWhereThatIsAskedFor() {
		List<Event> received = new CopyOnWriteArrayList<>();
		try (KafkaBroker ordered = new KafkaBroker(KAFKA.options().withOrdered(true))) {
			assertThat(ordered.features()).contains(BrokerFeature.ORDER);
			assertThat(this.broker.features()).doesNotContain(BrokerFeature.ORDER);
			ordered.subscribe(this.topic, SubscribeOptions.defaults(), received::add);
			for (int i = 0; i < 100; i++) {
				ordered.publish(this.topic, message(i));
			}
			eventually().untilAsserted(() -> assertThat(received).hasSize(100));
		}
		assertThat(received).extracting(KafkaOrderTest::body)
			.containsExactlyElementsOf(IntStream.range(0, 100).mapToObj(String::valueOf).toList());
	}

	@Test
	void messagesThatWereTakenBackDoNotArrive() throws Exception {
		List<Event> received = new CopyOnWriteArrayList<>();
		this.broker.subscribe(this.topic, SubscribeOptions.defaults(), received::add);
		try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", this.topic))) {
			producer.initTransactions();
			producer.beginTransaction();
			producer.send(new ProducerRecord<>(this.topic, 0, null, Envelope.encode(message(1)))).get();
			producer.abortTransaction();
			producer.beginTransaction();
			producer.send(new ProducerRecord<>(this.topic, 0, null, Envelope.encode(message(2)))).get();
			producer.commitTransaction();
		}
		eventually().untilAsserted(() -> assertThat(received).extracting(KafkaOrderTest::body).containsExactly("2"));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> KAFKA.options().withProperties(Map.of("transactional.id", "own")))
			.withMessageContaining("without transactions");
	}

	private void handle(Event event) throws Exception {
		this.most.accumulateAndGet(this.now.incrementAndGet(), Math::max);
		try {
			new CountDownLatch(1).await(ThreadLocalRandom.current().nextInt(1, 20), TimeUnit.MILLISECONDS);
			if (body(event).endsWith("7") && event.attempt() == 1) {
				throw new IllegalStateException("thrown by a handler, on purpose");
			}
			this.handled
				.computeIfAbsent(String.valueOf(event.message().header(Headers.KEY)),
						(key) -> new CopyOnWriteArrayList<>())
				.add(body(event));
		}
		finally {
			this.now.decrementAndGet();
		}
	}

	private void assertInOrder() {
		eventually()
			.untilAsserted(() -> assertThat(this.handled.values().stream().mapToInt(List::size).sum()).isEqualTo(100));
		List<String> keys = new ArrayList<>(this.handled.keySet());
		assertThat(keys).containsExactlyInAnyOrder("key-0", "key-1", "key-2", "key-3", "key-4");
		for (int k = 0; k < 5; k++) {
			int rest = k;
			assertThat(this.handled.get("key-" + k)).containsExactlyElementsOf(
					IntStream.range(0, 100).filter((i) -> i % 5 == rest).mapToObj(String::valueOf).toList());
		}
		assertThat(this.most).as("handled at once").hasValueBetween(2, 5);
	}

	private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
		Map<String, Object> properties = new HashMap<>(more);
		properties.put("bootstrap.servers", KAFKA.address());
		return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
	}

	private static Message message(int i) {
		return new Message(Metadata.empty(), bytes(String.valueOf(i)));
	}

	private static String body(Event event) {
		return new String(event.message().body(), StandardCharsets.UTF_8);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

}
