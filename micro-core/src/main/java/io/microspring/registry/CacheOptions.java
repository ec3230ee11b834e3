package io.microspring.registry;

import java.time.Duration;

/**
 * How a caching registry behaves. Immutable.
 *
 * @param ttl how long a look-up counts as fresh when no change was heard of; 1 min by
 * default, as go-micro. It is asked for again within the last fifth of that time, in the
 * background
 * @param retry how long to wait before asking again a registry that failed; 1 s by
 * default
 * @param missTtl how long an empty answer counts; 0, the default, asks again each time
 */
public record CacheOptions(Duration ttl, Duration retry, Duration missTtl) {

	public CacheOptions {
		if (ttl.toMillis() < 1 || retry.toMillis() < 1 || missTtl.isNegative()) {
			throw new IllegalArgumentException("ttl " + ttl + " and retry " + retry + " must be 1 ms or more, missTtl "
					+ missTtl + " not negative");
		}
	}

	/**
	 * The defaults.
	 * @return the options
	 */
	public static CacheOptions defaults() {
		return new CacheOptions(Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ZERO);
	}

	/**
	 * A copy with another time.
	 * @param ttl how long a look-up counts as fresh
	 * @return the copy
	 */
	public CacheOptions withTtl(Duration ttl) {
		return new CacheOptions(ttl, this.retry, this.missTtl);
	}

	/**
	 * A copy with another wait after a failure.
	 * @param retry how long to wait before asking again
	 * @return the copy
	 */
	public CacheOptions withRetry(Duration retry) {
		return new CacheOptions(this.ttl, retry, this.missTtl);
	}

	/**
	 * A copy with another time for empty answers.
	 * @param missTtl how long an empty answer counts
	 * @return the copy
	 */
	public CacheOptions withMissTtl(Duration missTtl) {
		return new CacheOptions(this.ttl, this.retry, missTtl);
	}

}
