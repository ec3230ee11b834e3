package io.microspring.benchmarks.broker;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import io.microspring.benchmarks.Probe;

/**
 * Counts what has been handled.
 */
final class Meter {

	private final LongAdder handled = new LongAdder();

	void count() {
		this.handled.increment();
	}

	/** How much is handled in a second, from now on for a while. */
	void report(Probe.Figures figures, String row, long millis) throws InterruptedException {
		long before = this.handled.sum();
		long begun = System.nanoTime();
		TimeUnit.MILLISECONDS.sleep(millis);
		long nanos = System.nanoTime() - begun;
		figures.add(row, "rate", (this.handled.sum() - before) * 1e9 / nanos);
	}

}
