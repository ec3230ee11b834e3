package io.microspring.broker;

import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * A message that was published, written as JSON once, however many hosts it goes to.
 */
final class Publication {

	private final String topic;

	private final Message message;

	/** Written by the first that needs it; two that do so at once write the same. */
	private volatile byte @Nullable [] json;

	/**
	 * A publication.
	 * @param topic the topic
	 * @param message the message as it travels
	 */
	Publication(String topic, Message message) {
		this.topic = topic;
		this.message = message;
	}

	String topic() {
		return this.topic;
	}

	Message message() {
		return this.message;
	}

	byte[] json() {
		byte[] written = this.json;
		if (written == null) {
			written = Envelope.encode(this.message);
			this.json = written;
		}
		return written;
	}

}
