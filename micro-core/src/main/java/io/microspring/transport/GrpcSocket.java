package io.microspring.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.microspring.concurrent.Threads;
import io.microspring.errors.GrpcStatus;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is a call of gRPC: its messages are {@link GrpcEnvelope}s, and either
 * end closes it by ending its side of the call, so that nothing sent before is lost.
 */
final class GrpcSocket implements Socket {

	private static final Metadata OPENING = Metadata.of(Headers.HTTP_STATUS, "200");

	private static final Metadata CALLER_END = Metadata.of(Headers.END, "true");

	private static final Metadata CALLEE_END = CALLER_END.with("grpc-status", "0");

	/** How long the other end may take to end its side. */
	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

	private final Socket call;

	private final HttpOptions options;

	private final Metadata end;

	private final AtomicBoolean closed = new AtomicBoolean();

	private volatile Runnable whenClosed = () -> {
	};

	private GrpcSocket(Socket call, HttpOptions options, Metadata end) {
		this.call = call;
		this.options = options;
		this.end = end;
	}

	/**
	 * The end that has dialled.
	 * @param call the call
	 * @param options the limits
	 * @return the socket
	 */
	static GrpcSocket dialled(Socket call, HttpOptions options) {
		return new GrpcSocket(call, options, CALLER_END);
	}

	/**
	 * The end that has accepted. The caller is told at once that it has come to the right
	 * place.
	 * @param call the call
	 * @param options the limits
	 * @return the socket
	 */
	static GrpcSocket accepted(Socket call, HttpOptions options) {
		call.send(Message.of(OPENING));
		return new GrpcSocket(call, options, CALLEE_END);
	}

	/**
	 * Has something run once this end is closed by either side.
	 * @param action what to run
	 */
	void whenClosed(Runnable action) {
		this.whenClosed = action;
	}

	/** Whether this is what closes it. */
	private boolean beginClosing() {
		boolean first = this.closed.compareAndSet(false, true);
		if (first) {
			this.whenClosed.run();
		}
		return first;
	}

	@Override
	public void send(Message message) {
		if (this.closed.get()) {
			throw new TransportException("connection to " + remote() + " is closed", true, null);
		}
		HttpSocket.checkSize(message.body(), this.options.maxMessageSize(), remote());
		this.call.send(new Message(Metadata.empty(), GrpcEnvelope.write(message)));
	}

	@Override
	public void receive(Receiver receiver) {
		this.call.receive(new Opener(receiver));
	}

	@Override
	public boolean isWritable() {
		return isOpen() && this.call.isWritable();
	}

	@Override
	public boolean awaitWritable(Duration timeout) throws InterruptedException {
		return this.call.awaitWritable(timeout) && isOpen();
	}

	@Override
	public void reading(boolean reading) {
		this.call.reading(reading);
	}

	@Override
	public boolean isOpen() {
		return !this.closed.get() && this.call.isOpen();
	}

	@Override
	public String local() {
		return this.call.local();
	}

	@Override
	public String remote() {
		return this.call.remote();
	}

	@Override
	public void close() {
		if (!beginClosing()) {
			return;
		}
		endOurs();
		// What is held back cannot tell that the other end has ended.
		this.call.reading(true);
		if (this.end == CALLEE_END) {
			this.call.close();
		}
		else {
			Threads.after(CLOSE_TIMEOUT, this.call::close);
		}
	}

	private void endOurs() {
		try {
			this.call.send(Message.of(this.end));
		}
		catch (TransportException ignored) {
			// the peer has gone first
		}
	}

	@Override
	public String toString() {
		return "grpc[" + local() + " <-> " + remote() + "]";
	}

	/** Opens envelopes. Called by one thread at a time. */
	private final class Opener implements Receiver {

		private final Receiver receiver;

		private boolean over;

		Opener(Receiver receiver) {
			this.receiver = receiver;
		}

		@Override
		public void onMessage(Message message) {
			if (message.header(Headers.END) != null) {
				ended(message.headers());
			}
			else if (message.header(Headers.HTTP_STATUS) == null && message.header(Headers.CALL_PROTOCOL) == null) {
				deliver(message.body());
			}
		}

		private void deliver(byte[] envelope) {
			if (GrpcSocket.this.closed.get()) {
				return;
			}
			Message message;
			try {
				message = GrpcEnvelope.read(envelope, GrpcSocket.this.options.maxHeaderSize());
			}
			catch (IOException ex) {
				close();
				over(new TransportException("malformed message from " + remote() + ": " + ex.getMessage(), false, ex));
				return;
			}
			this.receiver.onMessage(message);
		}

		/** The other end has ended its side: that closes the connection. */
		private void ended(Metadata trailers) {
			String status = trailers.getOrDefault("grpc-status", "0");
			String message = GrpcStatus.decodeMessage(trailers.getOrDefault("grpc-message", ""));
			boolean unsent = status.equals(Integer.toString(GrpcStatus.UNIMPLEMENTED));
			if (beginClosing()) {
				endOurs();
			}
			GrpcSocket.this.call.close();
			over(status.equals("0") ? null : new TransportException(
					"connection to " + remote() + " ended with gRPC status " + status + ": " + message, unsent, null));
		}

		/** Nothing can follow what was refused: the receiver answers it now or never. */
		@Override
		public void onRefused(Message head, MicroException error) {
			this.receiver.onRefused(Message.of(Metadata.empty()), error);
			close();
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			over(beginClosing() ? cause : null);
		}

		private void over(@Nullable Throwable cause) {
			if (!this.over) {
				this.over = true;
				this.receiver.onClosed(cause);
			}
		}

	}

}
