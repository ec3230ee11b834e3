package io.microspring.broker;

import java.time.Duration;
import java.util.Objects;

import io.microspring.concurrent.Backoff;

/**
 * How often a message is handed to a handler that fails, and how long it waits between.
 * Immutable.
 *
 * @param attempts how often in all, at least once; 3 by default
 * @param backoff how long to wait before each further attempt; by default 0.2 s, 1 s, and
 * so on up to 10 s
 */
public record RetryOptions(int attempts, Backoff backoff) {

	private static final RetryOptions DEFAULTS = new RetryOptions(3,
			Backoff.exponential(Duration.ofMillis(200), 5, Duration.ofSeconds(10), 0.2));

	private static final RetryOptions NONE = new RetryOptions(1, Backoff.none());

	public RetryOptions {
		Objects.requireNonNull(backoff, "backoff");
		if (attempts < 1) {
			throw new IllegalArgumentException("a message is handed over at least once, not " + attempts + " times");
		}
	}

	/**
	 * Three attempts.
	 * @return the options
	 */
	public static RetryOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * One attempt.
	 * @return the options
	 */
	public static RetryOptions none() {
		return NONE;
	}

	/**
	 * A copy with another number of attempts.
	 * @param attempts how often in all, at least once
	 * @return the copy
	 */
	public RetryOptions withAttempts(int attempts) {
		return new RetryOptions(attempts, this.backoff);
	}

	/**
	 * A copy that waits otherwise.
	 * @param backoff how long to wait before each further attempt: 1 for the second
	 * @return the copy
	 */
	public RetryOptions withBackoff(Backoff backoff) {
		return new RetryOptions(this.attempts, backoff);
	}

}
