package io.microspring.client;

import java.util.concurrent.atomic.LongAdder;

/**
 * What a client counts of its calls. Thread-safe.
 */
final class ClientCounters {

	private final LongAdder inFlight = new LongAdder();

	private final LongAdder attempts = new LongAdder();

	private final LongAdder retries = new LongAdder();

	private final LongAdder hedges = new LongAdder();

	private final LongAdder refused = new LongAdder();

	void began() {
		this.inFlight.increment();
	}

	void ended() {
		this.inFlight.decrement();
	}

	/**
	 * An attempt is made.
	 * @param attempt which of its call, 1 for the first
	 */
	void attempted(int attempt) {
		this.attempts.increment();
		if (attempt > 1) {
			this.retries.increment();
		}
	}

	/** Another node is asked besides. */
	void hedged() {
		this.attempts.increment();
		this.hedges.increment();
	}

	/** The budget was spent. */
	void refused() {
		this.refused.increment();
	}

	long inFlight() {
		return this.inFlight.sum();
	}

	long attempts() {
		return this.attempts.sum();
	}

	long retries() {
		return this.retries.sum();
	}

	long hedges() {
		return this.hedges.sum();
	}

	long refusals() {
		return this.refused.sum();
	}

}
