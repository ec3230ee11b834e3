package io.microspring.concurrent;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long to wait before a connection is made again. One that breaks soon after it was
 * made counts as one that could not be made, so that a server that lets in and throws out
 * at once is not called without a pause. Thread-safe.
 */
public final class Reconnection {

	/** How long a connection lasts that was a good one. */
	private static final Duration STEADY = Duration.ofSeconds(10);

	private final Backoff backoff;

	private final long steady;

	private final AtomicInteger failures = new AtomicInteger();

	private volatile boolean made;

	private volatile long madeAt;

	/**
	 * For one connection.
	 * @param backoff how long to wait before each further attempt
	 */
	public Reconnection(Backoff backoff) {
		this(backoff, STEADY);
	}

	Reconnection(Backoff backoff, Duration steady) {
		this.backoff = backoff;
		this.steady = steady.toNanos();
	}

	/** The connection has been made. */
	public void made() {
		this.madeAt = System.nanoTime();
		this.made = true;
	}

	/**
	 * How often in a row it could not be made, or was lost soon.
	 * @return the number, 0 before the first time
	 */
	public int failures() {
		return this.failures.get();
	}

	/**
	 * The connection could not be made, or is lost.
	 * @return how long to wait before it is made again
	 */
	public Duration lost() {
		if (this.made && System.nanoTime() - this.madeAt >= this.steady) {
			this.failures.set(0);
		}
		this.made = false;
		return this.backoff.before(this.failures.incrementAndGet());
	}

}
