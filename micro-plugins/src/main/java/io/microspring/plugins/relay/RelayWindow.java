package io.microspring.plugins.relay;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

import io.microspring.message.Message;

/**
 * How much of a connection is under way: what was sent and has not been taken in, and
 * what came and waits. Both ends reckon alike, in bytes. Thread-safe.
 */
final class RelayWindow {

	/** Not more than that is sent without hearing that something was taken in. */
	private static final long SIZE = 1024 * 1024;

	/** More than that is not kept for a reader that does not read. */
	static final long MOST_HELD = 64 * 1024 * 1024;

	/** What a message takes beside its headers and its body. */
	private static final long OVERHEAD = 512;

	private final AtomicLong sent = new AtomicLong();

	private final AtomicLong held = new AtomicLong();

	private final AtomicLong taken = new AtomicLong();

	/** What the messages take, beside their bodies, that the receiver keeps. */
	private final Queue<Long> kept = new ConcurrentLinkedQueue<>();

	private volatile long takenByPeer;

	/** The last number of what was taken that was told. */
	private final AtomicLong reported = new AtomicLong();

	private static long weight(Message message) {
		return weightBesideBody(message) + message.body().length;
	}

	private static long weightBesideBody(Message message) {
		long[] weight = { OVERHEAD };
		message.headers().forEach((name, value) -> weight[0] += name.length() + value.length());
		return weight[0];
	}

	/** A message goes. */
	void sent(Message message) {
		this.sent.addAndGet(weight(message));
	}

	boolean isAnySent() {
		return this.sent.get() > 0;
	}

	/** The peer has taken in so much, all together. */
	void takenByPeer(long total) {
		this.takenByPeer = Math.max(this.takenByPeer, total);
	}

	/** Whether the peer takes more, if it is one that says so. */
	boolean isOpen() {
		return this.sent.get() - this.takenByPeer < SIZE;
	}

	/**
	 * A message has come, and waits.
	 * @return false when too much waits
	 */
	boolean hold(Message message) {
		return this.held.addAndGet(weight(message)) <= MOST_HELD;
	}

	/** A message waits no longer. */
	void release(Message message) {
		this.held.addAndGet(-weight(message));
	}

	/** A message has been dealt with. */
	void took(Message message) {
		this.taken.addAndGet(weight(message));
	}

	/**
	 * A message is about to be kept by the receiver, which says when it has done with it.
	 */
	void keep(Message message) {
		this.kept.add(weightBesideBody(message));
	}

	/**
	 * The receiver has done with so many messages, which have so many bytes in bodies.
	 */
	void took(int messages, long bytes) {
		long weight = bytes;
		for (int i = 0; i < messages; i++) {
			Long next = this.kept.poll();
			weight += (next != null) ? next : 0;
		}
		this.taken.addAndGet(weight);
	}

	/**
	 * Tells the peer now and then that it may go on.
	 * @param telling is given what was taken in, all together
	 */
	void report(LongConsumer telling) {
		long total = this.taken.get();
		// Somebody else may tell a smaller number meanwhile, and nobody this one later.
		for (long told = this.reported.get(); total - told >= SIZE / 4; told = this.reported.get()) {
			if (this.reported.compareAndSet(told, total)) {
				telling.accept(total);
				return;
			}
		}
	}

}
