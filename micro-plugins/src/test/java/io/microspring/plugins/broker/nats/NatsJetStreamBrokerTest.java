package io.microspring.plugins.broker.nats;

import java.time.Duration;
import java.util.function.Function;

import io.microspring.broker.Broker;
import io.microspring.plugins.broker.nats.NatsBrokerOptions.Mode;
import io.microspring.test.BrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on JetStream. */
class NatsJetStreamBrokerTest extends BrokerContract {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(
			ServerRecipe.nats("max_payload: 8MB\njetstream { store_dir: \"{dir}/streams\" }"));

	@Override
	protected Broker open() {
		return new Opener().apply(NATS.address());
	}

	@Override
	protected boolean takesAnyTopic() {
		return false;
	}

	@Override
	protected String title() {
		return "nats, jetstream";
	}

	@Override
	protected boolean restarts() {
		return true;
	}

	@Override
	protected void restartServer() {
		NATS.requireOurs();
		NATS.restart();
	}

	@Override
	protected Class<? extends Function<String, Broker>> opener() {
		return Opener.class;
	}

	/** For another process. */
	public static final class Opener implements Function<String, Broker> {

		@Override
		public Broker apply(String address) {
			return new NatsBroker(NatsBrokerOptions.defaults()
				.withAddress(address)
				.withMode(Mode.JETSTREAM)
				.withAckWait(Duration.ofSeconds(2)));
		}

	}

}
