package io.microspring.client;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Asks another node as well when an answer is slow to come: the first that answers wins,
 * and the others are cancelled. Only for calls that are idempotent and unary; hedges are
 * paid from the {@link RetryBudget}, and go to nodes that the call has not asked yet.
 * Immutable. go-micro has no counterpart.
 *
 * @param delay how long to wait before each further node is asked, or with a percentile
 * as long as less than a hundred calls have been measured; null for nobody else then. The
 * timer is exact to 10 ms
 * @param percentile which part of the endpoint's calls has been answered by the time that
 * another node is asked, between 0 and 1; 0 to go by the delay alone
 * @param most how many nodes may be asked besides the first; 0 for no hedging
 */
public record Hedging(@Nullable Duration delay, double percentile, int most) {

	private static final Hedging NONE = new Hedging(Duration.ZERO, 0, 0);

	public Hedging {
		if (!(percentile >= 0 && percentile < 1) || delay == null && percentile == 0) {
			throw new IllegalArgumentException(
					"The percentile of hedging is between 0 and 1, such as 0.95, which " + percentile + " is not");
		}
		if (delay != null && delay.isNegative() || most < 0) {
			throw new IllegalArgumentException(
					"Hedging after " + delay + " with " + most + " more nodes cannot be: neither is negative");
		}
	}

	/**
	 * No hedging: the default.
	 * @return the option
	 */
	public static Hedging none() {
		return NONE;
	}

	/**
	 * One more node when there is no answer for a while; {@link #withMost} for several.
	 * @param delay the while
	 * @return the option
	 */
	public static Hedging after(Duration delay) {
		return new Hedging(Objects.requireNonNull(delay), 0, 1);
	}

	/**
	 * One more node when there is no answer for longer than most calls take.
	 * @param percentile which part of the calls is answered earlier, such as 0.95
	 * @return the option
	 */
	public static Hedging percentile(double percentile) {
		return new Hedging(null, percentile, 1);
	}

	/**
	 * A copy with another number of nodes.
	 * @param most how many nodes may be asked besides the first
	 * @return the copy
	 */
	public Hedging withMost(int most) {
		return new Hedging(this.delay, this.percentile, most);
	}

}
