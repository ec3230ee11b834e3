package io.microspring.call;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The moment by which a call must have been answered. Immutable; measured on the
 * monotonic clock, so it does not travel as it is: what is left of it does, in the header
 * {@code Timeout}.
 */
public final class Deadline implements Comparable<Deadline> {

	/** No deadline: further away than any. */
	public static final Deadline NONE = new Deadline(0, true);

	private static final Duration YEAR = Duration.ofDays(365);

	private static final long LONGEST = YEAR.toNanos();

	private final long at;

	private final boolean none;

	private Deadline(long at, boolean none) {
		this.at = at;
		this.none = none;
	}

	/**
	 * A deadline from now on.
	 * @param time how long; less than nothing counts as nothing, more than a year as a
	 * year
	 * @return the deadline
	 */
	public static Deadline after(Duration time) {
		return afterNanos(nanos(time));
	}

	/**
	 * A deadline from now on.
	 * @param nanos how many nanoseconds; less than nothing counts as nothing, more than a
	 * year as a year
	 * @return the deadline
	 */
	public static Deadline afterNanos(long nanos) {
		return new Deadline(System.nanoTime() + Math.max(0, Math.min(nanos, LONGEST)), false);
	}

	private static long nanos(Duration time) {
		return time.isNegative() ? 0 : (time.compareTo(YEAR) > 0) ? LONGEST : time.toNanos();
	}

	/**
	 * Whether this is {@link #NONE}.
	 * @return true when there is no deadline
	 */
	public boolean isNone() {
		return this.none;
	}

	/**
	 * How many nanoseconds are left.
	 * @return the nanoseconds, zero or less when it has passed, {@link Long#MAX_VALUE}
	 * for none
	 */
	public long remainingNanos() {
		return this.none ? Long.MAX_VALUE : this.at - System.nanoTime();
	}

	/**
	 * How much time is left.
	 * @return the time, never negative
	 */
	public Duration remaining() {
		return Duration.ofNanos(Math.max(0, remainingNanos()));
	}

	/**
	 * How much time is left, or less.
	 * @param most the most it may be
	 * @return the shorter of both, never negative
	 */
	public Duration atMost(Duration most) {
		Duration left = remaining();
		return (left.compareTo(most) < 0) ? left : most;
	}

	/**
	 * Whether it has passed.
	 * @return true when nothing is left
	 */
	public boolean isExpired() {
		return !this.none && remainingNanos() <= 0;
	}

	/**
	 * The nearer of two.
	 * @param other the other
	 * @return this or the other
	 */
	public Deadline earliest(Deadline other) {
		return (compareTo(other) <= 0) ? this : other;
	}

	@Override
	public int compareTo(Deadline other) {
		if (this.none || other.none) {
			return Boolean.compare(this.none, other.none);
		}
		return Long.compare(this.at - other.at, 0);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Deadline that && compareTo(that) == 0;
	}

	@Override
	public int hashCode() {
		return this.none ? 0 : Long.hashCode(this.at);
	}

	@Override
	public String toString() {
		return this.none ? "none" : "in " + remaining();
	}

}
