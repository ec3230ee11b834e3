package io.microspring.server;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.microspring.call.Deadline;
import io.microspring.call.Stream;
import io.microspring.call.Window;
import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * The handler's end of a stream. Of a mucp stream (protocol reference §3.6) the first
 * message only opened it and is not part of it.
 */
final class ServerStream implements Stream<Object, Object> {

	private final ServerCall call;

	private final Codec codec;

	private final Codec.Header header;

	private final Socket socket;

	private final Runnable onEnd;

	private final Type type;

	private final Window<Message> window;

	private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();

	/** Why it broke, where more is known than that it did. */
	private volatile @Nullable MicroException reason;

	ServerStream(ServerCall call, Codec codec, ReadGate gate, Runnable onEnd) {
		this.call = call;
		this.codec = codec;
		this.header = call.dialect.ofPart();
		this.socket = call.origin.socket();
		this.onEnd = onEnd;
		this.type = call.route.handler().requestType();
		this.window = new Window<>(gate::reading, (message) -> message.body().length, this.socket::taken);
	}

	void onMessage(Message message) {
		String error = message.header(Headers.ERROR);
		if (error == null || error.isEmpty()) {
			this.window.add(message);
		}
		else if (Headers.END_OF_STREAM.equals(error)) {
			this.window.end(null);
		}
		else {
			this.window.end(MicroException.parse(error));
			this.over.complete(null);
		}
	}

	/** The caller sends no more, and waits for the rest. */
	void halfClosed() {
		this.window.end(null);
	}

	/** A message of the caller's was refused: the handler is told, and so its caller. */
	void refused(MicroException error) {
		this.window.end(error);
	}

	/** Whether nobody is there any more to send to. */
	boolean isOver() {
		return this.over.isDone();
	}

	/** The caller has gone. */
	void broken(@Nullable Throwable cause) {
		if (cause instanceof TransportException && cause.getCause() instanceof MicroException reason) {
			this.reason = reason;
		}
		MicroException error = hasGone();
		if (this.reason != null) {
			// Given up, perhaps for all that is held here.
			this.window.drop(error);
		}
		else {
			this.window.end((cause == null) ? error : error.because(cause));
		}
		this.over.complete(null);
	}

	/**
	 * Nothing more is sent or received, as the call has been answered: by the handler's
	 * return, by the deadline, or because the server stops. A handler that still waits is
	 * told, since what it has received is not all there was to be.
	 */
	void ended() {
		this.window.drop(this.call.deadline().isExpired()
				? MicroException.timeout(this.call.service(), ServerCall.DEADLINE_EXCEEDED) : hasEnded());
		this.over.complete(null);
		this.onEnd.run();
	}

	@Override
	public void send(Object message) {
		Message encoded = this.codec.write(this.header, message);
		awaitWritable();
		if (isOver()) {
			throw this.call.isAnswered() ? hasEnded() : hasGone();
		}
		try {
			this.call.origin.send(this.call, encoded);
		}
		catch (TransportException ex) {
			throw (this.reason != null) ? hasGone() : hasGone().because(ex);
		}
	}

	@Override
	public @Nullable Object receive() {
		Message message = this.window.take(this.call.deadline(),
				() -> MicroException.timeout(this.call.service(), ServerCall.DEADLINE_EXCEEDED));
		if (message == null) {
			return null;
		}
		this.call.received(message);
		return this.codec.read(Codec.Kind.REQUEST, message).body(this.type);
	}

	@Override
	public void closeSend() {
		// The handler's return says it: the answering side ends a stream as a whole.
	}

	@Override
	public void fail(MicroException error) {
		this.call.answer(this.call.dialect.failure(error), true);
	}

	@Override
	public void close() {
		this.window.close();
	}

	@Override
	public void onEnd(Runnable action) {
		this.over.thenRun(action);
	}

	private void awaitWritable() {
		if (this.socket.isWritable()) {
			return;
		}
		Deadline deadline = this.call.deadline();
		try {
			while (!this.socket.awaitWritable(deadline.isNone() ? Duration.ofSeconds(1) : deadline.remaining())) {
				if (deadline.isExpired()) {
					throw MicroException.timeout(this.call.service(), ServerCall.DEADLINE_EXCEEDED);
				}
				if (isOver() || !this.socket.isOpen()) {
					return;
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw MicroException.of(this.call.service(), 499, "interrupted while sending").because(ex);
		}
	}

	private MicroException hasEnded() {
		return MicroException.of(this.call.service(), 499, "the stream of " + this.call.endpoint() + " has ended");
	}

	private MicroException hasGone() {
		MicroException given = this.reason;
		return (given != null) ? given
				: MicroException.of(this.call.service(), 499, "the caller has gone: " + this.call.remote());
	}

}
