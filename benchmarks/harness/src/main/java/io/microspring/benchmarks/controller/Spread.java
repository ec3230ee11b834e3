package io.microspring.benchmarks.controller;

import java.util.Arrays;

/**
 * A figure over rounds.
 *
 * @param min the smallest
 * @param median the middle one, or between the two in the middle
 * @param max the largest
 * @param count of how many
 */
record Spread(double min, double median, double max, int count) {

	/**
	 * Of some figures.
	 * @param values the figures; none gives zeros
	 * @return their spread
	 */
	static Spread of(double... values) {
		if (values.length == 0) {
			return new Spread(0, 0, 0, 0);
		}
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		int middle = sorted.length / 2;
		double median = (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
		return new Spread(sorted[0], median, sorted[sorted.length - 1], sorted.length);
	}

	/**
	 * The same in another unit.
	 * @param factor how many of the other unit make one
	 * @return the copy
	 */
	Spread times(double factor) {
		return new Spread(this.min * factor, this.median * factor, this.max * factor, this.count);
	}

}
