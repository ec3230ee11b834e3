package io.microspring.client;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.microspring.concurrent.Threads;
import io.microspring.transport.Multiplex;
import io.microspring.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The multiplexed connections to nodes of ours. No call waits for one: until it is there,
 * and where it cannot be had, calls go over HTTP/1.1. Thread-safe.
 */
final class MuxPool {

	private static final Logger logger = LoggerFactory.getLogger(Client.class);

	/** Connections to one node: as many as there are event loops to share the work. */
	private static final int CONNECTIONS = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2));

	/** How long a node is left alone that does not go over to frames. */
	private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);

	/** How many nodes are remembered; calls to others go over HTTP/1.1. */
	private static final int MOST_NODES = 10_000;

	private final Transport transport;

	private final Duration dialTimeout;

	private final Map<String, Peer> peers = new ConcurrentHashMap<>();

	private volatile boolean closed;

	MuxPool(Transport transport, Duration dialTimeout) {
		this.transport = transport;
		this.dialTimeout = dialTimeout;
	}

	Transport transport() {
		return this.transport;
	}

	/**
	 * A connection to a node, or null when there is none yet: then one is dialled, for
	 * the calls to come.
	 */
	@Nullable Multiplex find(String address) {
		Peer peer = this.peers.get(address);
		if (peer == null) {
			if (this.closed || this.peers.size() >= MOST_NODES) {
				return null;
			}
			peer = this.peers.computeIfAbsent(address, (key) -> new Peer());
		}
		Multiplex best = null;
		for (int i = 0; i < CONNECTIONS; i++) {
			Line line = peer.lines[i];
			Multiplex open = line.open;
			if (open == null || !open.isOpen()) {
				dial(address, peer, line);
			}
			else if (best == null || open.underWay() < best.underWay()) {
				best = open;
			}
		}
		return best;
	}

	private void dial(String address, Peer peer, Line line) {
		long now = System.nanoTime();
		if (this.closed || now - peer.notBefore < 0 || !line.dialling.compareAndSet(false, true)) {
			return;
		}
		this.transport.dialMultiplex(address, this.dialTimeout).whenComplete((connected, failure) -> {
			if (failure == null) {
				line.open = connected;
				if (this.closed) {
					connected.close();
				}
			}
			else {
				line.open = null;
				peer.notBefore = System.nanoTime() + PAUSE;
				logger.debug("Calls to {} go over HTTP/1.1: {}", address, failure.toString());
			}
			line.dialling.set(false);
		});
	}

	/**
	 * How many connections there are.
	 * @param used whether those that calls are under way on, or the others
	 */
	int openCount(boolean used) {
		int count = 0;
		for (Peer peer : this.peers.values()) {
			for (Line line : peer.lines) {
				Multiplex open = line.open;
				count += (open != null && open.isOpen() && (open.underWay() > 0) == used) ? 1 : 0;
			}
		}
		return count;
	}

	void close() {
		this.closed = true;
		for (Peer peer : this.peers.values()) {
			for (Line line : peer.lines) {
				Multiplex connection = line.open;
				if (connection != null) {
					// The ends of streams are still to be told.
					connection.drain();
					Threads.after(MuxDialect.GRACE, connection::close);
				}
			}
		}
		this.peers.clear();
	}

	/** What is known of one node. */
	private static final class Peer {

		private final Line[] lines = new Line[CONNECTIONS];

		private volatile long notBefore = System.nanoTime();

		Peer() {
			for (int i = 0; i < CONNECTIONS; i++) {
				this.lines[i] = new Line();
			}
		}

	}

	/** One connection, and what comes after it. */
	private static final class Line {

		private final AtomicBoolean dialling = new AtomicBoolean();

		private volatile @Nullable Multiplex open;

	}

}
