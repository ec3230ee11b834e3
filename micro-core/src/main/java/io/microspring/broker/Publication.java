package io.microspring.broker;

import java.util.concurrent.atomic.AtomicReferenceArray;

import io.microspring.message.Message;

/**
 * A message that was published, written as JSON once for each dialect, however many hosts
 * it goes to.
 */
final class Publication {

	private final String topic;

	private final Message message;

	/**
	 * By dialect. Written by the first that needs it; two that do so at once write the
	 * same.
	 */
	private final AtomicReferenceArray<byte[]> json = new AtomicReferenceArray<>(HttpDialect.values().length);

	/**
	 * A publication.
	 * @param topic the topic
	 * @param message the message as a subscriber gets it
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

	byte[] json(HttpDialect dialect) {
		byte[] written = this.json.get(dialect.ordinal());
		if (written == null) {
			written = Envelope.encode(dialect.addressed(this.message, this.topic));
			this.json.set(dialect.ordinal(), written);
		}
		return written;
	}

}
