package io.microspring.plugins.broker.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.microspring.broker.Broker;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.test.server.ExternalServer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the tests of the Redis broker work with: brokers, and a client that knows none.
 */
abstract class RedisFixture {

	static final SubscribeOptions QUEUE = SubscribeOptions.defaults().withQueue("q");

	final String topic = "redis-" + UUID.randomUUID();

	private final List<AutoCloseable> opened = new ArrayList<>();

	abstract ExternalServer server();

	@AfterEach
	void closeAll() throws Exception {
		for (AutoCloseable one : this.opened) {
			one.close();
		}
	}

	RedisBroker open(UnaryOperator<RedisOptions> change) {
		RedisBroker broker = new RedisBroker(change.apply(RedisOptions.defaults().withAddress(server().address())));
		this.opened.add(broker);
		return broker;
	}

	/** Redis itself. */
	RedisCommands<String, String> redis() {
		return client().connect().sync();
	}

	RedisClient client() {
		String[] address = server().address().split(":");
		RedisClient client = RedisClient.create(RedisURI.create(address[0], Integer.parseInt(address[1])));
		this.opened.add(() -> client.shutdown(Duration.ZERO, Duration.ofSeconds(2)));
		return client;
	}

	List<Event> subscribe(Broker broker, String to, SubscribeOptions options) {
		List<Event> received = new CopyOnWriteArrayList<>();
		broker.subscribe(to, options, received::add);
		return received;
	}

	void publish(Broker broker, int from, int to) {
		for (int i = from; i < to; i++) {
			broker.publish(this.topic, message(String.valueOf(i)));
		}
	}

	static Message message(String body) {
		return new Message(Metadata.empty(), body.getBytes(StandardCharsets.UTF_8));
	}

	static void awaitBodies(List<Event> received, String... bodies) {
		eventually().untilAsserted(() -> assertThat(bodies(received)).containsExactly(bodies));
	}

	static List<String> bodies(List<Event> events) {
		return events.stream().map((event) -> new String(event.message().body(), StandardCharsets.UTF_8)).toList();
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(20));
	}

}
