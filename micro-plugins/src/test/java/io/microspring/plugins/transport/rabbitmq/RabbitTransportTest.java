package io.microspring.plugins.transport.rabbitmq;

import java.util.function.Function;

import io.microspring.plugins.rabbitmq.RabbitOptions;
import io.microspring.test.RelayedTransportContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract through a real RabbitMQ. */
class RabbitTransportTest extends RelayedTransportContract {

	@RegisterExtension
	static final ExternalServer RABBITMQ = new ExternalServer(ServerRecipe.rabbitmq(""),
			new ExternalServer(ServerRecipe.epmd()));

	private static final int LIMIT = RabbitOptions.defaults().maxMessageSize();

	@Override
	protected Transport open() {
		return new Opener().apply(RABBITMQ.address());
	}

	@Override
	protected int limit() {
		return LIMIT;
	}

	@Override
	protected String malformed() {
		return "every.*";
	}

	@Override
	protected String serverAddress() {
		return RABBITMQ.address();
	}

	@Override
	protected void restartServer() {
		RABBITMQ.restart();
	}

	@Override
	protected Class<? extends Function<String, Transport>> opener() {
		return Opener.class;
	}

	/** For another process. */
	public static final class Opener implements Function<String, Transport> {

		@Override
		public Transport apply(String address) {
			return new RabbitTransport(RabbitTransportOptions.defaults().withAddress(address));
		}

	}

}
