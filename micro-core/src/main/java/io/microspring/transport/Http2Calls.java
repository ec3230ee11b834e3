package io.microspring.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.concurrent.Threads;
import org.jspecify.annotations.Nullable;

/**
 * The sockets that the dialling end of an HTTP/2 connection gives out: no more at once
 * than the peer takes streams. Thread-safe.
 */
final class Http2Calls {

	private final Http2Session session;

	private final CompletableFuture<Http2Session> ready = new CompletableFuture<>();

	/** Those whose streams have not begun. */
	private final Set<StreamSocket> unopened = ConcurrentHashMap.newKeySet();

	private final AtomicInteger open = new AtomicInteger();

	private volatile int most;

	private volatile boolean stopped;

	Http2Calls(Http2Session session) {
		this.session = session;
	}

	/**
	 * Waits, without blocking, until the peer has shown that it speaks HTTP/2.
	 * @param address what was dialled
	 * @param timeout how long at the most
	 * @return the connection
	 */
	CompletableFuture<Http2Session> ready(String address, Duration timeout) {
		Threads.Scheduled timer = Threads.after(timeout, () -> this.ready
			.completeExceptionally(Dialer.failed(address, new IOException("no HTTP/2 in " + timeout))));
		return this.ready.whenComplete((session, failure) -> {
			timer.cancel();
			if (failure != null) {
				this.session.closeNow();
			}
		});
	}

	/**
	 * The peer has told how many streams it takes.
	 * @param streams how many
	 */
	void most(int streams) {
		if (!this.stopped) {
			this.most = streams;
		}
		this.ready.complete(this.session);
	}

	/** No more sockets are given out. */
	void stop() {
		this.stopped = true;
		this.most = 0;
	}

	/**
	 * A new socket for a call to the peer.
	 * @return the socket, or null when the connection takes no more
	 */
	@Nullable Socket tryOpen() {
		int before = this.open.get();
		while (!this.stopped && before < this.most && this.session.isOpen()) {
			if (this.open.compareAndSet(before, before + 1)) {
				CallSocket socket = new CallSocket(this.session);
				this.unopened.add(socket);
				return socket;
			}
			before = this.open.get();
		}
		return null;
	}

	/** Whether no socket is given out. */
	boolean isIdle() {
		return this.open.get() == 0;
	}

	/** The stream of a socket has begun. */
	void opened(StreamSocket socket) {
		this.unopened.remove(socket);
	}

	/** A socket is over. */
	void released(StreamSocket socket) {
		this.unopened.remove(socket);
		this.open.decrementAndGet();
	}

	/**
	 * The connection takes no more streams: those that have not begun will not.
	 * @param cause why, or null when this end closes
	 */
	void broken(@Nullable TransportException cause) {
		stop();
		this.unopened.forEach((socket) -> socket.over(cause));
		if (cause != null) {
			Throwable why = (cause.getCause() != null) ? cause.getCause() : cause;
			this.ready.completeExceptionally(Dialer.failed(this.session.authority(), why));
		}
	}

}
