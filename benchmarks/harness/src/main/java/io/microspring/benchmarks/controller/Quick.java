package io.microspring.benchmarks.controller;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.microspring.benchmarks.worker.Load;

/**
 * A few rows side by side, while working on one of them.
 */
final class Quick {

	private static final Duration RAMP = Duration.ofMillis(300);

	private final Setup setup;

	private final Duration window;

	private final Duration warmUp;

	private final int rounds;

	Quick(Setup setup, Duration window, Duration warmUp, int rounds) {
		this.setup = setup;
		this.window = window;
		this.warmUp = warmUp;
		this.rounds = rounds;
	}

	void run(List<Row> rows, List<Load> loads) throws IOException {
		List<Pair> pairs = new ArrayList<>();
		try {
			for (Row row : rows) {
				pairs.add(Pair.start(row, this.setup));
			}
			for (Pair pair : pairs) {
				for (Load load : loads) {
					pair.measure(load.lasting(Duration.ZERO, this.warmUp.dividedBy(loads.size())));
				}
			}
			for (Load load : loads) {
				measure(pairs, load);
			}
		}
		finally {
			pairs.forEach(Pair::close);
		}
	}

	private void measure(List<Pair> pairs, Load load) {
		Map<Row, List<Measured>> found = new LinkedHashMap<>();
		pairs.forEach((pair) -> found.put(pair.row(), new ArrayList<>()));
		List<Pair> order = new ArrayList<>(pairs);
		for (int round = 0; round < this.rounds; round++) {
			Collections.shuffle(order);
			for (Pair pair : order) {
				found.get(pair.row()).add(pair.measure(load.lasting(RAMP, this.window)));
			}
		}
		print(load, found);
	}

	private void print(Load load, Map<Row, List<Measured>> found) {
		System.out.printf("%n%-18s %9s %20s %8s %8s %8s %8s %8s %9s %9s %7s%n", load.name(), "rate/s",
				"ratio (min-max)", "CPU x", "p50 us", "p99 us", "cli s", "srv s", "cli B", "srv B", "others");
		System.out.printf("%79s%n", "(CPU per 100k, bytes per call)");
		List<Measured> base = found.values().iterator().next();
		found.forEach((row, windows) -> {
			Spread ratio = Spread.ofRatios(windows, base, (measured) -> measured.result().rate());
			Spread cpu = Spread.ofRatios(windows, base, Measured::cpuPer100k);
			System.out.printf("%-18s %9.0f %6.2f (%.2f-%.2f)   %8.2f %8.0f %8.0f %8.2f %8.2f %9.0f %9.0f %7.2f%n",
					row.name(), Spread.of(windows, (measured) -> measured.result().rate()).median(), ratio.median(),
					ratio.min(), ratio.max(), cpu.median(),
					Spread.of(windows, (measured) -> measured.result().p50() / 1e3).median(),
					Spread.of(windows, (measured) -> measured.result().p99() / 1e3).median(),
					Spread.of(windows, Measured::clientCpuPer100k).median(),
					Spread.of(windows, Measured::serverCpuPer100k).median(),
					Spread.of(windows, Measured::clientBytesPerCall).median(),
					Spread.of(windows, Measured::serverBytesPerCall).median(),
					Spread.of(windows, Measured::others).max());
		});
	}

}
