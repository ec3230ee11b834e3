package io.microspring.plugins.broker.redis;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.sentinel.api.sync.RedisSentinelCommands;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.plugins.broker.redis.RedisOptions.Mode;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** The primary that a Sentinel names, also when it is another one. */
class RedisSentinelTest extends RedisFixture {

	@RegisterExtension
	static final ExternalServer PRIMARY = new ExternalServer(ServerRecipe.redis("", Map.of()));

	@RegisterExtension
	static final ExternalServer REPLICA = new ExternalServer(ServerRecipe.redis("", Map.of()));

	@RegisterExtension
	static final ExternalServer SENTINEL = new ExternalServer(ServerRecipe.redisSentinel("requirepass guarded\n"));

	@Override
	ExternalServer server() {
		return REPLICA;
	}

	@BeforeEach
	void tellWhoWatchesWhom() {
		SENTINEL.requireOurs();
		redis().replicaof("127.0.0.1", port(PRIMARY));
		RedisURI guard = RedisURI.create("127.0.0.1", port(SENTINEL));
		guard.setCredentialsProvider(RedisCredentialsProvider.from(() -> RedisCredentials.just(null, "guarded")));
		try (RedisClient client = RedisClient.create(guard)) {
			RedisSentinelCommands<String, String> sentinel = client.connectSentinel().sync();
			sentinel.monitor("fleet", "127.0.0.1", port(PRIMARY), 1);
			sentinel.set("fleet", "down-after-milliseconds", "1000");
			sentinel.set("fleet", "failover-timeout", "5000");
			eventually().until(() -> sentinel.replicas("fleet").size() == 1);
		}
		eventually().until(() -> redis().info("replication").contains("master_link_status:up"));
	}

	@Test
	void messagesGoOnWithTheNextPrimary() {
		RedisBroker channels = open((options) -> options.withSentinels(SENTINEL.address(), "fleet", "guarded"));
		RedisBroker streams = open(
				(options) -> options.withMode(Mode.STREAMS).withSentinels(SENTINEL.address(), "fleet", "guarded"));
		List<Event> copies = subscribe(channels, this.topic, SubscribeOptions.defaults());
		List<Event> shared = subscribe(streams, this.topic, QUEUE);
		publish(channels, 0, 1);
		publish(streams, 0, 1);
		awaitBodies(copies, "0");
		awaitBodies(shared, "0");
		assertRefused((options) -> options.withSentinels(SENTINEL.address(), "nobody", "guarded"), "cannot be reached",
				"nobody");
		assertRefused((options) -> options.withSentinels(SENTINEL.address(), "fleet", "wrong-one"),
				"does not let us in");
		PRIMARY.kill();
		eventually().ignoreExceptionsInstanceOf(BrokerException.class).untilAsserted(() -> {
			publish(channels, 1, 2);
			assertThat(bodies(copies)).contains("1");
		});
		eventually().ignoreExceptionsInstanceOf(BrokerException.class).untilAsserted(() -> {
			publish(streams, 1, 2);
			assertThat(bodies(shared)).contains("1");
		});
	}

	private void assertRefused(UnaryOperator<RedisOptions> change, String... told) {
		assertThatExceptionOfType(BrokerException.class).isThrownBy(open(change)::connect)
			.withMessageContainingAll(told)
			.withMessageNotContaining("wrong-one");
	}

	private static int port(ExternalServer server) {
		return Integer.parseInt(server.address().split(":")[1]);
	}

}
