package io.microspring.client;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a client knows of one service that it calls. Thread-safe.
 */
final class CalledService {

	private static final int MOST_ENDPOINTS = 1000;

	private final RetryTokens tokens = new RetryTokens();

	/** By endpoint; only of those that are hedged by it. */
	private final Map<String, Latencies> latencies = new ConcurrentHashMap<>();

	private volatile boolean found;

	/** Whether the last look-up has succeeded, so that the next is from memory. */
	boolean isFound() {
		return this.found;
	}

	void found(boolean succeeded) {
		if (this.found != succeeded) {
			this.found = succeeded;
		}
	}

	RetryTokens tokens() {
		return this.tokens;
	}

	/** How long calls of an endpoint take; for too many endpoints, of all together. */
	Latencies latencies(String endpoint) {
		Latencies known = this.latencies.get(endpoint);
		if (known != null) {
			return known;
		}
		return this.latencies.computeIfAbsent((this.latencies.size() < MOST_ENDPOINTS) ? endpoint : "",
				(key) -> new Latencies());
	}

}
