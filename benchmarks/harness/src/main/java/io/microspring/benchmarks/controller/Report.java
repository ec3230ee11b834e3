package io.microspring.benchmarks.controller;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.microspring.benchmarks.controller.Plan.Group;
import io.microspring.benchmarks.controller.Results.Figure;

/**
 * Writes what a run found: every figure of every round as CSV, and as Markdown the
 * machine, the goals and a table for each load.
 */
final class Report {

	private static final List<String> BASES = List.of("grpc-java", "grpc-java-direct");

	private final Setup setup;

	private final Plan plan;

	private final List<String> machine;

	private Report(Setup setup, Plan plan, List<String> machine) {
		this.setup = setup;
		this.plan = plan;
		this.machine = machine;
	}

	/**
	 * Begins a report: the load of the machine is that before the first process starts.
	 * @param setup where results go
	 * @param plan what is measured
	 * @return the report
	 */
	static Report begin(Setup setup, Plan plan) {
		return new Report(setup, plan, new ArrayList<>(Machine.describe(setup, plan)));
	}

	void write(String name, Results results, List<Goal> goals, List<String> problems) throws IOException {
		Path folder = Files.createDirectories(this.setup.benchmarks().resolve("target"));
		Path csv = folder.resolve(name + ".csv");
		Path markdown = folder.resolve(name + ".md");
		Files.writeString(csv, csv(results));
		Files.writeString(markdown, markdown(results, goals, problems));
		System.out.println("written: " + csv + " and " + markdown);
	}

	static String csv(Results results) {
		StringBuilder lines = new StringBuilder("table,row,metric,round,value\n");
		results.forEach((figure,
				rounds) -> rounds.forEach((round, value) -> lines.append(figure.table())
					.append(',')
					.append(figure.row())
					.append(',')
					.append(figure.metric())
					.append(',')
					.append(round)
					.append(',')
					.append(String.format(Locale.ROOT, "%.4f", value))
					.append('\n')));
		return lines.toString();
	}

	private String markdown(Results results, List<Goal> goals, List<String> problems) {
		StringBuilder text = new StringBuilder("# Benchmarks\n\n");
		this.machine.forEach((line) -> text.append("- ").append(line).append('\n'));
		text.append("- load at the end: ").append(Machine.load()).append("\n\n");
		text.append("Cells with brackets: the median of the rounds (least–most). Ratios are formed within a round.\n");
		goals(text, results, goals);
		for (Group group : this.plan.groups()) {
			table(text, group, results);
		}
		once(text, results);
		probes(text, results);
		if (!problems.isEmpty()) {
			text.append("\n## What failed\n\n");
			problems.forEach((problem) -> text.append("- ").append(problem).append('\n'));
		}
		return text.toString();
	}

	private static void goals(StringBuilder text, Results results, List<Goal> goals) {
		text.append("\n## Goals\n\n| goal | found | wanted | met, with 15 % tolerance |\n|---|---|---|---|\n");
		for (Goal goal : goals) {
			Spread found = goal.found(results);
			text.append(String.format(Locale.ROOT, "| %s | %s | %s | %s |%n", goal.name(), cell(found), goal.wanted(),
					(found.count() == 0) ? "n/a" : goal.isMet(found) ? "yes" : "**no**"));
		}
	}

	private static void table(StringBuilder text, Group group, Results results) {
		String load = group.load().name();
		String base = base(group, results);
		text.append("\n## ")
			.append(load)
			.append("\n\n| row | ÷ ")
			.append(base)
			.append(" | per s | MB/s one way | CPU s per 100k: client | server | p50 µs | p99 µs | p99.9 µs | "
					+ "bytes per call: client | server | others' cores, most |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n");
		for (Row row : group.rows()) {
			Spread ratio = results.ratios(new Figure(load, row.name(), "rate"), new Figure(load, base, "rate"));
			text.append("| ").append(row.name()).append(" | ").append(cell(ratio));
			Spread rate = results.spread(new Figure(load, row.name(), "rate"));
			text.append(" | ")
				.append(number(rate))
				.append(" | ")
				.append(number(rate.times(group.load().bytes() / 1e6)));
			for (String metric : List.of("client-cpu", "server-cpu", "p50", "p99", "p999", "client-bytes",
					"server-bytes")) {
				text.append(" | ").append(number(results.spread(new Figure(load, row.name(), metric))));
			}
			text.append(" | ")
				.append(String.format(Locale.ROOT, "%.2f",
						results.spread(new Figure(load, row.name(), "others")).max()))
				.append(" |\n");
		}
	}

	private static String base(Group group, Results results) {
		return BASES.stream()
			.filter(results.rows(group.load().name())::contains)
			.findFirst()
			.orElse(group.rows().get(0).name());
	}

	private static void once(StringBuilder text, Results results) {
		text.append("\n## Start and memory\n\nStart: from nothing to the first answered call, the server and then the "
				+ "client. Memory: after all windows and a collection.\n\n"
				+ "| row | start s | server heap MiB | server RSS MiB | client heap MiB | client RSS MiB |\n"
				+ "|---|---|---|---|---|---|\n");
		for (String row : results.rows(Figure.ONCE)) {
			text.append("| ").append(row);
			for (String metric : List.of("start-seconds", "server-heap", "server-rss", "client-heap", "client-rss")) {
				text.append(" | ").append(number(results.spread(new Figure(Figure.ONCE, row, metric))));
			}
			text.append(" |\n");
		}
	}

	private static void probes(StringBuilder text, Results results) {
		StringBuilder lines = new StringBuilder();
		results.forEach((figure, rounds) -> {
			if (figure.table().equals(Figure.PROBES)) {
				lines.append("| ").append(figure.row()).append(" | ").append(figure.metric()).append(" | ");
				lines.append(cell(results.spread(figure))).append(" |\n");
			}
		});
		if (!lines.isEmpty()) {
			text.append("\n## Parts\n\n| row | metric | found |\n|---|---|---|\n").append(lines);
		}
	}

	private static String cell(Spread spread) {
		return (spread.count() == 0) ? "–"
				: String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", spread.median(), spread.min(), spread.max());
	}

	private static String number(Spread spread) {
		if (spread.count() == 0) {
			return "–";
		}
		return String.format(Locale.ROOT, (spread.median() >= 100) ? "%.0f" : "%.2f", spread.median());
	}

}
