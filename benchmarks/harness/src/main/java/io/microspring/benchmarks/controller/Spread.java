package io.microspring.benchmarks.controller;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

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
	 * Of a figure of windows.
	 * @param windows the windows
	 * @param figure which figure
	 * @return its spread
	 */
	static Spread of(List<Measured> windows, ToDoubleFunction<Measured> figure) {
		return of(windows.stream().mapToDouble(figure).toArray());
	}

	/**
	 * Of the ratios of a figure, each formed within a round.
	 * @param windows the windows, one a round
	 * @param base the windows of what they are compared with, in the same rounds
	 * @param figure which figure
	 * @return the spread of the ratios
	 */
	static Spread ofRatios(List<Measured> windows, List<Measured> base, ToDoubleFunction<Measured> figure) {
		int rounds = Math.min(windows.size(), base.size());
		double[] ratios = new double[rounds];
		for (int round = 0; round < rounds; round++) {
			ratios[round] = figure.applyAsDouble(windows.get(round)) / figure.applyAsDouble(base.get(round));
		}
		return of(ratios);
	}

}
