package io.microspring.concurrent;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before an attempt. go-micro: {@code client.BackoffFunc}.
 */
@FunctionalInterface
public interface Backoff {

	/**
	 * The time to wait.
	 * @param attempt the attempt that is about to be made: 1 for the first one after a
	 * failure
	 * @return the time, zero for none
	 */
	Duration before(int attempt);

	/**
	 * go-micro's table, v2 and newer: {@code trunc(attempt^e)} tenths of a second, which
	 * is 0.1, 0.6, 1.9, 4.3 s and so on, and two minutes from the 14th on.
	 * @return the back-off
	 */
	static Backoff goMicro() {
		return (attempt) -> (attempt > 13) ? Duration.ofMinutes(2)
				: Duration.ofMillis((long) Math.pow(attempt, Math.E) * 100);
	}

	/**
	 * go-micro's table, v1: {@code 10^attempt} ms, which is 10 ms, 0.1, 1, 10 s and so on
	 * without an end.
	 * @return the back-off
	 */
	static Backoff goMicroV1() {
		return (attempt) -> Duration.ofMillis((long) Math.pow(10, attempt));
	}

	/**
	 * Growing by a factor up to a ceiling, and so that callers who failed together do not
	 * come back together.
	 * @param base the time before the first attempt after a failure
	 * @param factor what it is multiplied with from one attempt to the next, at least 1
	 * @param ceiling the longest time, before jitter
	 * @param jitter how far from it a time may be at random, as a part of it: 0 for not
	 * at all, 0.5 for half as long to one and a half times as long, 1 at the most
	 * @return the back-off
	 * @throws IllegalArgumentException when one of them is out of its bounds
	 */
	static Backoff exponential(Duration base, double factor, Duration ceiling, double jitter) {
		if (base.isNegative() || ceiling.isNegative() || !(factor >= 1) || !(jitter >= 0 && jitter <= 1)) {
			throw new IllegalArgumentException("A back-off has a base and a ceiling that are not negative, a factor"
					+ " of at least 1 and a jitter from 0 to 1; it cannot have base " + base + ", factor " + factor
					+ ", ceiling " + ceiling + " and jitter " + jitter);
		}
		double first = base.toNanos();
		double most = ceiling.toNanos();
		return (attempt) -> {
			double time = Math.min(first * Math.pow(factor, attempt - 1), most);
			double random = (jitter == 0) ? 1 : 1 + jitter * (2 * ThreadLocalRandom.current().nextDouble() - 1);
			return Duration.ofNanos((long) (time * random));
		};
	}

	/**
	 * No waiting.
	 * @return the back-off
	 */
	static Backoff none() {
		return (attempt) -> Duration.ZERO;
	}

}
