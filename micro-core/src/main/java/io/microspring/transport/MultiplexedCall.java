package io.microspring.transport;

import io.microspring.errors.MicroException;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * A call with one request and one answer on a {@link Multiplex}, as its caller sees it.
 * Of {@link #answered}, {@link #failed}, {@link #refused} and {@link #broken} one is
 * called, once, unless the call is cancelled; on a thread that must not be blocked.
 */
public abstract class MultiplexedCall extends MuxOutgoing {

	private final CallTemplate template;

	private final Metadata headers;

	private final long timeoutNanos;

	private final byte[] body;

	/** Zero until it is written; the event loop's. */
	private int id;

	private volatile boolean cancelled;

	/**
	 * A call.
	 * @param template what it has in common with others
	 * @param headers its other headers
	 * @param timeoutNanos how long the caller waits for the answer, zero for as long as
	 * it takes
	 * @param body the encoded request
	 */
	protected MultiplexedCall(CallTemplate template, Metadata headers, long timeoutNanos, byte[] body) {
		this.template = template;
		this.headers = headers;
		this.timeoutNanos = timeoutNanos;
		this.body = body;
	}

	/**
	 * The answer has come.
	 * @param answered its headers
	 * @param answer its body
	 */
	protected abstract void answered(Metadata answered, byte[] answer);

	/**
	 * The callee has answered with an error.
	 * @param text the error's text
	 */
	protected abstract void failed(String text);

	/**
	 * There is an answer, and it is refused because it is over a limit.
	 * @param error why
	 */
	protected abstract void refused(MicroException error);

	/**
	 * No answer will come.
	 * @param failure why, and whether the callee can have seen the call
	 */
	protected abstract void broken(TransportException failure);

	/** Refuses headers that the callee would not read. */
	final void checkHeaders(int limit, String remote) {
		MuxFrame.checkHeaders(this.headers, limit, remote);
	}

	final byte[] body() {
		return this.body;
	}

	final int id() {
		return this.id;
	}

	final void cancelled() {
		this.cancelled = true;
	}

	final boolean isCancelled() {
		return this.cancelled;
	}

	@Override
	final void write(MuxSession session) {
		if (!this.cancelled && session instanceof MuxClient client) {
			this.id = client.begin(this, this.template);
			if (this.id != 0) {
				client.writeCall(this.id, this.template, this.timeoutNanos, this.headers, this.body);
			}
		}
	}

	@Override
	final void dropped(@Nullable Throwable cause) {
		if (!this.cancelled) {
			broken(new TransportException("the connection closed before the call was sent", true, cause));
		}
	}

}
