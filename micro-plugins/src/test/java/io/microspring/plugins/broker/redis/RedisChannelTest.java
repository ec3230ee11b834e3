package io.microspring.plugins.broker.redis;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.microspring.broker.AckMode;
import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Channels: what stands in them, and what they cannot do. */
class RedisChannelTest extends RedisFixture {

	/** Gives up soon a subscriber that does not keep up. */
	@RegisterExtension
	static final ExternalServer REDIS = new ExternalServer(
			ServerRecipe.redis("client-output-buffer-limit pubsub 2mb 1mb 2\n", Map.of()));

	@Override
	ExternalServer server() {
		return REDIS;
	}

	@Test
	void messageIsTheEnvelopeOfGo() {
		List<String> seen = new CopyOnWriteArrayList<>();
		StatefulRedisPubSubConnection<String, String> connection = client().connectPubSub();
		connection.addListener(new RedisPubSubAdapter<>() {

			@Override
			public void message(String channel, String text) {
				seen.add(channel + " " + text);
			}

		});
		connection.sync().subscribe(this.topic);
		open((options) -> options).publish(this.topic, new Message(
				Metadata.of("Micro-Topic", "t", "Content-Type", "application/json"), "{\"a\":1}".getBytes()));
		eventually().untilAsserted(() -> assertThat(seen).containsExactly(this.topic
				+ " {\"Header\":{\"Content-Type\":\"application/json\",\"Micro-Topic\":\"t\"},\"Body\":\"eyJhIjoxfQ==\"}"));
	}

	@Test
	void messageOfGoArrives() {
		List<Event> received = subscribe(open((options) -> options), this.topic, SubscribeOptions.defaults());
		redis().publish(this.topic, "{\"Header\":{\"Content-Type\":\"application/json\"},\"Body\":\"eyJhIjoxfQ==\"}");
		awaitBodies(received, "{\"a\":1}");
		assertThat(received.get(0).message().header("content-type")).isEqualTo("application/json");
	}

	@Test
	void queueIsRefusedWithAWordOnStreams() {
		Broker broker = open((options) -> options);
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> subscribe(broker, this.topic, QUEUE))
			.withMessageContaining(this.topic + " cannot have the queue q")
			.withMessageContaining("micro.broker.redis.mode=streams")
			.matches(BrokerException::isRefused);
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> subscribe(broker, this.topic, SubscribeOptions.defaults().withAck(AckMode.MANUAL)))
			.withMessageContaining("redelivery");
	}

	@Test
	void whatIsNoEnvelopeGoesToTheDeadLetterTopic() {
		Broker broker = open((options) -> options.withMaxMessageSize(1000));
		List<Event> dead = subscribe(broker, this.topic + ".dead", SubscribeOptions.defaults());
		List<Event> received = subscribe(broker, this.topic,
				SubscribeOptions.defaults().withDeadLetter(this.topic + ".dead"));
		RedisCommands<String, String> redis = redis();
		redis.publish(this.topic, "not json");
		redis.publish(this.topic, "{\"Body\":\"" + Base64.getEncoder().encodeToString(new byte[100_000]) + "\"}");
		publish(broker, 0, 1);
		awaitBodies(received, "0");
		eventually().untilAsserted(() -> assertThat(dead).hasSize(2));
		assertThat(bodies(dead)).containsExactly("not json", "");
		assertThat(dead.get(0).message().header(Headers.DEAD_LETTER_REASON)).contains("Not a message envelope");
		assertThat(dead.get(1).message().header(Headers.DEAD_LETTER_REASON)).contains("larger");
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> broker.publish(this.topic, new Message(Metadata.empty(), new byte[1001])))
			.withMessageContaining("1001 bytes")
			.matches(BrokerException::isRefused);
	}

	@Test
	void subscriberThatDoesNotKeepUpIsLeftToRedisRatherThanToMemory() {
		Broker broker = open((options) -> options.withPrefetch(10));
		CountDownLatch gate = new CountDownLatch(1);
		List<String> received = new CopyOnWriteArrayList<>();
		broker.subscribe(this.topic, SubscribeOptions.defaults(), (event) -> {
			gate.await(1, TimeUnit.MINUTES);
			received.add(event.message().header("Number"));
		});
		byte[] body = new byte[256 * 1024];
		int many = 200;
		for (int i = 0; i < many; i++) {
			broker.publish(this.topic, new Message(Metadata.of("Number", String.valueOf(i)), body));
		}
		gate.countDown();
		eventually().untilAsserted(() -> {
			broker.publish(this.topic, new Message(Metadata.of("Number", "later"), body));
			assertThat(received).contains("later");
		});
		assertThat(received.stream().filter((number) -> !number.equals("later")).count()).isBetween(10L, many - 1L);
	}

}
