package io.microspring.transport;

import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * A call with one request and one answer on a {@link Multiplexed} connection, as its
 * callee sees it. Thread-safe; one of {@link #answer}, {@link #fail} and {@link #refuse}
 * is to be called, once.
 */
public final class IncomingCall extends MuxOutgoing {

	private final MuxServer connection;

	private final int id;

	private final CallTemplate template;

	private final Metadata headers;

	private final long timeoutNanos;

	private final byte[] body;

	/** The bytes that it holds. */
	private final int size;

	/** Written by the event loop. */
	private volatile boolean cancelled;

	/** Whether it is written, or dropped; the event loop's. */
	private boolean over;

	/** Set before it is handed to the event loop. */
	private int type;

	private Metadata answerHeaders = Metadata.empty();

	private byte @Nullable [] answer;

	IncomingCall(MuxServer connection, int id, CallTemplate template, Metadata headers, long timeoutNanos, byte[] body,
			int size) {
		this.connection = connection;
		this.id = id;
		this.template = template;
		this.headers = headers;
		this.timeoutNanos = timeoutNanos;
		this.body = body;
		this.size = size;
	}

	/**
	 * The number that the caller gave it.
	 * @return the number
	 */
	public int id() {
		return this.id;
	}

	/**
	 * What it has in common with others.
	 * @return the template, always the same object for the same
	 */
	public CallTemplate template() {
		return this.template;
	}

	/**
	 * Its other headers.
	 * @return the headers
	 */
	public Metadata headers() {
		return this.headers;
	}

	/**
	 * How long the caller waits.
	 * @return the time in nanoseconds, zero when it did not say
	 */
	public long timeoutNanos() {
		return this.timeoutNanos;
	}

	/**
	 * The encoded request.
	 * @return the body
	 */
	public byte[] body() {
		return this.body;
	}

	/**
	 * Whether the caller still waits, as far as known.
	 * @return false when it has given up or gone
	 */
	public boolean isWaiting() {
		return !this.cancelled && !this.connection.isOver();
	}

	/**
	 * Answers.
	 * @param given headers of the answer
	 * @param encoded its body
	 */
	public void answer(Metadata given, byte[] encoded) {
		this.answerHeaders = given;
		end(MuxFrame.ANSWER, encoded);
	}

	/**
	 * Answers with an error.
	 * @param text its text in UTF-8
	 */
	public void fail(byte[] text) {
		end(MuxFrame.FAILURE, text);
	}

	/** Says that the call has not been looked at, and can be made elsewhere. */
	public void refuse() {
		end(MuxFrame.REFUSED, null);
	}

	private void end(int frame, byte @Nullable [] rest) {
		this.answer = rest;
		this.type = frame;
		this.connection.submit(this);
	}

	int size() {
		return this.size;
	}

	void cancelled() {
		this.cancelled = true;
	}

	boolean isOver() {
		return this.over;
	}

	@Override
	void write(MuxSession session) {
		if (!this.over) {
			this.over = true;
			this.connection.ended(this);
			if (!this.cancelled) {
				this.connection.writeAnswer(this.type, this.id, this.answerHeaders, this.answer);
			}
		}
	}

}
