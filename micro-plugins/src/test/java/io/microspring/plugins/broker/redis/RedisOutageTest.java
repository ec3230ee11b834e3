package io.microspring.plugins.broker.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What happens while Redis is away, and after. */
class RedisOutageTest extends RedisFixture {

	@RegisterExtension
	static final ExternalServer REDIS = new ExternalServer(ServerRecipe.redis("", Map.of()));

	@Override
	ExternalServer server() {
		return REDIS;
	}

	@Test
	void whoStillPublishesWhenTheBrokerIsClosedIsToldSo() {
		Broker broker = open((options) -> options.withTimeout(Duration.ofMinutes(1)));
		broker.connect();
		REDIS.stop();
		try {
			CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> publish(broker, 0, 1));
			eventually().during(Duration.ofMillis(500)).until(() -> !waiting.isDone());
			broker.close();
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> waiting.get(40, TimeUnit.SECONDS))
				.havingCause()
				.isInstanceOf(BrokerException.class)
				.withMessageContaining("closed");
		}
		finally {
			REDIS.start();
		}
	}

	/** The driver keeps commands whose time has run out as long as Redis is away. */
	@Test
	void publishersDoNotFillTheMemoryWhileRedisIsAway() {
		Broker broker = open((options) -> options.withTimeout(Duration.ofMillis(300)));
		eventually().ignoreExceptionsInstanceOf(BrokerException.class).untilAsserted(() -> publish(broker, 0, 1));
		REDIS.stop();
		AtomicInteger kept = new AtomicInteger();
		try {
			List<CompletableFuture<Boolean>> publishers = IntStream.range(0, 500)
				.mapToObj((i) -> CompletableFuture.supplyAsync(() -> isRefusedInTheEnd(broker, kept),
						(task) -> Threads.start("publisher", task)))
				.toList();
			assertThat(publishers).allSatisfy(
					(publisher) -> assertThat(publisher).succeedsWithin(Duration.ofSeconds(40)).isEqualTo(true));
			assertThat(kept).hasValueBetween(1, 5000);
		}
		finally {
			REDIS.start();
		}
		eventually().ignoreExceptionsInstanceOf(BrokerException.class).untilAsserted(() -> publish(broker, 0, 1));
	}

	private boolean isRefusedInTheEnd(Broker broker, AtomicInteger kept) {
		for (int i = 0; i < 30; i++) {
			try {
				publish(broker, 0, 1);
			}
			catch (BrokerException ex) {
				if (ex.getMessage().contains("queue size exceeded")) {
					return true;
				}
				assertThat(ex).hasMessageContaining("timed out");
				kept.incrementAndGet();
			}
		}
		return false;
	}

	@Test
	void downAtStartAndDownLaterAreSaidInTime() {
		REDIS.stop();
		Broker broker = open((options) -> options.withTimeout(Duration.ofSeconds(1)));
		try {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(broker::connect)
				.withMessageContaining("redis at " + REDIS.address() + " cannot be reached");
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> subscribe(broker, this.topic, SubscribeOptions.defaults()))
				.withMessageContaining("cannot be reached");
			assertThat(broker.health().state()).isEqualTo(HealthReport.State.DOWN);
		}
		finally {
			REDIS.start();
		}
		List<Event> received = subscribe(broker, this.topic, SubscribeOptions.defaults());
		publish(broker, 0, 1);
		awaitBodies(received, "0");
		REDIS.stop();
		try {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> publish(broker, 1, 2))
				.withMessageContaining("redis at " + REDIS.address() + " did not publish a message to " + this.topic)
				.withMessageContaining("timed out");
			assertThat(broker.health().state()).isEqualTo(HealthReport.State.DOWN);
		}
		finally {
			REDIS.start();
		}
	}

}
