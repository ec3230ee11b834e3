package io.microspring.broker;

import java.util.Locale;

/**
 * What one broker can do and another cannot. What every broker does, such as trying a
 * message again, is not here.
 */
public enum BrokerFeature {

	/** Members of a queue share its messages. */
	QUEUES,

	/** A queue keeps what is published while none of its members is there. */
	DURABLE_QUEUES,

	/**
	 * A message of a queue that was not acknowledged comes again, when its process died
	 * or its connection broke: delivery at least once.
	 */
	REDELIVERY,

	/** What one publisher publishes to a topic arrives in order. */
	ORDER,

	/** {@link Subscription#lag()} knows how many messages wait. */
	LAG;

	/**
	 * How it is called in texts, such as {@code durable-queues}.
	 * @return the name
	 */
	public String text() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
