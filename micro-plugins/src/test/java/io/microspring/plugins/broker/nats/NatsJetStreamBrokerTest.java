package io.microspring.plugins.broker.nats;

import java.time.Duration;

import io.microspring.broker.Broker;
import io.microspring.plugins.broker.nats.NatsBrokerOptions.Mode;
import io.microspring.test.ServerBrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.test.server.TestServer;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on JetStream. */
class NatsJetStreamBrokerTest extends ServerBrokerContract {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(
			ServerRecipe.nats("max_payload: 8MB\njetstream { store_dir: \"{dir}/streams\" }"));

	@Override
	protected TestServer server() {
		return NATS;
	}

	@Override
	protected Broker open(String address) {
		return new NatsBroker(NatsBrokerOptions.defaults()
			.withAddress(address)
			.withMode(Mode.JETSTREAM)
			.withAckWait(Duration.ofSeconds(2)));
	}

	@Override
	protected boolean takesAnyTopic() {
		return false;
	}

	@Override
	protected String title() {
		return "nats, jetstream";
	}

}
