package io.microspring.plugins.registry.gossip;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * How long a member may still say that it is there. The more others suspect it on their
 * own, the shorter; when only we do, it may be us who hear nothing. Not thread-safe.
 */
final class Suspicion {

	private final Timers timers;

	private final int wanted;

	private final Duration shortest;

	private final Duration longest;

	private final Runnable expired;

	private final long start;

	private final Set<String> from = new HashSet<>();

	private int confirmations;

	private Runnable timer;

	/**
	 * Begins to suspect.
	 * @param timers the time
	 * @param from who suspects it first
	 * @param wanted how many others should, before the time is the shortest
	 * @param shortest the shortest time
	 * @param longest the longest time
	 * @param expired what is done when it is over
	 */
	Suspicion(Timers timers, String from, int wanted, Duration shortest, Duration longest, Runnable expired) {
		this.timers = timers;
		this.wanted = wanted;
		this.shortest = shortest;
		this.longest = longest;
		this.expired = expired;
		this.start = timers.now();
		this.from.add(from);
		this.timer = timers.after((wanted > 0) ? longest : shortest, expired);
	}

	/**
	 * Somebody suspects it, too.
	 * @return whether that is news that others should hear
	 */
	boolean confirm(String other) {
		if (this.confirmations >= this.wanted || !this.from.add(other)) {
			return false;
		}
		this.confirmations++;
		double share = Math.log(this.confirmations + 1) / Math.log(this.wanted + 1);
		long range = this.longest.minus(this.shortest).toNanos();
		long total = Math.max(this.shortest.toNanos(), this.longest.toNanos() - (long) (share * range));
		long left = total - (this.timers.now() - this.start);
		this.timer.run();
		this.timer = this.timers.after(Duration.ofNanos(Math.max(0, left)), this.expired);
		return true;
	}

	void cancel() {
		this.timer.run();
	}

}
