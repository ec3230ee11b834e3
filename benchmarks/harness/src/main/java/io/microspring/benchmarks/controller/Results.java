package io.microspring.benchmarks.controller;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * All figures of a run, each with the round it is of.
 */
final class Results {

	private final Map<Figure, Map<Integer, Double>> values = new LinkedHashMap<>();

	/**
	 * Which figure.
	 *
	 * @param table what was measured together: the name of a load, or {@link #PROBES}
	 * @param row of what
	 * @param metric which
	 */
	record Figure(String table, String row, String metric) {

		/** The table of what probes find. */
		static final String PROBES = "probes";

		/** The table of what is measured once, at the beginning or the end. */
		static final String ONCE = "once";

		/** Whether it is seen in the window of a load. */
		boolean isOfWindow() {
			return !this.table.equals(PROBES) && !this.table.equals(ONCE);
		}

		static Figure ofProbe(String row, String metric) {
			return new Figure(PROBES, row, metric);
		}

	}

	void add(Figure figure, int round, double value) {
		this.values.computeIfAbsent(figure, (key) -> new TreeMap<>()).put(round, value);
	}

	/**
	 * All that is to be known of a window.
	 * @param table the name of its load
	 * @param row whose window
	 * @param round its round
	 * @param window what was seen
	 */
	void add(String table, String row, int round, Measured window) {
		add(new Figure(table, row, "rate"), round, window.result().rate());
		add(new Figure(table, row, "cpu"), round, window.cpuPer100k());
		add(new Figure(table, row, "client-cpu"), round, window.clientCpuPer100k());
		add(new Figure(table, row, "server-cpu"), round, window.serverCpuPer100k());
		add(new Figure(table, row, "client-bytes"), round, window.clientBytesPerCall());
		add(new Figure(table, row, "server-bytes"), round, window.serverBytesPerCall());
		add(new Figure(table, row, "p50"), round, window.result().p50() / 1e3);
		add(new Figure(table, row, "p99"), round, window.result().p99() / 1e3);
		add(new Figure(table, row, "p999"), round, window.result().p999() / 1e3);
		add(new Figure(table, row, "max"), round, window.result().max() / 1e3);
		add(new Figure(table, row, "others"), round, window.others());
	}

	Spread spread(Figure figure) {
		return Spread.of(rounds(figure).values().stream().mapToDouble(Double::doubleValue).toArray());
	}

	/**
	 * A figure as a ratio to another, formed within each round that has both.
	 * @param figure the figure
	 * @param base what it is divided by
	 * @return the spread of the ratios; of none when there is no such round
	 */
	Spread ratios(Figure figure, Figure base) {
		Map<Integer, Double> below = rounds(base);
		return Spread.of(rounds(figure).entrySet()
			.stream()
			.filter((entry) -> below.containsKey(entry.getKey()))
			.mapToDouble((entry) -> entry.getValue() / below.get(entry.getKey()))
			.toArray());
	}

	private Map<Integer, Double> rounds(Figure figure) {
		return this.values.getOrDefault(figure, Map.of());
	}

	Set<String> rows(String table) {
		Set<String> rows = new TreeSet<>();
		this.values.keySet()
			.stream()
			.filter((figure) -> figure.table().equals(table))
			.forEach((figure) -> rows.add(figure.row()));
		return rows;
	}

	void forEach(BiConsumer<Figure, Map<Integer, Double>> consumer) {
		this.values.forEach(consumer);
	}

}
