package io.microspring.client;

import java.util.HashMap;
import java.util.Map;
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

	/** So many budgets of calls and endpoints are told apart. */
	private static final int MOST_ACCOUNTS = 16;

	private final LongAdder calls = new LongAdder();

	private final LongSupplier clock;

	private final long start;

	private final ReentrantLock lock = new ReentrantLock();

	/**
	 * Guarded by the lock: one for each budget, as none is to spend what is another's.
	 */
	private final Map<RetryBudget, Account> accounts = new HashMap<>();

	RetryTokens() {
		this(System::nanoTime);
	}

	/**
	 * For tests.
	 * @param clock tells the time in nanoseconds
	 */
	RetryTokens(LongSupplier clock) {
		this.clock = clock;
		this.start = clock.getAsLong();
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
			Account account = this.accounts.get(budget);
			if (account == null) {
				if (this.accounts.size() >= MOST_ACCOUNTS) {
					return false;
				}
				account = new Account(budget, this.start);
				this.accounts.put(budget, account);
			}
			return account.take(this.calls.sum(), this.clock.getAsLong());
		}
		finally {
			this.lock.unlock();
		}
	}

	/** What is left of one budget. */
	private static final class Account {

		private final RetryBudget budget;

		/** How many further attempts may be made. */
		private double left;

		/** The calls that are paid out. */
		private long paidCalls;

		/** Until when seconds are paid out. */
		private long paidUntil;

		Account(RetryBudget budget, long start) {
			this.budget = budget;
			this.left = budget.perSecond();
			this.paidUntil = start;
		}

		boolean take(long calls, long now) {
			double earned = (calls - this.paidCalls) * this.budget.ratio()
					+ (now - this.paidUntil) / SECOND * this.budget.perSecond();
			this.left = Math.min(Math.max(MOST_SAVED, this.budget.perSecond()), this.left + earned);
			this.paidCalls = calls;
			this.paidUntil = now;
			if (this.left < 1) {
				return false;
			}
			this.left -= 1;
			return true;
		}

	}

}
