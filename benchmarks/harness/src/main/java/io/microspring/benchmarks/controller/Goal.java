package io.microspring.benchmarks.controller;

import java.util.Locale;

import io.microspring.benchmarks.controller.Results.Figure;
import org.jspecify.annotations.Nullable;

/**
 * What we want to reach: a figure, or its ratio to another of the same round.
 *
 * @param name what the last line calls it
 * @param figure the figure
 * @param base what it is divided by, or null for the figure itself
 * @param scale what the figure itself is divided by, such as 1024 for KiB
 * @param atLeast whether more is better
 * @param bound how much is wanted
 */
record Goal(String name, Figure figure, @Nullable Figure base, double scale, boolean atLeast, double bound) {

	/** Noise of a shared machine: what falls short by less counts as met. */
	static final double TOLERANCE = 0.15;

	static Goal atLeast(String name, Figure figure, Figure base, double bound) {
		return new Goal(name, figure, base, 1, true, bound);
	}

	static Goal atMost(String name, Figure figure, Figure base, double bound) {
		return new Goal(name, figure, base, 1, false, bound);
	}

	/**
	 * A figure that is no ratio.
	 * @param name what the last line calls it
	 * @param figure the figure
	 * @param scale what it is divided by
	 * @param bound the most that is wanted of it
	 * @return the goal
	 */
	static Goal figureAtMost(String name, Figure figure, double scale, double bound) {
		return new Goal(name, figure, null, scale, false, bound);
	}

	/**
	 * What a run found.
	 * @param results the figures
	 * @return the spread over the rounds; of none when it was not measured
	 */
	Spread found(Results results) {
		if (this.base != null) {
			return results.ratios(this.figure, this.base);
		}
		return results.spread(this.figure).times(1 / this.scale);
	}

	/**
	 * Whether it is reached, with tolerance.
	 * @param found what was found
	 * @return true when it is; what was not measured is not reached
	 */
	boolean isMet(Spread found) {
		if (found.count() == 0) {
			return false;
		}
		return this.atLeast ? found.median() >= this.bound * (1 - TOLERANCE)
				: found.median() <= this.bound * (1 + TOLERANCE);
	}

	String wanted() {
		return (this.atLeast ? "≥ " : "≤ ") + String.format(Locale.ROOT, "%.2f", this.bound);
	}

}
