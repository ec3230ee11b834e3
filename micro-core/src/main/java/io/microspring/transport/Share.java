package io.microspring.transport;

import io.microspring.errors.MicroException;

/**
 * What one stream takes of what its connection may hold. Belongs to the event loop.
 */
final class Share {

	private final Http2Streams streams;

	/** How much of a message is there that is not complete. */
	private long partial;

	/** How large the last message was that came compressed. */
	private long inflated;

	Share(Http2Streams streams) {
		this.streams = streams;
	}

	/**
	 * A part of a message has come.
	 * @param bytes how much
	 * @return whether that is still bearable
	 */
	boolean partial(int bytes) {
		this.partial += bytes;
		return this.streams.partial(bytes);
	}

	/** The message is complete. */
	void complete() {
		if (this.partial > 0) {
			this.streams.partial(-this.partial);
			this.partial = 0;
		}
	}

	/**
	 * A message was decompressed. It counts until the next one has come, or the stream is
	 * over: a few bytes on the wire must not become more than memory holds.
	 * @param bytes how large it is
	 * @throws MicroException 429 when the connection holds too much already
	 */
	void inflated(int bytes) {
		long more = bytes - this.inflated;
		this.inflated = bytes;
		if (!this.streams.inflated(more)) {
			throw exceeded();
		}
	}

	/** The stream is over. */
	void end() {
		complete();
		this.streams.inflated(-this.inflated);
		this.inflated = 0;
	}

	/** That a connection holds too much already. */
	static MicroException exceeded() {
		return MicroException.of(HttpSocket.ID, 429, "too many large messages come at once");
	}

}
