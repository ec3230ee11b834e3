package io.microspring.plugins.broker.googlepubsub;

import java.time.Duration;
import java.util.function.Function;

import io.microspring.broker.Broker;
import io.microspring.test.BrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract against Google's own fake of Pub/Sub. */
class PubSubBrokerTest extends BrokerContract {

	@RegisterExtension
	static final ExternalServer PUBSUB = new ExternalServer(ServerRecipe.pubsub());

	@Override
	protected Broker open() {
		return new PubSubBroker(options(PUBSUB.address()));
	}

	/** The tests have queues of one name on many topics. */
	private static PubSubOptions options(String address) {
		return PubSubOptions.defaults()
			.withProject("contract")
			.withEmulator(address)
			.withQueuePerTopic(true)
			.withAckDeadline(Duration.ofSeconds(10));
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
		PUBSUB.restart();
	}

	@Override
	protected Duration patience() {
		return Duration.ofSeconds(40);
	}

	/** For another process. */
	public static final class Opener implements Function<String, Broker> {

		@Override
		public Broker apply(String address) {
			return new PubSubBroker(options(address));
		}

	}

}
