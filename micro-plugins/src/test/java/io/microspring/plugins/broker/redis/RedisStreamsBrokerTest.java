package io.microspring.plugins.broker.redis;

import java.time.Duration;
import java.util.Map;
import java.util.function.Function;

import io.microspring.broker.Broker;
import io.microspring.plugins.broker.redis.RedisOptions.Mode;
import io.microspring.test.BrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract with streams and their consumer groups, on a server that forgets them. */
class RedisStreamsBrokerTest extends BrokerContract {

	@RegisterExtension
	static final ExternalServer REDIS = new ExternalServer(ServerRecipe.redis("", Map.of()));

	@Override
	protected Broker open() {
		return new RedisBroker(options(REDIS.address()));
	}

	private static RedisOptions options(String address) {
		return RedisOptions.defaults().withAddress(address).withMode(Mode.STREAMS).withClaimIdle(Duration.ofSeconds(2));
	}

	@Override
	protected String title() {
		return "redis, streams";
	}

	@Override
	protected boolean restarts() {
		return true;
	}

	@Override
	protected void restartServer() {
		REDIS.restart();
	}

	@Override
	protected Class<? extends Function<String, Broker>> opener() {
		return Opener.class;
	}

	/** For another process. */
	public static final class Opener implements Function<String, Broker> {

		@Override
		public Broker apply(String address) {
			return new RedisBroker(options(address));
		}

	}

}
