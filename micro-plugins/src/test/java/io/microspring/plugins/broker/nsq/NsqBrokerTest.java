package io.microspring.plugins.broker.nsq;

import java.time.Duration;
import java.util.Map;
import java.util.function.Function;

import io.microspring.broker.Broker;
import io.microspring.test.BrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract against the real nsqd. */
class NsqBrokerTest extends BrokerContract {

	@RegisterExtension
	static final ExternalServer NSQD = new ExternalServer(ServerRecipe.nsqd(Map.of(), "-max-msg-size=2000000"));

	@Override
	protected Broker open() {
		return new NsqBroker(options(NSQD.address()));
	}

	private static NsqOptions options(String address) {
		return NsqOptions.defaults().withAddress(address).withMessageTimeout(Duration.ofSeconds(5));
	}

	@Override
	protected Class<? extends Function<String, Broker>> opener() {
		return Opener.class;
	}

	@Override
	protected boolean takesAnyTopic() {
		return false;
	}

	@Override
	protected boolean restarts() {
		return true;
	}

	@Override
	protected void restartServer() {
		NSQD.stop();
		NSQD.start();
	}

	/** For another process. */
	public static final class Opener implements Function<String, Broker> {

		@Override
		public Broker apply(String address) {
			return new NsqBroker(options(address));
		}

	}

}
