package io.microspring.plugins.transport.rabbitmq;

import java.util.List;

import io.microspring.codec.Codecs;
import io.microspring.plugins.Plugins;
import io.microspring.test.CodecMatrix;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every codec there is through RabbitMQ. */
class RabbitCodecMatrixTest extends CodecMatrix {

	@RegisterExtension
	static final ExternalServer RABBITMQ = new ExternalServer(ServerRecipe.rabbitmq(""),
			new ExternalServer(ServerRecipe.epmd()));

	@Override
	protected List<Carrier> carriers() {
		return List.of(Carrier.of("rabbitmq",
				() -> new RabbitTransport(RabbitTransportOptions.defaults().withAddress(RABBITMQ.address())), ":0"));
	}

	@Override
	protected Codecs codecs() {
		return Plugins.catalogue().codecs();
	}

}
