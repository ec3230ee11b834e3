package io.microspring.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What was sent on a stream and has not left: it says whether more is welcome, and
 * whether the peer takes anything at all. Thread-safe but for {@link #hasStalled()},
 * which is the event loop's.
 */
final class Backlog {

	/** How much may be queued before no more is welcome. */
	private static final int HIGH_WATER = 256 * 1024;

	private final AtomicLong queued = new AtomicLong();

	/** How often some of it has left; belongs to the event loop. */
	private long left;

	/** How much was queued when somebody looked, and how often some of it had left. */
	private long seenQueued;

	private long seenLeft;

	void add(int size) {
		this.queued.addAndGet(size);
	}

	/**
	 * Something has left, or is dropped.
	 * @param size how much
	 * @return whether more is welcome that was not before
	 */
	boolean remove(int size) {
		this.left++;
		long waiting = this.queued.addAndGet(-size);
		return waiting < HIGH_WATER && waiting + size >= HIGH_WATER;
	}

	/** Whether more is welcome. */
	boolean hasRoom() {
		return this.queued.get() < HIGH_WATER;
	}

	/** Whether something waits, and nothing has left since this was asked before. */
	boolean hasStalled() {
		long waiting = this.queued.get();
		boolean stalled = waiting > 0 && this.seenQueued > 0 && this.left == this.seenLeft;
		this.seenQueued = waiting;
		this.seenLeft = this.left;
		return stalled;
	}

}
