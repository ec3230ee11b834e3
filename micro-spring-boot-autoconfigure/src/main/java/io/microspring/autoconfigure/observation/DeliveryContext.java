package io.microspring.autoconfigure.observation;

import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import io.microspring.message.Headers;
import io.microspring.message.Metadata;
import io.microspring.server.SubscriberFunction.Delivery;

/**
 * A message that is being handled; a trace is continued from its headers.
 */
public final class DeliveryContext extends ReceiverContext<Metadata> {

	private final Delivery delivery;

	/**
	 * A context.
	 * @param delivery the message
	 */
	public DeliveryContext(Delivery delivery) {
		super((carrier, name) -> carrier.get(name), Kind.CONSUMER);
		this.delivery = delivery;
		setCarrier(delivery.metadata());
		setRemoteServiceName(delivery.metadata().get(Headers.FROM_SERVICE));
	}

	/**
	 * The message.
	 * @return the message
	 */
	public Delivery delivery() {
		return this.delivery;
	}

}
