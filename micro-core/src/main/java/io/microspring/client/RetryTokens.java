package io.microspring.client;

import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * What is left of the retry budget of one service. Calls are only counted: what they
 * allow for is put together when a further attempt is asked for. Thread-safe.
 */
final class RetryTokens {

	/** What can be saved up, unless a second is worth more. */
	private static final double MOST_SAVED = 100;

	private static final double SECOND = 1e9;

	private final LongAdder calls = new LongAdder();

	private final LongSupplier clock;

	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by the lock: how many further attempts may be made; below 0 before. */
	private double left = -1;

	/** Guarded by the lock: the calls that are paid out. */
	private long paidCalls;

	/** Guarded by the lock: until when seconds are paid out. */
	private long paidUntil;

	RetryTokens() {
		this(System::nanoTime);
	}

	/**
	 * For tests.
	 * @param clock tells the time in nanoseconds
	 */
	RetryTokens(LongSupplier clock) {
		this.clock = clock;
		this.paidUntil = clock.getAsLong();
	}

	/** A call has begun. */
	void earn() {
		this.calls.increment();
	}

	/**
	 * Asks for a further attempt.
	 * @param budget what is allowed
	 * @return whether it may be made
	 */
	boolean take(RetryBudget budget) {
		if (budget.isUnlimited()) {
			return true;
		}
		this.lock.lock();
		try {
			long now = this.clock.getAsLong();
			long counted = this.calls.sum();
			double before = (this.left < 0) ? budget.perSecond() : this.left;
			double earned = (counted - this.paidCalls) * budget.ratio()
					+ (now - this.paidUntil) / SECOND * budget.perSecond();
			this.left = Math.min(Math.max(MOST_SAVED, budget.perSecond()), before + earned);
			this.paidCalls = counted;
			this.paidUntil = now;
			if (this.left < 1) {
				return false;
			}
			this.left -= 1;
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

}
