package io.microspring.selector;

import java.time.Duration;

/**
 * When a node is left out for a while, as its outcomes speak against it. Immutable.
 * <p>
 * Never are more than a share of a service's nodes out, and one is always left: when all
 * fail alike it is not the nodes. go-micro: {@code selector/blacklist}, where three
 * errors took a node out for thirty seconds.
 *
 * @param failures how many failures in a row take a node out; 3 by default, 0 never
 * @param errorRate which share of failures among the latest calls, some thirty, takes a
 * node out; 0.5 by default, 0 never
 * @param silence a node that owes three answers or more and has given none for this long,
 * nor for four times what its answers take, the slow ones among them, gets no calls until
 * it answers; 5 ms by default, zero never. Streams owe nothing
 * @param duration how long a node is out the first time; 30 s by default, as go-micro. It
 * doubles each time the node is taken out soon after it was let in again
 * @param maxDuration the longest time a node is out; 5 min by default
 * @param maxShare the largest share of a service's nodes that may be out at once; 0.5 by
 * default
 */
public record EjectionOptions(int failures, double errorRate, Duration silence, Duration duration, Duration maxDuration,
		double maxShare) {

	public EjectionOptions {
		check(failures >= 0, "failures " + failures + " must not be negative");
		check(errorRate >= 0 && errorRate <= 1, "error rate " + errorRate + " must be from 0 to 1");
		check(!silence.isNegative(), "silence " + silence + " must not be negative");
		check(duration.toMillis() >= 1, "duration " + duration + " must be 1 ms or more");
		check(maxDuration.compareTo(duration) >= 0,
				"maximum duration " + maxDuration + " must not be less than duration " + duration);
		check(maxDuration.compareTo(Duration.ofDays(365)) <= 0, "maximum duration must be a year or less");
		check(maxShare >= 0 && maxShare <= 1, "maximum share " + maxShare + " must be from 0 to 1");
	}

	private static void check(boolean right, String wrong) {
		if (!right) {
			throw new IllegalArgumentException("Ejection: " + wrong);
		}
	}

	/**
	 * The defaults.
	 * @return the options
	 */
	public static EjectionOptions defaults() {
		return new EjectionOptions(3, 0.5, Duration.ofMillis(5), Duration.ofSeconds(30), Duration.ofMinutes(5), 0.5);
	}

	/**
	 * No node is ever left out.
	 * @return the options
	 */
	public static EjectionOptions none() {
		return defaults().withFailures(0).withErrorRate(0).withSilence(Duration.ZERO);
	}

	/**
	 * A copy with another number of failures.
	 * @param failures how many in a row take a node out, 0 for never
	 * @return the copy
	 */
	public EjectionOptions withFailures(int failures) {
		return new EjectionOptions(failures, this.errorRate, this.silence, this.duration, this.maxDuration,
				this.maxShare);
	}

	/**
	 * A copy with another share of failures.
	 * @param errorRate which share takes a node out, 0 for never
	 * @return the copy
	 */
	public EjectionOptions withErrorRate(double errorRate) {
		return new EjectionOptions(this.failures, errorRate, this.silence, this.duration, this.maxDuration,
				this.maxShare);
	}

	/**
	 * A copy with another time without an answer.
	 * @param silence the least time that counts as silence, zero for never
	 * @return the copy
	 */
	public EjectionOptions withSilence(Duration silence) {
		return new EjectionOptions(this.failures, this.errorRate, silence, this.duration, this.maxDuration,
				this.maxShare);
	}

	/**
	 * A copy with other times out.
	 * @param duration how long a node is out the first time
	 * @param maxDuration the longest time
	 * @return the copy
	 */
	public EjectionOptions withDuration(Duration duration, Duration maxDuration) {
		return new EjectionOptions(this.failures, this.errorRate, this.silence, duration, maxDuration, this.maxShare);
	}

	/**
	 * A copy with another limit.
	 * @param maxShare the largest share of a service's nodes that may be out at once
	 * @return the copy
	 */
	public EjectionOptions withMaxShare(double maxShare) {
		return new EjectionOptions(this.failures, this.errorRate, this.silence, this.duration, this.maxDuration,
				maxShare);
	}

	/**
	 * How many nodes of a service may be out at once.
	 * @param nodes how many it has
	 * @return the number, less than there are
	 */
	int mostOut(int nodes) {
		return Math.min((int) (nodes * this.maxShare), nodes - 1);
	}

}
