package io.microspring.broker;

import io.microspring.message.Message;

/**
 * A message as it was delivered. Thread-safe. go-micro: {@code broker.Event}.
 */
public interface Event {

	/**
	 * The topic it was published to.
	 * @return the topic
	 */
	String topic();

	/**
	 * The message.
	 * @return the message
	 */
	Message message();

	/**
	 * How often this process has been given the message, this time included.
	 * @return 1 for the first time
	 */
	default int attempt() {
		return 1;
	}

	/**
	 * Says that it has been dealt with, where the subscription does not do so by itself:
	 * with {@link AckMode#MANUAL}. Otherwise without effect, as is a second call.
	 */
	void ack();

	/**
	 * Says that it could not be dealt with, as if the handler had thrown: it is tried
	 * again, or goes to the dead letter topic. Only with {@link AckMode#MANUAL}, and once
	 * the handler has returned; otherwise without effect.
	 * @param reason why, for the log and the dead letter's headers
	 */
	default void nack(String reason) {
	}

}
