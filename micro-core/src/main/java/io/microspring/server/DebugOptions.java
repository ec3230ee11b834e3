package io.microspring.server;

import org.jspecify.annotations.Nullable;

/**
 * What a server tells of itself to go-micro's tools, by its handler {@code Debug}.
 * Immutable.
 *
 * @param enabled whether there is such a handler; there is by default
 * @param calls how many of the last calls {@code Debug.Trace} tells of; 0, the default,
 * for none: then no call is looked at
 * @param log what {@code Debug.Log} tells; null, the default, for nothing: whoever
 * reaches the server could read it
 */
public record DebugOptions(boolean enabled, int calls, @Nullable RecentLog log) {

	public DebugOptions {
		if (calls < 0 || calls > 100_000) {
			throw new IllegalArgumentException("the number of calls is not from 0 to 100000: " + calls);
		}
	}

	/**
	 * Health and statistics, without calls and log.
	 * @return the options
	 */
	public static DebugOptions defaults() {
		return new DebugOptions(true, 0, null);
	}

	/**
	 * A copy with or without the handler.
	 * @param enabled whether there is one
	 * @return the copy
	 */
	public DebugOptions withEnabled(boolean enabled) {
		return new DebugOptions(enabled, this.calls, this.log);
	}

	/**
	 * A copy that tells of calls.
	 * @param calls of how many of the last ones
	 * @return the copy
	 */
	public DebugOptions withCalls(int calls) {
		return new DebugOptions(this.enabled, calls, this.log);
	}

	/**
	 * A copy that tells the log.
	 * @param log what is fed by whoever sees the log
	 * @return the copy
	 */
	public DebugOptions withLog(@Nullable RecentLog log) {
		return new DebugOptions(this.enabled, this.calls, log);
	}

}
