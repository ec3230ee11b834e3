package io.microspring.broker;

import java.nio.charset.StandardCharsets;
import java.util.List;

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
 * @param missing what is left out of it, for whoever reads the reason
 */
record DeadLetter(String topic, Message original, Throwable reason, int attempts, String missing) {

	/** In bytes: every broker's headers take it. */
	private static final int LONGEST_REASON = 500;

	DeadLetter(String topic, Message original, Throwable reason, int attempts) {
		this(topic, original, reason, attempts, "");
	}

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

	/**
	 * What remains of a message that the dead letter topic does not take, the most first:
	 * the headers of a dead letter may themselves be what is too much.
	 */
	List<DeadLetter> remains() {
		Metadata headers = this.original.headers();
		byte[] body = this.original.body();
		String bytes = body.length + " bytes";
		String others = headers.size() + " headers";
		return List.of(without(bytes, Message.of(headers)), without(others, new Message(kind(headers), body)),
				without(others + " and " + bytes, Message.of(Metadata.empty())));
	}

	private DeadLetter without(String what, Message rest) {
		return new DeadLetter(this.topic, rest, this.reason, this.attempts,
				" (its " + what + " are left out: the broker does not take them)");
	}

	/** A body is of no use to somebody who does not know what it is. */
	private static Metadata kind(Metadata headers) {
		String type = headers.get(Headers.CONTENT_TYPE);
		return (type != null) ? Metadata.of(Headers.CONTENT_TYPE, type) : Metadata.empty();
	}

	/** One line, for any broker's headers. */
	private String text() {
		String text = this.reason.toString().replaceAll("\\p{Cntrl}+", " ");
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		int end = Math.min(bytes.length, LONGEST_REASON - this.missing.length());
		while (end < bytes.length && (bytes[end] & 0xc0) == 0x80) {
			end--;
		}
		return new String(bytes, 0, end, StandardCharsets.UTF_8) + this.missing;
	}

	@Override
	public String toString() {
		return "of " + this.topic + ", " + this.original.body().length + " bytes, after " + this.attempts + " attempts";
	}

}
