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

	CompletableFuture<Connection> acquire(String address, Duration timeLeft) {
		if (this.closed) {
			return CompletableFuture.failedFuture(new TransportException("the client is closed", true, null));
		}
		Deque<Connection> waiting = this.idle.get(address);
		if (waiting != null) {
			for (Connection next = waiting.pollFirst(); next != null; next = waiting.pollFirst()) {
				if (next.isUsable(this.ttlNanos)) {
					return CompletableFuture.completedFuture(next);
				}
				next.close();
			}
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
		Deque<Connection> waiting = this.idle.computeIfAbsent(connection.address(),
				(a) -> new ConcurrentLinkedDeque<>());
		// size() walks the deque, which is as short as the pool is small.
		if (!reusable || this.closed || !connection.isUsable(this.ttlNanos) || waiting.size() >= this.maxIdle) {
			connection.close();
			return;
		}
		waiting.addFirst(connection);
		if (!connection.isUsable(this.ttlNanos)) {
			// It closed meanwhile, and nobody will tell again.
			waiting.remove(connection);
		}
		else if (this.idle.get(connection.address()) != waiting && waiting.remove(connection)) {
			// The deque was given up as empty at the same moment: nobody would look
			// there.
			release(connection, true);
		}
	}

	void closed(Connection connection) {
		this.all.remove(connection);
		Deque<Connection> waiting = this.idle.get(connection.address());
		if (waiting != null) {
			waiting.remove(connection);
			if (waiting.isEmpty()) {
				this.idle.remove(connection.address(), waiting);
			}
		}
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
