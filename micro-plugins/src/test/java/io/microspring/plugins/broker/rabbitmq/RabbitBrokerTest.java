package io.microspring.plugins.broker.rabbitmq;

import java.util.function.Function;

import io.microspring.broker.Broker;
import io.microspring.test.BrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract with go-micro's queues, which go with their last member. */
class RabbitBrokerTest extends BrokerContract {

	@RegisterExtension
	static final ExternalServer RABBITMQ = new ExternalServer(ServerRecipe.rabbitmq(""),
			new ExternalServer(ServerRecipe.epmd()));

	@Override
	protected Broker open() {
		return new Opener().apply(RABBITMQ.address());
	}

	@Override
	protected Class<? extends Function<String, Broker>> opener() {
		return Opener.class;
	}

	@Override
	protected boolean restarts() {
		return true;
	}

	@Override
	protected void restartServer() {
		RABBITMQ.restart();
	}

	/** For another process. */
	public static final class Opener implements Function<String, Broker> {

		@Override
		public Broker apply(String address) {
			return new RabbitBroker(RabbitBrokerOptions.defaults().withAddress(address));
		}

	}

}
