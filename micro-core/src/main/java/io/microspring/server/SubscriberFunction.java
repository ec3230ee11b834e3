package io.microspring.server;

import io.microspring.broker.Event;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Handles a message of a topic; what interceptors are wrapped around. go-micro:
 * {@code server.SubscriberFunc}.
 */
@FunctionalInterface
public interface SubscriberFunction {

	/**
	 * Handles the message.
	 * @param delivery the message
	 * @throws Exception when it could not be handled
	 */
	void handle(Delivery delivery) throws Exception;

	/**
	 * A message that was delivered, decoded. go-micro: {@code server.Message}.
	 *
	 * @param subscriber whom it is for
	 * @param payload the decoded payload, or null for an empty body and one that cannot
	 * be read: interceptors are called for such a message too, and see the next step fail
	 * @param event the message as the broker brought it
	 */
	record Delivery(Subscriber subscriber, @Nullable Object payload, Event event) {

		/**
		 * The topic it was published to.
		 * @return the topic
		 */
		public String topic() {
			return this.event.topic();
		}

		/**
		 * The headers of the message.
		 * @return the headers
		 */
		public Metadata metadata() {
			return this.event.message().headers();
		}

	}

}
