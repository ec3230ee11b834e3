package io.microspring.plugins.transport.nats;

import io.microspring.test.TransportContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The contract through a real NATS server, which takes messages larger than by default.
 */
class NatsTransportTest extends TransportContract {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(ServerRecipe.nats("max_payload: 8MB"));

	private static final int LIMIT = 4 * 1024 * 1024;

	@Override
	protected Transport open() {
		return new NatsTransport(NatsTransportOptions.defaults().withAddress(NATS.address()).withMaxMessageSize(LIMIT));
	}

	@Override
	protected int limit() {
		return LIMIT;
	}

	@Override
	protected String malformed() {
		return "no where";
	}

	/** An address is a subject. */
	@Override
	protected boolean hasPorts() {
		return false;
	}

	/** They are gRPC's, which go-micro has no way to carry through NATS. */
	@Override
	protected boolean hasCalls() {
		return false;
	}

}
