package io.microspring.client;

import java.time.Duration;

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
	 * None at first, then growing: go-micro's table (v2 and newer): 0, 0.1, 0.6, 1.9, 4.3
	 * s and so on.
	 * @return the back-off
	 */
	static Backoff exponential() {
		return (attempt) -> (attempt > 13) ? Duration.ofMinutes(2)
				: Duration.ofMillis((long) Math.pow(attempt, Math.E) * 100);
	}

	/**
	 * No waiting.
	 * @return the back-off
	 */
	static Backoff none() {
		return (attempt) -> Duration.ZERO;
	}

}
