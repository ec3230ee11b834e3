package io.microspring.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;

import io.microspring.concurrent.Threads;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/2 connections that calls to one address share: one, and another only when the
 * peer takes no more streams on the first. However many calls wait for a connection, it
 * is dialled once.
 */
final class Http2Pool {

	/** How many connections there are to one address. */
	private static final int MOST = 100;

	/** A dial is for all that wait for it, not for the most impatient one. */
	private static final Duration LEAST_DIAL = Duration.ofSeconds(5);

	private final BiFunction<String, Duration, CompletableFuture<Http2Session>> dialer;

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<String, Peer> peers = new HashMap<>();

	/**
	 * A pool.
	 * @param dialer makes a connection that takes streams
	 */
	Http2Pool(BiFunction<String, Duration, CompletableFuture<Http2Session>> dialer) {
		this.dialer = dialer;
	}

	/**
	 * Opens a socket on a connection, which is dialled when there is none.
	 * @param address {@code host:port}
	 * @param timeout how long it may take
	 * @return the socket
	 */
	CompletableFuture<Socket> open(String address, Duration timeout) {
		Waiter waiter;
		boolean dial;
		this.lock.lock();
		try {
			Peer peer = this.peers.computeIfAbsent(address, (key) -> new Peer());
			Socket socket = peer.open();
			if (socket != null) {
				return CompletableFuture.completedFuture(socket);
			}
			if (peer.sessions.size() >= MOST) {
				return CompletableFuture.failedFuture(new TransportException(
						"no stream to " + address + ": " + MOST + " connections take no more", true, null));
			}
			waiter = new Waiter(new CompletableFuture<>(), timeout);
			peer.waiters.add(waiter);
			dial = !peer.dialling;
			peer.dialling = true;
		}
		finally {
			this.lock.unlock();
		}
		Threads.Scheduled timer = Threads.after(timeout, () -> waiter.future()
			.completeExceptionally(Dialer.failed(address, new IOException("no stream in " + timeout))));
		waiter.future().whenComplete((socket, failure) -> timer.cancel());
		if (dial) {
			dial(address, timeout);
		}
		return waiter.future();
	}

	private void dial(String address, Duration timeout) {
		Duration time = (timeout.compareTo(LEAST_DIAL) < 0) ? LEAST_DIAL : timeout;
		this.dialer.apply(address, time).whenComplete((session, failure) -> {
			if (session != null) {
				dialled(address, session);
			}
			else {
				Throwable cause = (failure instanceof CompletionException) ? failure.getCause() : failure;
				failed(address, (cause != null) ? cause : failure);
			}
		});
	}

	private void dialled(String address, Http2Session session) {
		List<Runnable> served = new ArrayList<>();
		Duration next = null;
		this.lock.lock();
		try {
			Peer peer = this.peers.computeIfAbsent(address, (key) -> new Peer());
			peer.sessions.add(session);
			boolean fresh = true;
			for (Waiter waiter = peer.waiters.peek(); waiter != null; waiter = peer.waiters.peek()) {
				Socket socket = waiter.future().isDone() ? null : session.calls().tryOpen();
				if (socket == null && !waiter.future().isDone()) {
					break;
				}
				peer.waiters.poll();
				fresh = false;
				if (socket != null) {
					CompletableFuture<Socket> future = waiter.future();
					served.add(() -> {
						if (!future.complete(socket)) {
							socket.close();
						}
					});
				}
			}
			Waiter waiting = peer.waiters.peek();
			peer.dialling = waiting != null && !fresh;
			if (waiting != null && fresh) {
				// Another connection would take no streams either.
				List<Waiter> refused = List.copyOf(peer.waiters);
				peer.waiters.clear();
				served.add(() -> refused.forEach((waiter) -> waiter.future()
					.completeExceptionally(
							new TransportException("no stream to " + address + ": it takes none", true, null))));
			}
			next = (waiting != null && peer.dialling) ? waiting.timeout() : null;
		}
		finally {
			this.lock.unlock();
		}
		session.finished().whenComplete((closed, failure) -> remove(address, session));
		served.forEach(Runnable::run);
		if (next != null) {
			dial(address, next);
		}
	}

	private void failed(String address, Throwable failure) {
		List<Waiter> waiters = new ArrayList<>();
		this.lock.lock();
		try {
			Peer peer = this.peers.get(address);
			if (peer != null) {
				peer.dialling = false;
				waiters.addAll(peer.waiters);
				peer.waiters.clear();
				if (peer.sessions.isEmpty()) {
					this.peers.remove(address);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		waiters.forEach((waiter) -> waiter.future().completeExceptionally(failure));
	}

	private void remove(String address, Http2Session session) {
		this.lock.lock();
		try {
			Peer peer = this.peers.get(address);
			if (peer != null) {
				peer.sessions.remove(session);
				if (peer.sessions.isEmpty() && !peer.dialling) {
					this.peers.remove(address);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** What is known of one address; belongs to the lock. */
	private static final class Peer {

		private final List<Http2Session> sessions = new ArrayList<>(1);

		private final Deque<Waiter> waiters = new ArrayDeque<>();

		private boolean dialling;

		@Nullable Socket open() {
			for (int i = 0; i < this.sessions.size(); i++) {
				Socket socket = this.sessions.get(i).calls().tryOpen();
				if (socket != null) {
					return socket;
				}
			}
			return null;
		}

	}

	private record Waiter(CompletableFuture<Socket> future, Duration timeout) {
	}

}
