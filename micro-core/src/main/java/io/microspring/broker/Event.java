package io.microspring.broker;

import io.microspring.message.Message;

/**
 * A message as it was delivered. go-micro: {@code broker.Event}.
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
	 * Says that it has been dealt with, where the subscription does not do so by itself.
	 * Without effect on brokers that do not ask for it.
	 */
	void ack();

}
