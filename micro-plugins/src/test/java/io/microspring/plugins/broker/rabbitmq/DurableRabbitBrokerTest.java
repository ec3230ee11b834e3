package io.microspring.plugins.broker.rabbitmq;

import io.microspring.broker.Broker;
import io.microspring.plugins.rabbitmq.RabbitOptions;
import io.microspring.test.ServerBrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.test.server.TestServer;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract with queues that stay, each of one topic. */
class DurableRabbitBrokerTest extends ServerBrokerContract {

	@RegisterExtension
	static final ExternalServer RABBITMQ = new ExternalServer(ServerRecipe.rabbitmq(""),
			new ExternalServer(ServerRecipe.epmd()));

	@Override
	protected TestServer server() {
		return RABBITMQ;
	}

	@Override
	protected Broker open(String address) {
		return new RabbitBroker(RabbitBrokerOptions.defaults()
			.withConnection(RabbitOptions.defaults().withAddress(address).withExchange("micro", "topic", true))
			.withDurableQueues(true)
			.withQueuePerTopic(true));
	}

	@Override
	protected String title() {
		return "rabbitmq, durable";
	}

}
