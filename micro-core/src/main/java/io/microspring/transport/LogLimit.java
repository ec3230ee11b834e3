package io.microspring.transport;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets a line into the log once a minute, however often strangers give rise to it, and
 * counts those between. Thread-safe.
 */
final class LogLimit {

	private static final long PERIOD = Duration.ofMinutes(1).toNanos();

	private final AtomicLong next = new AtomicLong(System.nanoTime());

	private final AtomicLong unsaid = new AtomicLong();

	/**
	 * Asks whether to say it.
	 * @return how many were not said since the last one that was; -1 when this is not to
	 * be said either
	 */
	long admit() {
		long now = System.nanoTime();
		long due = this.next.get();
		if (now - due < 0 || !this.next.compareAndSet(due, now + PERIOD)) {
			this.unsaid.incrementAndGet();
			return -1;
		}
		return this.unsaid.getAndSet(0);
	}

}
