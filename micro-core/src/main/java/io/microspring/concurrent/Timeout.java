package io.microspring.concurrent;

import org.jspecify.annotations.Nullable;

/**
 * What happens unless it is called off in time: the entry of the timer itself, so that a
 * call that extends it needs no other object for its deadline. Scheduled once. The timer
 * is exact to a tick of 10 ms, never early.
 */
public abstract class Timeout {

	/** Where it waits; null before and after. Changed under the slot's lock. */
	private Wheel.@Nullable Slot slot;

	private @Nullable Timeout previous;

	private @Nullable Timeout next;

	private long tick;

	/**
	 * Has {@link #expired} run later.
	 * @param nanos in how many nanoseconds; a tick more may pass
	 */
	protected final void expireAfter(long nanos) {
		Wheel.INSTANCE.add(this, nanos);
	}

	/**
	 * Calls it off, from any thread. What came before {@link #expireAfter} does nothing.
	 * @return false when it has expired or was called off before
	 */
	protected final boolean callOff() {
		Wheel.Slot waiting = this.slot;
		return waiting != null && waiting.remove(this);
	}

	/**
	 * The time has passed. Runs on the timer's thread and must not block.
	 */
	protected abstract void expired();

	Wheel.@Nullable Slot slot() {
		return this.slot;
	}

	void slot(Wheel.@Nullable Slot waiting) {
		this.slot = waiting;
	}

	@Nullable Timeout previous() {
		return this.previous;
	}

	void previous(@Nullable Timeout entry) {
		this.previous = entry;
	}

	@Nullable Timeout next() {
		return this.next;
	}

	void next(@Nullable Timeout entry) {
		this.next = entry;
	}

	/** The tick at which it expires. */
	long tick() {
		return this.tick;
	}

	void tick(long at) {
		this.tick = at;
	}

}
