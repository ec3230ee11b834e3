package io.microspring.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import io.microspring.call.Deadline;
import io.microspring.call.Stream;
import io.microspring.call.Window;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * The caller's end of a mucp stream, on a connection of its own (protocol reference
 * §3.6): an opening message whose body nobody reads, then the messages; {@code EOS} from
 * the caller says that it sends no more, {@code EOS} or an error from the handler ends
 * the stream, and with it the connection.
 */
final class ClientStream implements Stream<Object, Object>, Receiver {

	private final StreamOpening opening;

	private final RpcClient client;

	private final String endpoint;

	private final Deadline deadline;

	private final Socket socket;

	private final Window<Message> window;

	private final AtomicBoolean sendClosed = new AtomicBoolean();

	private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();

	ClientStream(StreamOpening opening, Socket socket) {
		this.opening = opening;
		this.client = opening.client();
		this.endpoint = opening.endpoint();
		this.deadline = opening.deadline();
		this.socket = socket;
		this.window = new Window<>(socket::reading);
	}

	void begin(@Nullable Message first) {
		this.client.opened(this);
		this.socket.receive(this);
		transmit(this.opening.opening());
		if (first != null) {
			transmit(first);
		}
	}

	@Override
	public void send(Object message) {
		if (this.sendClosed.get()) {
			throw MicroException.badRequest(Protocol.ID,
					"the stream to " + this.endpoint + " has been closed for sending");
		}
		Message encoded = this.opening.encode(message);
		awaitWritable();
		if (this.over.isDone()) {
			throw MicroException.of(Protocol.ID, 499, "the stream to " + this.endpoint + " has ended");
		}
		transmit(encoded);
	}

	@Override
	public @Nullable Object receive() {
		Message message = this.window.take(this.deadline, () -> MicroException.timeout(Protocol.ID,
				"stream timeout: nothing received from " + this.endpoint + " in time"));
		return (message == null) ? null : this.opening.decode(message);
	}

	@Override
	public void closeSend() {
		if (this.sendClosed.compareAndSet(false, true) && this.socket.isOpen()) {
			try {
				transmit(this.opening.end(Headers.END_OF_STREAM));
			}
			catch (MicroException ignored) {
				// the peer has closed first: it needs no telling
			}
		}
	}

	@Override
	public void fail(MicroException error) {
		this.sendClosed.set(true);
		// First, since the peer may answer with an error of its own.
		this.window.end(error);
		if (!this.over.isDone() && this.socket.isOpen()) {
			try {
				transmit(this.opening.end(error.toText()));
			}
			catch (MicroException ignored) {
				// the peer has gone first: it needs no telling
			}
		}
		end(error);
	}

	@Override
	public void close() {
		if (this.deadline.isExpired()) {
			fail(MicroException.timeout(Protocol.ID, "stream timeout: " + this.endpoint + " took too long"));
			return;
		}
		closeSend();
		end(null);
	}

	@Override
	public void onEnd(Runnable action) {
		this.over.thenRun(action);
	}

	@Override
	public void onMessage(Message message) {
		if (Headers.END_OF_STREAM.equals(message.header(Headers.ERROR))) {
			end(null);
			return;
		}
		MicroException failure = Protocol.error(message);
		int limit = this.client.options.maxMessageSize();
		if (failure != null) {
			end(failure);
		}
		else if (message.body().length > limit) {
			end(MicroException.of(Protocol.ID, 413, "a message of " + this.endpoint + " is " + message.body().length
					+ " bytes, over the limit of " + limit));
		}
		else {
			this.window.add(message);
		}
	}

	@Override
	public void onRefused(Message head, MicroException error) {
		end(error);
	}

	@Override
	public void onClosed(@Nullable Throwable cause) {
		MicroException error = MicroException.internalServerError(Protocol.ID,
				"the stream from " + this.endpoint + " at " + this.socket.remote() + " broke off");
		end((cause == null) ? error : error.because(cause));
		this.client.ended(this);
	}

	/** Of several ends the first counts; what came before it can still be received. */
	private void end(@Nullable MicroException failure) {
		this.window.end(failure);
		this.over.complete(null);
		this.socket.close();
	}

	private void transmit(Message message) {
		try {
			this.socket.send(message);
		}
		catch (TransportException ex) {
			throw MicroException.internalServerError(Protocol.ID, "connection error: " + ex.getMessage()).because(ex);
		}
	}

	private void awaitWritable() {
		try {
			while (!this.socket.isWritable() && this.socket.isOpen()) {
				this.socket.awaitWritable(this.deadline.isNone() ? Duration.ofSeconds(1) : this.deadline.remaining());
				if (this.deadline.isExpired()) {
					throw MicroException.timeout(Protocol.ID,
							"stream timeout: " + this.endpoint + " does not take what is sent");
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw MicroException.of(Protocol.ID, 499, "interrupted while sending").because(ex);
		}
	}

}
