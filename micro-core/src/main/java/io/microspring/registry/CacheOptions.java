package io.microspring.registry;

import java.time.Duration;

/**
 * How a caching registry behaves. Immutable.
 *
 * @param ttl how long a look-up counts as fresh when no change was heard of; 1 min by
 * default, as go-micro
 * @param retry how long to wait before asking again a registry that failed; 1 s by
 * default
 * @param missTtl how long an empty answer counts; 0, the default, asks again each time
 */
public record CacheOptions(Duration ttl, Duration retry, Duration missTtl) {

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

}
