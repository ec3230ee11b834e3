package io.microspring.plugins.broker.nats;

import io.microspring.broker.Broker;
import io.microspring.test.ServerBrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.test.server.TestServer;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on plain NATS, which takes messages larger than by default. */
class NatsBrokerTest extends ServerBrokerContract {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(ServerRecipe.nats("max_payload: 8MB"));

	@Override
	protected TestServer server() {
		return NATS;
	}

	@Override
	protected Broker open(String address) {
		return new NatsBroker(NatsBrokerOptions.defaults().withAddress(address));
	}

	@Override
	protected boolean takesAnyTopic() {
		return false;
	}

}
