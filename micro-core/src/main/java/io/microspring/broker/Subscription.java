package io.microspring.broker;

import java.util.OptionalLong;

/**
 * A subscription that is active. Thread-safe. go-micro: {@code broker.Subscriber}.
 */
public interface Subscription extends AutoCloseable {

	/**
	 * The topic.
	 * @return the topic
	 */
	String topic();

	/**
	 * How many messages wait at the broker for this subscriber, or for its queue. May ask
	 * the server, but not for long.
	 * @return the number; empty where the broker does not know it
	 */
	default OptionalLong lag() {
		return OptionalLong.empty();
	}

	/**
	 * Begins to handle no more, and waits for no handler: to be called for all that end
	 * together, before each is {@linkplain #close() closed}. Idempotent.
	 */
	default void stop() {
	}

	/**
	 * Ends it; messages being handled are finished. Idempotent.
	 */
	@Override
	void close();

}
