package io.microspring.broker;

import io.microspring.message.Message;

/**
 * A message that nobody waits to have acknowledged.
 *
 * @param topic the topic it was published to
 * @param message the message
 */
record Delivered(String topic, Message message) implements Event {

	@Override
	public void ack() {
	}

}
