package io.microspring.plugins.broker.redis;

import java.util.Map;

import io.microspring.broker.Broker;
import io.microspring.test.ServerBrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.test.server.TestServer;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract with go-micro's channels. */
class RedisBrokerTest extends ServerBrokerContract {

	@RegisterExtension
	static final ExternalServer REDIS = new ExternalServer(ServerRecipe.redis("", Map.of()));

	@Override
	protected TestServer server() {
		return REDIS;
	}

	@Override
	protected Broker open(String address) {
		return new RedisBroker(RedisOptions.defaults().withAddress(address));
	}

}
