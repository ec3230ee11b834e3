package io.microspring.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import io.microspring.client.Dialect.Exchange;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * A pooled connection: one call at a time, answers matched by order, as go-micro's
 * servers need it (protocol reference §3.5).
 */
final class Connection implements Exchange, Receiver {

	private final ConnectionPool pool;

	private final String address;

	private final Socket socket;

	private final long openedAt = System.nanoTime();

	private final AtomicReference<@Nullable CompletableFuture<Message>> waiting = new AtomicReference<>();

	Connection(ConnectionPool pool, String address, Socket socket) {
		this.pool = pool;
		this.address = address;
		this.socket = socket;
		socket.receive(this);
	}

	String address() {
		return this.address;
	}

	@Override
	public CompletableFuture<Message> exchange(Message request) {
		CompletableFuture<Message> answer = new CompletableFuture<>();
		if (!this.waiting.compareAndSet(null, answer)) {
			throw new IllegalStateException("The connection to " + this.address + " is in use");
		}
		try {
			this.socket.send(request);
		}
		catch (RuntimeException ex) {
			// Nothing went out: the connection is as good as before. The future given
			// back is another, as the end of the connection may have failed this one
			// already,
			// without knowing that nothing was sent.
			this.waiting.set(null);
			this.pool.release(this, true);
			return CompletableFuture.failedFuture(ex);
		}
		return answer;
	}

	/** Back to the pool, unused. */
	@Override
	public void release() {
		this.pool.release(this, true);
	}

	boolean isUsable(long ttlNanos) {
		return this.socket.isOpen() && System.nanoTime() - this.openedAt < ttlNanos;
	}

	/**
	 * Gives an exchange up: whatever still comes belongs to nobody, so the connection
	 * goes. One that has its answer already is left alone, as the connection may serve
	 * another call by now.
	 * @param answer what {@link #exchange} returned
	 */
	@Override
	public void abandon(CompletableFuture<Message> answer) {
		if (this.waiting.compareAndSet(answer, null)) {
			this.socket.close();
		}
	}

	void close() {
		this.socket.close();
	}

	@Override
	public void onMessage(Message message) {
		CompletableFuture<Message> answer = this.waiting.getAndSet(null);
		if (answer == null) {
			// An answer nobody asked for: order is lost on this connection.
			this.socket.close();
			return;
		}
		boolean reusable = !"close".equalsIgnoreCase(message.header("Connection"));
		this.pool.release(this, reusable);
		answer.complete(message);
	}

	@Override
	public void onRefused(Message head, MicroException error) {
		CompletableFuture<Message> answer = this.waiting.getAndSet(null);
		this.pool.release(this, false);
		if (answer != null) {
			answer.completeExceptionally(error);
		}
	}

	@Override
	public void onClosed(@Nullable Throwable cause) {
		this.pool.closed(this);
		CompletableFuture<Message> answer = this.waiting.getAndSet(null);
		if (answer != null) {
			answer.completeExceptionally(new TransportException(
					"the connection to " + this.address + " closed before the answer came", false, cause));
		}
	}

}
