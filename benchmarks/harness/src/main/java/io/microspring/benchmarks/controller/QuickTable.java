package io.microspring.benchmarks.controller;

import java.util.Locale;

import io.microspring.benchmarks.controller.Plan.Group;
import io.microspring.benchmarks.controller.Results.Figure;

/**
 * What a quick run prints for each load.
 */
final class QuickTable {

	private static final String HEAD = "%n%-22s %9s %19s %6s %8s %8s %8s %8s %8s %8s %6s%n";

	private static final String LINE = "%-22s %9.0f %6.2f (%.2f-%.2f)   %6.2f %8.1f %8.1f %8.2f %8.2f %8.0f %8.0f %6.2f%n";

	private QuickTable() {
	}

	static String of(Group group, Results results) {
		String load = group.load().name();
		StringBuilder table = new StringBuilder(String.format(Locale.ROOT, HEAD, load, "per s", "ratio (min-max)",
				"CPU x", "p50 us", "p99 us", "client s", "server s", "client B", "server B", "others"));
		String base = group.rows().get(0).name();
		for (Row row : group.rows()) {
			String name = row.name();
			Spread rate = results.spread(new Figure(load, name, "rate"));
			if (rate.count() == 0) {
				table.append(String.format(Locale.ROOT, "%-22s failed%n", name));
				continue;
			}
			Spread ratio = results.ratios(new Figure(load, name, "rate"), new Figure(load, base, "rate"));
			Spread cpu = results.ratios(new Figure(load, name, "cpu"), new Figure(load, base, "cpu"));
			table.append(String.format(Locale.ROOT, LINE, name, rate.median(), ratio.median(), ratio.min(), ratio.max(),
					cpu.median(), median(results, load, name, "p50"), median(results, load, name, "p99"),
					median(results, load, name, "client-cpu"), median(results, load, name, "server-cpu"),
					median(results, load, name, "client-bytes"), median(results, load, name, "server-bytes"),
					results.spread(new Figure(load, name, "others")).max()));
		}
		return table.toString();
	}

	private static double median(Results results, String load, String row, String metric) {
		return results.spread(new Figure(load, row, metric)).median();
	}

}
