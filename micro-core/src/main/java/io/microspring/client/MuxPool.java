package io.microspring.client;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

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

	/** A connection that does not last so long is not dialled again at once. */
	private static final long SHORT = TimeUnit.SECONDS.toNanos(1);

	/** How many nodes are remembered; calls to others go over HTTP/1.1. */
	private static final int MOST_NODES = 10_000;

	private final Transport transport;

	/** How long a connection may take to open. */
	private final Supplier<Duration> dialTimeout;

	private final Map<String, Peer> peers = new ConcurrentHashMap<>();

	private final AtomicLong nextSweep = new AtomicLong(System.nanoTime());

	private volatile boolean closed;

	MuxPool(Transport transport, Supplier<Duration> dialTimeout) {
		this.transport = transport;
		this.dialTimeout = dialTimeout;
	}

	Transport transport() {
		return this.transport;
	}

	/**
	 * A connection to a node that has room for a call, or null when there is none: then
	 * one is dialled, for the calls to come.
	 */
	@Nullable Multiplex find(String address) {
		return find(address, false);
	}

	/** The same, with room for a stream. */
	@Nullable Multiplex findForStream(String address) {
		return find(address, true);
	}

	private @Nullable Multiplex find(String address, boolean streams) {
		Peer peer = this.peers.get(address);
		if (peer == null) {
			if (this.closed || isFull()) {
				return null;
			}
			peer = this.peers.computeIfAbsent(address, (key) -> new Peer());
		}
		Line best = null;
		Multiplex found = null;
		for (Line line : peer.lines) {
			Multiplex open = line.open;
			if (open == null || !open.isOpen()) {
				dial(address, peer, line);
			}
			else if ((streams ? open.takesStreams() : open.takesCalls())
					&& (found == null || open.underWay() < found.underWay())) {
				best = line;
				found = open;
			}
		}
		if (best != null && !best.used) {
			best.used = true;
		}
		return found;
	}

	/** Whether no other node can be remembered, even when those gone are forgotten. */
	private boolean isFull() {
		if (this.peers.size() < MOST_NODES) {
			return false;
		}
		long now = System.nanoTime();
		long due = this.nextSweep.get();
		if (now - due < 0 || !this.nextSweep.compareAndSet(due, now + SHORT)) {
			return true;
		}
		this.peers.values().removeIf((peer) -> now - peer.notBefore >= 0 && peer.retire());
		return this.peers.size() >= MOST_NODES;
	}

	private void dial(String address, Peer peer, Line line) {
		long now = System.nanoTime();
		if (this.closed || now - peer.notBefore < 0 || !line.dialling.compareAndSet(false, true)) {
			return;
		}
		if (line.open != null && now - line.since < SHORT) {
			// It goes over and hangs up: no reason to ask it for every call.
			peer.notBefore = now + (line.used ? SHORT : PAUSE);
			line.dialling.set(false);
			return;
		}
		line.used = false;
		this.transport.dialMultiplex(address, this.dialTimeout.get()).whenComplete((connected, failure) -> {
			if (failure == null) {
				line.since = System.nanoTime();
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

		/**
		 * Has no connection dialled any more, unless there is one.
		 * @return whether the node can be forgotten
		 */
		boolean retire() {
			int claimed = 0;
			boolean dead = true;
			while (dead && claimed < CONNECTIONS && this.lines[claimed].dialling.compareAndSet(false, true)) {
				Multiplex open = this.lines[claimed++].open;
				dead = open == null || !open.isOpen();
			}
			if (dead && claimed == CONNECTIONS) {
				return true;
			}
			for (int i = 0; i < claimed; i++) {
				this.lines[i].dialling.set(false);
			}
			return false;
		}

	}

	/** One connection, and what comes after it. */
	private static final class Line {

		private final AtomicBoolean dialling = new AtomicBoolean();

		private volatile @Nullable Multiplex open;

		/** When it was dialled. */
		private volatile long since;

		/** Whether calls have been given it. */
		private volatile boolean used;

	}

}
