package io.microspring.client;

import java.util.UUID;

import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.call.CallContext;
import io.microspring.client.PublishFunction.Publication;
import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Encodes what a client publishes, and hands it to the broker.
 *
 * @param client the client
 * @param broker its broker, or null for none
 * @param codecs the codecs
 */
record Publications(RpcClient client, @Nullable Broker broker, Codecs codecs) {

	void publish(Publication publication) {
		Broker carrier = (publication.broker() != null) ? publication.broker() : this.broker;
		if (carrier == null) {
			throw MicroException.internalServerError(Dialects.ID,
					"publishing to " + publication.topic() + " needs a broker, and this client has none");
		}
		String contentType = RpcClient.contentType(this.client.options().calls(), publication.payload(), null);
		Message encoded = Dialects.codec(this.codecs, contentType)
			.write(Codec.Header.of(Codec.Kind.EVENT), publication.payload());
		Metadata.Builder headers = CallContext.current()
			.metadata()
			.toBuilder()
			.setAll(publication.metadata())
			.setAll(encoded.headers());
		if (!this.client.name().isEmpty()) {
			headers.set(Headers.FROM_SERVICE, this.client.name());
		}
		headers.set(Headers.CONTENT_TYPE, contentType)
			.set(Headers.TOPIC, publication.topic())
			.set(Headers.ID, UUID.randomUUID().toString());
		try {
			carrier.publish(publication.topic(), new Message(headers.build(), encoded.body()));
		}
		catch (BrokerException ex) {
			throw MicroException.internalServerError(Dialects.ID, String.valueOf(ex.getMessage())).because(ex);
		}
	}

}
