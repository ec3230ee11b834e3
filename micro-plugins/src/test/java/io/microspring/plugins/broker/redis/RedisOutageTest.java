package io.microspring.plugins.broker.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
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
