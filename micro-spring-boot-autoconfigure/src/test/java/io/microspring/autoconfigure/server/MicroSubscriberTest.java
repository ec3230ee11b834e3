package io.microspring.autoconfigure.server;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.broker.AckMode;
import io.microspring.broker.Broker;
import io.microspring.broker.Event;
import io.microspring.client.Client;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.server.MicroHeader;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a method with the annotation asks for, it is given on every broker.
 */
class MicroSubscriberTest {

	private static final Metadata JSON = Metadata.of(Headers.CONTENT_TYPE, "application/json");

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
	void messagesAreTriedAgainBuriedAndTakenApart(String broker) {
		runner(broker).withUserConfiguration(Readers.class).run((context) -> {
			Readers readers = context.getBean(Readers.class);
			context.getBean(Client.class).publish(broker + "-unsteady", new Text("again"));
			context.getBean(Client.class).publish(broker + "-broken", new Text("never"));
			context.getBean(Broker.class)
				.publish(broker + "-broken", new Message(JSON, "{".getBytes(StandardCharsets.UTF_8)));
			context.getBean(Broker.class)
				.publish(broker + "-headers", new Message(JSON.with("X-Kind", "daily"),
						"{\"text\":\"one\"}".getBytes(StandardCharsets.UTF_8)));
			Awaitility.await()
				.atMost(30, TimeUnit.SECONDS)
				.untilAsserted(() -> assertThat(readers.seen).containsExactlyInAnyOrder("unsteady 1", "unsteady 2",
						"broken 1", "broken 2", "broken 3", "headers daily one 1",
						"dead " + broker + "-broken broken 3 java.lang.IllegalStateException: out of order",
						"dead " + broker + "-broken broken 1 unreadable"));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "http", "kafka" })
	void severalMessagesAreHandledAtOnce(String broker) {
		runner(broker).withUserConfiguration(Together.class).withPropertyValues("at-once=2").run((context) -> {
			for (int i = 0; i < 2; i++) {
				context.getBean(Client.class).publish(broker + "-together", new Text("one"));
			}
			assertThat(context.getBean(Together.class).both.await(30, TimeUnit.SECONDS)).isTrue();
		});
	}

	@Test
	void aMessageIsAcknowledgedByHand() {
		runner("kafka").withUserConfiguration(ByHand.class).run((context) -> {
			ByHand byHand = context.getBean(ByHand.class);
			context.getBean(Client.class).publish("by-hand", new Text("one"));
			Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> byHand.events.size() == 1);
			byHand.events.get(0).nack("not now");
			Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> byHand.events.size() == 2);
			byHand.events.get(1).ack();
		});
		runner("kafka").withUserConfiguration(ByHand.class).run((context) -> {
			context.getBean(Client.class).publish("by-hand", new Text("two"));
			ByHand byHand = context.getBean(ByHand.class);
			Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> !byHand.events.isEmpty());
			assertThat(new String(byHand.events.get(0).message().body(), StandardCharsets.UTF_8)).contains("two");
		});
	}

	@Test
	void whatMakesNoSenseIsRefusedWithItsPlace() {
		runner("memory").withUserConfiguration(Together.class)
			.withPropertyValues("at-once=several")
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContaining("Together.onText(")
				.hasMessageContaining("concurrency cannot be \"several\""));
		runner("memory").withUserConfiguration(Readers.class)
			.withPropertyValues("micro.broker.retry.attempts=0")
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContaining("A message is handed over at least once"));
	}

	private static ApplicationContextRunner runner(String broker) {
		return MicroRunner.memory()
			.withPropertyValues("micro.broker.type=" + broker, "broker=" + broker,
					"micro.broker.address=" + (broker.equals("kafka") ? kafka.getBrokersAsString() : ""),
					"micro.broker.retry.attempts=2", "micro.broker.retry.backoff.base=20ms");
	}

	record Text(String text) {

	}

	static class Readers {

		private final List<String> seen = new CopyOnWriteArrayList<>();

		@MicroSubscriber(topic = "${broker}-unsteady", queue = "${broker}")
		public void unsteady(Event event, Text text) {
			this.seen.add("unsteady " + event.attempt());
			if (event.attempt() == 1) {
				throw new IllegalStateException("once");
			}
		}

		@MicroSubscriber(topic = "${broker}-broken", queue = "broken", attempts = "3", backoff = "10ms",
				deadLetter = "${broker}-dead")
		public void broken(Text text, Event event) {
			this.seen.add("broken " + event.attempt());
			throw new IllegalStateException("out of order");
		}

		@MicroSubscriber(topic = "${broker}-headers")
		public void headers(@MicroHeader("x-kind") String kind, Text text, Event event) {
			this.seen.add("headers " + kind + " " + text.text() + " " + event.attempt());
		}

		@MicroSubscriber(topic = "${broker}-dead")
		public void dead(Metadata headers, @MicroHeader(Headers.DEAD_LETTER_TOPIC) String topic,
				@MicroHeader(Headers.DEAD_LETTER_ATTEMPTS) int attempts) {
			String reason = headers.getOrDefault(Headers.DEAD_LETTER_REASON, "");
			this.seen.add("dead " + topic + " " + headers.get(Headers.DEAD_LETTER_QUEUE) + " " + attempts + " "
					+ (reason.contains("UnreadableMessageException") ? "unreadable" : reason));
		}

	}

	static class Together {

		private final CountDownLatch both = new CountDownLatch(2);

		@MicroSubscriber(topic = "${broker}-together", queue = "together", concurrency = "${at-once}")
		public void onText(Text text) throws InterruptedException {
			this.both.countDown();
			this.both.await(30, TimeUnit.SECONDS);
		}

	}

	static class ByHand {

		private final List<Event> events = new CopyOnWriteArrayList<>();

		@MicroSubscriber(topic = "by-hand", queue = "hands", ack = AckMode.MANUAL)
		public void onText(Text text, Event event) {
			this.events.add(event);
		}

	}

}
