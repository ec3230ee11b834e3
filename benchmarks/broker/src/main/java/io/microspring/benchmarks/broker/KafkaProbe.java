package io.microspring.benchmarks.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.microspring.benchmarks.Probe;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.broker.kafka.KafkaBroker;
import io.microspring.plugins.broker.kafka.KafkaOptions;

/**
 * Our Kafka broker beside plain kafka-clients, with Kafka in a process of its own: 16
 * publishers that wait until Kafka has what they sent, and one subscriber. The variant is
 * {@code envelope}, as go-micro has it, or {@code raw}.
 */
public final class KafkaProbe implements Probe {

	private static final int PUBLISHERS = 16;

	private static final byte[] BODY = new byte[100];

	private final List<AutoCloseable> parts = new ArrayList<>();

	private final Meter ours = new Meter();

	private final Meter plain = new Meter();

	private final ExecutorService publishers = Executors.newFixedThreadPool(PUBLISHERS, (task) -> {
		Thread thread = new Thread(task, "publisher");
		thread.setDaemon(true);
		return thread;
	});

	private String row = "";

	private Runnable publishOurs = () -> {
	};

	private Runnable publishPlain = () -> {
	};

	private volatile boolean running;

	@Override
	public void warm(String variant) throws Exception {
		this.row = "broker-kafka-" + variant;
		KafkaProcess kafka = KafkaProcess.start();
		KafkaBroker broker = new KafkaBroker(KafkaOptions.defaults()
			.withAddress(kafka.address())
			.withRaw(variant.equals("raw"))
			.withProperties(Map.of("heartbeat.interval.ms", "200")));
		PlainKafka clients = new PlainKafka(kafka.address(), "bench.plain", this.plain);
		this.parts.addAll(List.of(clients, broker, kafka));
		broker.subscribe("bench.ours", SubscribeOptions.defaults(), (event) -> this.ours.count());
		Message message = new Message(Metadata.of("Content-Type", "application/octet-stream"), BODY);
		this.publishOurs = () -> broker.publish("bench.ours", message);
		this.publishPlain = () -> clients.publish(BODY);
		for (int i = 0; i < 5; i++) {
			run((row, metric, value) -> {
			}, 1500);
		}
	}

	@Override
	public void measure(Figures figures) throws Exception {
		run(figures, 2000);
	}

	/**
	 * In any order: Kafka and its clients get faster for as long as they run, so whoever
	 * always comes second is ahead.
	 */
	private void run(Figures figures, long millis) throws InterruptedException {
		boolean oursFirst = ThreadLocalRandom.current().nextBoolean();
		for (boolean ofOurs : new boolean[] { oursFirst, !oursFirst }) {
			if (ofOurs) {
				run(figures, millis, this.row, this.ours, this.publishOurs);
			}
			else {
				run(figures, millis, "plain-kafka", this.plain, this.publishPlain);
			}
		}
	}

	private void run(Figures figures, long millis, String name, Meter meter, Runnable publish)
			throws InterruptedException {
		this.running = true;
		for (int i = 0; i < PUBLISHERS; i++) {
			this.publishers.execute(() -> {
				while (this.running) {
					publish.run();
				}
			});
		}
		TimeUnit.MILLISECONDS.sleep(100);
		meter.report(figures, name, millis);
		this.running = false;
		TimeUnit.MILLISECONDS.sleep(100);
	}

	@Override
	public void close() throws Exception {
		this.publishers.shutdownNow();
		for (AutoCloseable part : this.parts) {
			part.close();
		}
	}

}
