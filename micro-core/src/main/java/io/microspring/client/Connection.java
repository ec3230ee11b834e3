package io.microspring.client;

import java.util.concurrent.atomic.AtomicReference;

import io.microspring.client.Dialect.Answer;
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

	private final IdleConnections idle;

	private final Socket socket;

	private final long openedAt = System.nanoTime();

	private final AtomicReference<@Nullable Answer> waiting = new AtomicReference<>();

	/**
	 * Whose request is on its way out, so that whoever sends it tells how it went. Its
	 * answer may be faster than the return from sending it, and the next call too.
	 */
	private final AtomicReference<@Nullable Answer> sending = new AtomicReference<>();

	private volatile @Nullable TransportException broken;

	/** Where it waited last; null before. */
	private volatile IdleConnections.@Nullable Place place;

	Connection(ConnectionPool pool, String address, IdleConnections idle, Socket socket) {
		this.pool = pool;
		this.address = address;
		this.idle = idle;
		this.socket = socket;
	}

	/** The pool knows of it, and it may be used. */
	void receive() {
		this.socket.receive(this);
	}

	IdleConnections idle() {
		return this.idle;
	}

	IdleConnections.@Nullable Place place() {
		return this.place;
	}

	void place(IdleConnections.Place waits) {
		this.place = waits;
	}

	boolean isOpen() {
		return this.socket.isOpen();
	}

	String address() {
		return this.address;
	}

	@Override
	public void exchange(Message request, Answer answer) {
		this.sending.set(answer);
		if (!this.waiting.compareAndSet(null, answer)) {
			this.sending.compareAndSet(answer, null);
			throw new IllegalStateException("The connection to " + this.address + " is in use");
		}
		try {
			this.socket.send(request);
		}
		catch (RuntimeException ex) {
			// Nothing went out: the connection is as good as before, unless it has ended.
			this.sending.compareAndSet(answer, null);
			this.waiting.set(null);
			this.pool.release(this, true);
			answer.failed(ex);
			return;
		}
		this.sending.compareAndSet(answer, null);
		TransportException end = this.broken;
		if (end != null && this.waiting.compareAndSet(answer, null)) {
			answer.failed(end);
		}
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
	 * @param answer what {@link #exchange} was given
	 */
	@Override
	public void abandon(Answer answer) {
		if (this.waiting.compareAndSet(answer, null)) {
			this.socket.close();
		}
	}

	void close() {
		this.socket.close();
	}

	@Override
	public void onMessage(Message message) {
		Answer answer = this.waiting.getAndSet(null);
		if (answer == null) {
			// An answer nobody asked for: order is lost on this connection.
			this.socket.close();
			return;
		}
		boolean reusable = !"close".equalsIgnoreCase(message.header("Connection"));
		this.pool.release(this, reusable);
		answer.answered(message);
	}

	@Override
	public void onRefused(Message head, MicroException error) {
		Answer answer = this.waiting.getAndSet(null);
		this.pool.release(this, false);
		if (answer != null) {
			answer.failed(error);
		}
	}

	@Override
	public void onClosed(@Nullable Throwable cause) {
		this.pool.closed(this);
		String reason = (cause == null || cause.getMessage() == null) ? "" : ": " + cause.getMessage();
		TransportException end = new TransportException(
				"the connection to " + this.address + " closed before the answer came" + reason, false, cause);
		this.broken = end;
		Answer answer = this.waiting.get();
		// Only who sends knows whether anything went out.
		if (answer != null && answer != this.sending.get() && this.waiting.compareAndSet(answer, null)) {
			answer.failed(end);
		}
	}

}
