package io.microspring.broker;

import java.nio.charset.StandardCharsets;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;

/**
 * A message that will not be tried again.
 *
 * @param topic the topic it was published to
 * @param original the message
 * @param reason what its last attempt failed with
 * @param attempts how often it was handed over
 */
record DeadLetter(String topic, Message original, Throwable reason, int attempts) {

	/** In bytes: every broker's headers take it. */
	private static final int LONGEST_REASON = 500;

	/** The original, with what happened to it in its headers. */
	Message message(String queue) {
		Metadata.Builder headers = Metadata.builder();
		this.original.headers().forEach(headers::set);
		headers.set(Headers.DEAD_LETTER_TOPIC, this.topic);
		headers.set(Headers.DEAD_LETTER_QUEUE, queue);
		headers.set(Headers.DEAD_LETTER_REASON, text());
		headers.set(Headers.DEAD_LETTER_ATTEMPTS, String.valueOf(this.attempts));
		return new Message(headers.build(), this.original.body());
	}

	/** What remains of a message that the dead letter topic does not take. */
	DeadLetter withoutBody() {
		Metadata headers = this.original.headers();
		Exception reason = new IllegalStateException(this.reason + " (its " + this.original.body().length
				+ " bytes are left out: the broker does not take them)");
		return new DeadLetter(this.topic, Message.of(headers), reason, this.attempts);
	}

	/** One line, for any broker's headers. */
	private String text() {
		String text = this.reason.toString().replaceAll("\\p{Cntrl}+", " ");
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		int end = Math.min(bytes.length, LONGEST_REASON);
		while (end < bytes.length && (bytes[end] & 0xc0) == 0x80) {
			end--;
		}
		return new String(bytes, 0, end, StandardCharsets.UTF_8);
	}

	@Override
	public String toString() {
		return "of " + this.topic + ", " + this.original.body().length + " bytes, after " + this.attempts + " attempts";
	}

}
