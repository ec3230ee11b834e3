package io.microspring.plugins.broker.rabbitmq;

import io.microspring.broker.Broker;
import io.microspring.test.ServerBrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.test.server.TestServer;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract with go-micro's queues, which go with their last member. */
class RabbitBrokerTest extends ServerBrokerContract {

	@RegisterExtension
	static final ExternalServer RABBITMQ = new ExternalServer(ServerRecipe.rabbitmq(""),
			new ExternalServer(ServerRecipe.epmd()));

	@Override
	protected TestServer server() {
		return RABBITMQ;
	}

	@Override
	protected Broker open(String address) {
		return new RabbitBroker(RabbitBrokerOptions.defaults().withAddress(address));
	}

}
