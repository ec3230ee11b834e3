package io.microspring.client;

import java.time.Duration;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;

import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * Connections kept for the next call, by address; the one used last is used first, so
 * that the others grow old and go. go-micro: {@code util/pool}.
 */
final class ConnectionPool {

	private final Transport transport;

	private final Duration dialTimeout;

	private final int maxIdle;

	private final long ttlNanos;

	private final Map<String, Deque<Connection>> idle = new ConcurrentHashMap<>();

	private final Set<Connection> all = ConcurrentHashMap.newKeySet();

	private volatile boolean closed;

	ConnectionPool(Transport transport, ClientOptions options) {
		this.transport = transport;
		this.dialTimeout = options.dialTimeout();
		this.maxIdle = options.poolSize();
		this.ttlNanos = options.poolTtl().toNanos();
	}

	Transport transport() {
		return this.transport;
	}

	/** The connection to an address that was used last, or null when all are in use. */
	@Nullable Connection idle(String address) {
		Deque<Connection> waiting = this.idle.get(address);
		if (waiting != null) {
			for (Connection next = waiting.pollFirst(); next != null; next = waiting.pollFirst()) {
				if (next.isUsable(this.ttlNanos)) {
					return next;
				}
				next.close();
			}
		}
		return null;
	}

	CompletableFuture<Connection> dial(String address, Duration timeLeft) {
		if (this.closed) {
			return CompletableFuture.failedFuture(new TransportException("the client is closed", true, null));
		}
		Duration timeout = (timeLeft.compareTo(this.dialTimeout) < 0) ? timeLeft : this.dialTimeout;
		return this.transport.dial(address, timeout).thenApply((socket) -> {
			Connection connection = new Connection(this, address, socket);
			this.all.add(connection);
			if (this.closed || !socket.isOpen()) {
				closed(connection);
				connection.close();
			}
			return connection;
		});
	}

	void release(Connection connection, boolean reusable) {
		if (!reusable || this.closed || !connection.isUsable(this.ttlNanos) || !keep(connection)) {
			connection.close();
			return;
		}
		if (!connection.isUsable(this.ttlNanos)) {
			// It closed meanwhile, and nobody will tell again.
			forget(connection);
		}
	}

	/** A deque is filled and given up under the map's lock, so that none is lost. */
	private boolean keep(Connection connection) {
		boolean[] kept = new boolean[1];
		this.idle.compute(connection.address(), (address, present) -> {
			Deque<Connection> waiting = (present != null) ? present : new ConcurrentLinkedDeque<>();
			// size() walks the deque, which is as short as the pool is small.
			kept[0] = waiting.size() < this.maxIdle;
			if (kept[0]) {
				waiting.addFirst(connection);
			}
			return waiting.isEmpty() ? null : waiting;
		});
		return kept[0];
	}

	private void forget(Connection connection) {
		this.idle.computeIfPresent(connection.address(), (address, waiting) -> {
			waiting.remove(connection);
			return waiting.isEmpty() ? null : waiting;
		});
	}

	void closed(Connection connection) {
		this.all.remove(connection);
		forget(connection);
	}

	int idleCount() {
		return this.idle.values().stream().mapToInt(Deque::size).sum();
	}

	int openCount() {
		return this.all.size();
	}

	void close() {
		this.closed = true;
		this.all.forEach(Connection::close);
		this.idle.clear();
	}

}
