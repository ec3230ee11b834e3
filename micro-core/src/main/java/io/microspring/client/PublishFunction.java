package io.microspring.client;

import io.microspring.broker.Broker;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Publishes; what interceptors are wrapped around.
 */
@FunctionalInterface
public interface PublishFunction {

	/**
	 * Publishes.
	 * @param publication what to publish
	 * @throws io.microspring.errors.MicroException when it cannot be encoded, or the
	 * broker refuses
	 */
	void publish(Publication publication);

	/**
	 * Something about to be published. Immutable. go-micro: {@code client.Message}.
	 *
	 * @param topic the topic
	 * @param payload the object
	 * @param metadata the headers
	 * @param broker what is to carry it, or null for the client's own broker
	 */
	record Publication(String topic, Object payload, Metadata metadata, @Nullable Broker broker) {

		/**
		 * A copy with other headers.
		 * @param metadata the headers
		 * @return the copy
		 */
		public Publication withMetadata(Metadata metadata) {
			return new Publication(this.topic, this.payload, metadata, this.broker);
		}

	}

}
