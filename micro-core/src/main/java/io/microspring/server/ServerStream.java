package io.microspring.server;

import java.lang.reflect.Type;
import java.time.Duration;

import io.microspring.call.Deadline;
import io.microspring.call.Stream;
import io.microspring.call.Window;
import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.transport.Socket;
import org.jspecify.annotations.Nullable;

/**
 * The handler's end of a mucp stream (protocol reference §3.6). Its first message only
 * opened it and is not part of it.
 */
final class ServerStream implements Stream<Object, Object> {

	private final ServerCall call;

	private final Codec codec;

	private final Socket socket;

	private final Runnable onEnd;

	private final Type type;

	private final Window<Message> window;

	private volatile boolean ended;

	ServerStream(ServerCall call, Codec codec, Socket socket, ReadGate gate, Runnable onEnd) {
		this.call = call;
		this.codec = codec;
		this.socket = socket;
		this.onEnd = onEnd;
		this.type = call.route.handler().requestType();
		this.window = new Window<>(gate::reading);
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
		}
	}

	void broken(@Nullable Throwable cause) {
		MicroException error = MicroException.of(this.call.service(), 499,
				"the caller has gone: " + this.call.remote());
		this.window.end((cause == null) ? error : error.because(cause));
	}

	/** Nothing more is sent or received; called once the end has been decided. */
	void ended() {
		this.ended = true;
		this.window.end(null);
		this.onEnd.run();
	}

	@Override
	public void send(Object message) {
		if (this.ended) {
			throw MicroException.of(this.call.service(), 499, "the stream of " + this.call.endpoint() + " has ended");
		}
		Message encoded = this.codec.write(Codec.Header.of(Codec.Kind.RESPONSE), message);
		awaitWritable();
		this.socket.send(this.call.dialect.part(encoded));
	}

	@Override
	public @Nullable Object receive() {
		Message message = this.window.take(this.call.deadline(),
				() -> MicroException.timeout(this.call.service(), ServerCall.DEADLINE_EXCEEDED));
		return (message == null) ? null : this.codec.read(Codec.Kind.REQUEST, message).body(this.type);
	}

	@Override
	public void closeSend() {
		// The handler's return says it: mucp ends a stream as a whole.
	}

	@Override
	public void close() {
		this.window.end(null);
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
				if (!this.socket.isOpen()) {
					throw MicroException.of(this.call.service(), 499, "the caller has gone: " + this.call.remote());
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw MicroException.of(this.call.service(), 499, "interrupted while sending").because(ex);
		}
	}

}
