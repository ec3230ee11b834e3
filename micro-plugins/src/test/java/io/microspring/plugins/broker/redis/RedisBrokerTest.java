package io.microspring.plugins.broker.redis;

import java.util.Map;

import io.microspring.broker.Broker;
import io.microspring.test.BrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract with go-micro's channels. */
class RedisBrokerTest extends BrokerContract {

	@RegisterExtension
	static final ExternalServer REDIS = new ExternalServer(ServerRecipe.redis("", Map.of()));

	@Override
	protected Broker open() {
		return new RedisBroker(RedisOptions.defaults().withAddress(REDIS.address()));
	}

	@Override
	protected boolean restarts() {
		return true;
	}

	@Override
	protected void restartServer() {
		REDIS.restart();
	}

}
