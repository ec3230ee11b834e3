package io.microspring.broker;

/**
 * A subscription that is active. go-micro: {@code broker.Subscriber}.
 */
public interface Subscription extends AutoCloseable {

	/**
	 * The topic.
	 * @return the topic
	 */
	String topic();

	/**
	 * Ends it; messages being handled are finished. Idempotent.
	 */
	@Override
	void close();

}
