package io.microspring.plugins.broker.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** How messages stand in records, seen by Kafka's own clients. */
class KafkaRecordsTest {

	@RegisterExtension
	static final EmbeddedKafka KAFKA = new EmbeddedKafka();

	private static final Message MESSAGE = new Message(Metadata.of("Micro-Id", "42", "Content-Type", "text/plain"),
			bytes("grüße"));

	private final String topic = "records-" + UUID.randomUUID();

	@Test
	void messageIsTheEnvelopeOfGoWithoutKeyAndHeaders() {
		try (KafkaBroker broker = new KafkaBroker(KAFKA.options())) {
			broker.publish(this.topic, MESSAGE);
		}
		ConsumerRecord<byte[], byte[]> record = records(1).get(0);
		assertThat(record.key()).isNull();
		assertThat(record.headers()).isEmpty();
		assertThat(new String(record.value(), StandardCharsets.UTF_8))
			.isEqualTo("{\"Header\":{\"Content-Type\":\"text/plain\",\"Micro-Id\":\"42\"},\"Body\":\"Z3LDvMOfZQ==\"}");
	}

	@Test
	void rawMessageIsTheBodyWithKafkaHeaders() {
		try (KafkaBroker broker = new KafkaBroker(KAFKA.options().withRaw(true))) {
			broker.publish(this.topic, MESSAGE);
		}
		ConsumerRecord<byte[], byte[]> record = records(1).get(0);
		assertThat(record.key()).isNull();
		assertThat(record.value()).isEqualTo(bytes("grüße"));
		assertThat(record.headers()).containsExactly(new RecordHeader("Micro-Id", bytes("42")),
				new RecordHeader("Content-Type", bytes("text/plain")));
	}

	@Test
	void keyOfAMessageIsTheKeyOfItsRecord() {
		Message keyed = MESSAGE.withHeader(Headers.KEY, "größe-7");
		try (KafkaBroker broker = new KafkaBroker(KAFKA.options())) {
			broker.publish(this.topic, keyed);
			broker.publish(this.topic, keyed);
		}
		try (KafkaBroker broker = new KafkaBroker(KAFKA.options().withRaw(true))) {
			broker.publish(this.topic, keyed);
		}
		List<ConsumerRecord<byte[], byte[]>> records = records(3);
		assertThat(records).allSatisfy((record) -> assertThat(record.key()).isEqualTo(bytes("größe-7")));
		assertThat(records).extracting(ConsumerRecord::partition).containsOnly(records.get(0).partition());
		assertThat(new String(records.get(0).value(), StandardCharsets.UTF_8)).contains("\"Micro-Key\":\"größe-7\"");
		assertThat(records.get(2).headers()).extracting(Header::key)
			.containsExactlyInAnyOrder("Micro-Id", "Content-Type");
	}

	@Test
	void recordsOfOthersAreReadRaw() throws Exception {
		List<Event> received = new CopyOnWriteArrayList<>();
		try (KafkaBroker broker = new KafkaBroker(KAFKA.options().withRaw(true))) {
			broker.subscribe(this.topic, SubscribeOptions.defaults(), received::add);
			send(new ProducerRecord<>(this.topic, 0, bytes("key"), bytes("value"),
					List.of(new RecordHeader("a", bytes("1")), new RecordHeader("a", bytes("2")),
							new RecordHeader("b", null))));
			send(new ProducerRecord<>(this.topic, 0, bytes("key"), null));
			send(new ProducerRecord<>(this.topic, 0, new byte[] { (byte) 0xff }, null));
			eventually().until(() -> received.size() == 3);
		}
		assertThat(received).extracting(Event::message)
			.containsExactly(new Message(Metadata.of("a", "2", "b", "", "Micro-Key", "key"), bytes("value")),
					Message.of(Metadata.of("Micro-Key", "key")), Message.of(Metadata.empty()));
	}

	@Test
	void recordThatIsNoEnvelopeGoesToTheDeadLetterTopicAtOnce() throws Exception {
		List<Event> received = new CopyOnWriteArrayList<>();
		List<Event> dead = new CopyOnWriteArrayList<>();
		try (KafkaBroker broker = new KafkaBroker(KAFKA.options().withMaxMessageSize(1000))) {
			broker.subscribe(this.topic + ".dead", SubscribeOptions.defaults(), dead::add);
			broker.subscribe(this.topic, SubscribeOptions.defaults().withDeadLetter(this.topic + ".dead"),
					received::add);
			send(new ProducerRecord<>(this.topic, 1, null, bytes("{\"Header\":7}")));
			send(new ProducerRecord<>(this.topic, 1, null, null));
			send(new ProducerRecord<>(this.topic, 1, null, new byte[1001]));
			send(new ProducerRecord<>(this.topic, 1, null, bytes("{\"Body\":\"b2s=\"}")));
			eventually().until(() -> received.size() == 1);
			eventually().until(() -> dead.size() == 3);
			assertThat(received.get(0).message().body()).isEqualTo(bytes("ok"));
		}
		// Which partition a dead letter takes is left to chance, and so is their order.
		assertThat(dead).extracting((event) -> event.message().header(Headers.DEAD_LETTER_REASON))
			.anyMatch((reason) -> reason.contains("Not a message envelope: Header is"))
			.anyMatch((reason) -> reason.contains("a value of 1001 bytes is larger than the 1000 allowed")
					&& reason.contains("its 1001 bytes are left out"));
		assertThat(dead).extracting((event) -> event.message().body())
			.containsExactlyInAnyOrder(bytes("{\"Header\":7}"), new byte[0], new byte[0]);
	}

	@Test
	void messageThatIsTooLargeIsRefused() {
		byte[] body = new byte[1000];
		Arrays.fill(body, (byte) 'x');
		try (KafkaBroker broker = new KafkaBroker(KAFKA.options().withMaxMessageSize(1000))) {
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> broker.publish(this.topic, new Message(Metadata.empty(), body)))
				.withMessageContaining(this.topic)
				.withMessageContaining("larger than the 1000 allowed");
		}
	}

	@Test
	void messageThatIsTooLargeForKafkaIsRefused() {
		try (KafkaBroker broker = new KafkaBroker(KAFKA.options().withRaw(true).withMaxMessageSize(16 * 1024 * 1024))) {
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> broker.publish(this.topic, new Message(Metadata.empty(), new byte[9 * 1024 * 1024])))
				.withMessageContaining("kafka at " + KAFKA.address() + " did not take a message for " + this.topic);
		}
	}

	private List<ConsumerRecord<byte[], byte[]>> records(int count) {
		List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
		try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
				Map.of("bootstrap.servers", KAFKA.address(), "auto.offset.reset", "earliest"),
				new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
			List<TopicPartition> partitions = consumer.partitionsFor(this.topic)
				.stream()
				.map((partition) -> new TopicPartition(partition.topic(), partition.partition()))
				.toList();
			assertThat(partitions).hasSize(EmbeddedKafka.PARTITIONS);
			consumer.assign(partitions);
			eventually().until(() -> {
				consumer.poll(Duration.ofMillis(100)).forEach(records::add);
				return records.size() >= count;
			});
		}
		return records;
	}

	private static void send(ProducerRecord<byte[], byte[]> record) throws Exception {
		try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", KAFKA.address()),
				new ByteArraySerializer(), new ByteArraySerializer())) {
			producer.send(record).get();
		}
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

}
