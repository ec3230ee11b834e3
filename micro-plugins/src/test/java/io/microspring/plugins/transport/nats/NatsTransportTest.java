package io.microspring.plugins.transport.nats;

import java.util.function.Function;

import io.microspring.test.RelayedTransportContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The contract through a real NATS server, which takes messages larger than by default.
 */
class NatsTransportTest extends RelayedTransportContract {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(ServerRecipe.nats("max_payload: 8MB"));

	private static final int LIMIT = 4 * 1024 * 1024;

	@Override
	protected Transport open() {
		return new Opener().apply(NATS.address());
	}

	@Override
	protected int limit() {
		return LIMIT;
	}

	@Override
	protected String malformed() {
		return "no where";
	}

	@Override
	protected String serverAddress() {
		return NATS.address();
	}

	@Override
	protected void restartServer() {
		NATS.restart();
	}

	@Override
	protected Class<? extends Function<String, Transport>> opener() {
		return Opener.class;
	}

	/** For another process. */
	public static final class Opener implements Function<String, Transport> {

		@Override
		public Transport apply(String address) {
			return new NatsTransport(NatsTransportOptions.defaults().withAddress(address).withMaxMessageSize(LIMIT));
		}

	}

}
