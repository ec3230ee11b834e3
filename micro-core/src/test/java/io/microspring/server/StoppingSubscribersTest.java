package io.microspring.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.microspring.broker.Broker;
import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** All subscribers of a server end together. */
class StoppingSubscribersTest {

	private final List<String> begun = new CopyOnWriteArrayList<>();

	private final Map<String, CountDownLatch> gates = Map.of("a", new CountDownLatch(1), "b", new CountDownLatch(1));

	@Test
	void noneBeginsAnythingMoreWhileAnotherIsWaitedFor() {
		try (Broker broker = Broker.memory(); Server server = server(broker)) {
			Thread stopping = stopInTheMiddle(broker, server);
			this.gates.get("b").countDown();
			await().during(Duration.ofMillis(300)).until(() -> this.begun.size() == 2);
			this.gates.get("a").countDown();
			await().until(() -> !stopping.isAlive());
			assertThat(this.begun).containsExactlyInAnyOrder("a", "b");
		}
	}

	@Test
	void theServerCanBeAskedAndToldMeanwhile() {
		try (Broker broker = Broker.memory(); Server server = server(broker)) {
			Thread stopping = stopInTheMiddle(broker, server);
			Thread adding = Threads.start("adding",
					() -> server.subscribe(Subscriber.of("c", String.class, (delivery) -> {
					})));
			await().until(() -> !adding.isAlive());
			assertThat(stopping.isAlive()).isTrue();
			assertThat(server.subscriptions()).isEmpty();
			this.gates.values().forEach(CountDownLatch::countDown);
			await().until(() -> !stopping.isAlive());
		}
	}

	/** Each has one message with its handler, and one that waits. */
	private Thread stopInTheMiddle(Broker broker, Server server) {
		for (String topic : List.of("a", "b")) {
			server.subscribe(Subscriber.of(topic, String.class, (delivery) -> {
				this.begun.add(delivery.topic());
				this.gates.get(delivery.topic()).await(1, TimeUnit.MINUTES);
			}));
		}
		server.startSubscribers();
		for (String topic : List.of("a", "b", "a", "b")) {
			broker.publish(topic, new Message(Metadata.of("Content-Type", "application/json"),
					"\"x\"".getBytes(StandardCharsets.UTF_8)));
		}
		await().until(() -> this.begun.size() == 2);
		Thread stopping = Threads.start("stopping", server::stopSubscribers);
		await().until(() -> stopping.getState() == Thread.State.TIMED_WAITING);
		return stopping;
	}

	private static Server server(Broker broker) {
		return Server.builder(Registry.memory()).broker(broker).options(ServerOptions.named("stopping")).build();
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofSeconds(8)).pollInterval(Duration.ofMillis(10));
	}

}
