package io.microspring.plugins.broker.nats;

import io.microspring.broker.Broker;
import io.microspring.test.BrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on plain NATS, which takes messages larger than by default. */
class NatsBrokerTest extends BrokerContract {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(ServerRecipe.nats("max_payload: 8MB"));

	@Override
	protected Broker open() {
		return new NatsBroker(NatsBrokerOptions.defaults().withAddress(NATS.address()));
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
		NATS.requireOurs();
		NATS.restart();
	}

}
