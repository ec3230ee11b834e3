package io.microspring.plugins.transport.rabbitmq;

import io.microspring.plugins.rabbitmq.RabbitOptions;
import io.microspring.test.TransportContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract through a real RabbitMQ. */
class RabbitTransportTest extends TransportContract {

	@RegisterExtension
	static final ExternalServer RABBITMQ = new ExternalServer(ServerRecipe.rabbitmq(""),
			new ExternalServer(ServerRecipe.epmd()));

	private static final int LIMIT = RabbitOptions.defaults().maxMessageSize();

	@Override
	protected Transport open() {
		return new RabbitTransport(RabbitTransportOptions.defaults().withAddress(RABBITMQ.address()));
	}

	@Override
	protected int limit() {
		return LIMIT;
	}

	@Override
	protected String malformed() {
		return "every.*";
	}

	/** An address is a queue. */
	@Override
	protected boolean hasPorts() {
		return false;
	}

	/** They are gRPC's, which go-micro has no way to carry through RabbitMQ. */
	@Override
	protected boolean hasCalls() {
		return false;
	}

}
