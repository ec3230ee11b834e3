package io.microspring.plugins.broker.nats;

import java.util.Set;

import io.microspring.broker.BrokerFeature;
import io.microspring.broker.Deliveries;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;

/**
 * What plain NATS and JetStream do differently.
 */
interface NatsMode {

	Set<BrokerFeature> features();

	/**
	 * How many messages of a subscription may be here that are not dealt with.
	 * @param options of the subscription
	 * @return the number
	 */
	int room(SubscribeOptions options);

	/**
	 * Publishes, and waits until the server has it.
	 * @param topic the topic, which is a subject
	 * @param envelope the message
	 */
	void publish(String topic, byte[] envelope);

	/**
	 * Begins to bring messages.
	 * @param topic the topic, which is a subject
	 * @param options the queue, if any
	 * @param deliveries take the messages; closed with the subscription
	 * @return the handle that ends it
	 */
	Subscription subscribe(String topic, SubscribeOptions options, Deliveries deliveries);

}
