package io.microspring.benchmarks.worker;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Counts what ends within a window. Thread-safe.
 */
final class Tally {

	private static final long LONGEST = 120_000_000_000L;

	private static final int STRIPES = 4;

	private final long begin;

	private final long end;

	private final AtomicHistogram[] latencies = new AtomicHistogram[STRIPES];

	private final LongAdder failures = new LongAdder();

	private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

	private volatile long messages;

	private volatile long nanos;

	Tally(long begin, long window) {
		this.begin = begin;
		this.end = begin + window;
		this.nanos = window;
		for (int i = 0; i < STRIPES; i++) {
			this.latencies[i] = new AtomicHistogram(100, LONGEST, 3);
		}
	}

	long begin() {
		return this.begin;
	}

	long end() {
		return this.end;
	}

	/**
	 * A call has ended.
	 * @param slot whose call it was: neighbours do not share a cache line
	 * @param from when it began, or should have
	 * @param to when it ended
	 * @param failure why it failed, or null
	 * @return whether the window is still open
	 */
	boolean record(int slot, long from, long to, @Nullable Throwable failure) {
		if (failure != null) {
			failed(Failures.describe(failure));
		}
		else if (to >= this.begin && to < this.end) {
			this.latencies[slot & (STRIPES - 1)].recordValue(Math.min(Math.max(to - from, 0), LONGEST));
		}
		return to < this.end;
	}

	void failed(String text) {
		this.failures.increment();
		this.failure.compareAndSet(null, text);
	}

	/**
	 * What was streamed, in the time it took.
	 * @param messages how many messages
	 * @param nanos in what time
	 */
	void streamed(long messages, long nanos) {
		this.messages = messages;
		this.nanos = nanos;
	}

	Result result() {
		Histogram all = new Histogram(100, LONGEST, 3);
		for (AtomicHistogram stripe : this.latencies) {
			all.add(stripe);
		}
		long calls = (this.messages > 0) ? this.messages : all.getTotalCount();
		String text = this.failure.get();
		return new Result(calls, this.nanos, this.failures.sum(), all.getValueAtPercentile(50),
				all.getValueAtPercentile(99), all.getValueAtPercentile(99.9), all.getMaxValue(),
				(text != null) ? text : "");
	}

}
