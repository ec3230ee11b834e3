package io.microspring.client;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * Connections kept for the next call, by address; the one used last is used first, so
 * that the others grow old and go. go-micro: {@code util/pool}.
 */
final class ConnectionPool {

	private final Transport transport;

	private volatile int maxIdle;

	private volatile long ttlNanos;

	/** By address, as long as there is a connection to it. */
	private final Map<String, IdleConnections> idle = new ConcurrentHashMap<>();

	private final Set<Connection> all = ConcurrentHashMap.newKeySet();

	private volatile boolean closed;

	ConnectionPool(Transport transport, ClientOptions options) {
		this.transport = transport;
		options(options);
	}

	/** How many connections are kept from now on, and how long. */
	void options(ClientOptions options) {
		this.maxIdle = options.poolSize();
		this.ttlNanos = options.poolTtl().toNanos();
	}

	Transport transport() {
		return this.transport;
	}

	/** The connection to an address that was used last, or null when all are in use. */
	@Nullable Connection idle(String address) {
		IdleConnections waiting = this.idle.get(address);
		if (waiting == null) {
			return null;
		}
		for (Connection next = waiting.poll(); next != null; next = waiting.poll()) {
			if (next.isUsable(this.ttlNanos)) {
				return next;
			}
			next.close();
		}
		return null;
	}

	CompletableFuture<Connection> dial(String address, Duration timeout) {
		if (this.closed) {
			return CompletableFuture.failedFuture(new TransportException("the client is closed", true, null));
		}
		return this.transport.dial(address, timeout).thenApply((socket) -> {
			IdleConnections waiting = this.idle.compute(address,
					(key, present) -> ((present != null) ? present : new IdleConnections()).opened());
			Connection connection = new Connection(this, address, waiting, socket);
			this.all.add(connection);
			connection.receive();
			if (this.closed || !socket.isOpen()) {
				closed(connection);
				connection.close();
			}
			return connection;
		});
	}

	void release(Connection connection, boolean reusable) {
		if (!reusable || this.closed || !connection.isOpen() || !connection.idle().add(connection, this.maxIdle)) {
			connection.close();
			return;
		}
		if (!connection.isOpen() || this.closed) {
			// It closed meanwhile, and nobody will tell again.
			connection.idle().remove(connection);
			connection.close();
		}
	}

	void closed(Connection connection) {
		if (this.all.remove(connection)) {
			connection.idle().remove(connection);
			this.idle.computeIfPresent(connection.address(), (address, waiting) -> waiting.closed());
		}
	}

	int idleCount() {
		return this.idle.values().stream().mapToInt(IdleConnections::size).sum();
	}

	int openCount() {
		return this.all.size();
	}

	void close() {
		this.closed = true;
		this.all.forEach(Connection::close);
	}

}
