package io.microspring.plugins.transport.nats;

import java.util.List;

import io.microspring.codec.Codecs;
import io.microspring.plugins.Plugins;
import io.microspring.test.CodecMatrix;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every codec there is through NATS. */
class NatsCodecMatrixTest extends CodecMatrix {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(ServerRecipe.nats(""));

	@Override
	protected List<Carrier> carriers() {
		return List.of(Carrier.of("nats",
				() -> new NatsTransport(NatsTransportOptions.defaults().withAddress(NATS.address())), ":0"));
	}

	@Override
	protected Codecs codecs() {
		return Plugins.catalogue().codecs();
	}

}
