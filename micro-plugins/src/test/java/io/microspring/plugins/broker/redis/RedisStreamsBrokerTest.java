package io.microspring.plugins.broker.redis;

import java.time.Duration;
import java.util.Map;

import io.microspring.broker.Broker;
import io.microspring.plugins.broker.redis.RedisOptions.Mode;
import io.microspring.test.ServerBrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.test.server.TestServer;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract with streams and their consumer groups, on a server that forgets them. */
class RedisStreamsBrokerTest extends ServerBrokerContract {

	@RegisterExtension
	static final ExternalServer REDIS = new ExternalServer(ServerRecipe.redis("appendonly yes\n", Map.of()));

	@Override
	protected TestServer server() {
		return REDIS;
	}

	@Override
	protected Broker open(String address) {
		return new RedisBroker(RedisOptions.defaults()
			.withAddress(address)
			.withMode(Mode.STREAMS)
			.withClaimIdle(Duration.ofSeconds(2)));
	}

	@Override
	protected String title() {
		return "redis, streams";
	}

}
