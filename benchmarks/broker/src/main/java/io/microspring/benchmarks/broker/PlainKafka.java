package io.microspring.benchmarks.broker;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;

import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's own clients with the settings of our broker where those are not the defaults:
 * no lingering, any partition, a publisher that waits.
 */
final class PlainKafka implements AutoCloseable {

	private final String topic;

	private final KafkaProducer<byte[], byte[]> producer;

	private final KafkaConsumer<byte[], byte[]> consumer;

	private final Meter meter;

	private final int partitions;

	private final Thread thread;

	PlainKafka(String address, String topic, Meter meter) {
		this.topic = topic;
		this.meter = meter;
		this.producer = new KafkaProducer<>(Map.of("bootstrap.servers", address, "linger.ms", 0),
				new ByteArraySerializer(), new ByteArraySerializer());
		this.partitions = this.producer.partitionsFor(topic).size();
		this.consumer = new KafkaConsumer<>(
				Map.of("bootstrap.servers", address, "group.id", "plain", "heartbeat.interval.ms", 200),
				new ByteArrayDeserializer(), new ByteArrayDeserializer());
		this.thread = new Thread(this::consume, "plain-consumer");
		this.thread.setDaemon(true);
		this.thread.start();
	}

	void publish(byte[] body) {
		try {
			int partition = ThreadLocalRandom.current().nextInt(this.partitions);
			this.producer.send(new ProducerRecord<byte[], byte[]>(this.topic, partition, null, body)).get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void consume() {
		try (KafkaConsumer<byte[], byte[]> open = this.consumer) {
			open.subscribe(List.of(this.topic));
			while (true) {
				open.poll(Duration.ofMillis(500)).forEach((record) -> this.meter.count());
			}
		}
		catch (WakeupException ex) {
			// closed
		}
	}

	@Override
	public void close() throws InterruptedException {
		this.consumer.wakeup();
		this.thread.join(5000);
		this.producer.close(Duration.ofSeconds(5));
	}

}
