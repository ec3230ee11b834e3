package io.microspring.benchmarks.controller;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.microspring.benchmarks.worker.Load;

/**
 * What to measure, and how long.
 *
 * @param groups rows that are compared under a load, one after the other
 * @param probes what measures itself
 * @param rounds how often all is measured
 * @param warmUp how long each row is warmed, all its loads together
 * @param ramp how long a window's calls go on before they count
 * @param window how long they count
 */
record Plan(List<Group> groups, List<Row> probes, int rounds, Duration warmUp, Duration ramp, Duration window) {

	/**
	 * Rows under one load.
	 *
	 * @param load the load
	 * @param rows the rows; the first is what tables compare with
	 */
	record Group(Load load, List<Row> rows) {

		private static Group ofAll(Load load) {
			return new Group(load, Rows.all().stream().filter((row) -> row.can(load)).toList());
		}

	}

	/**
	 * What goals need of the rows that there are, in about eight minutes.
	 * @param goals the goals
	 * @return the plan
	 */
	static Plan of(List<Goal> goals) {
		Map<String, Set<Row>> tables = new LinkedHashMap<>();
		goals.stream()
			.flatMap((goal) -> Stream.of(goal.figure(), goal.base()))
			.filter((figure) -> figure != null && figure.isOfWindow() && Rows.has(figure.row()))
			.forEach((figure) -> tables.computeIfAbsent(figure.table(), (table) -> new LinkedHashSet<>())
				.add(Rows.named(figure.row())));
		List<Group> groups = tables.entrySet()
			.stream()
			.map((table) -> new Group(Load.named(table.getKey()), List.copyOf(table.getValue())))
			.toList();
		return new Plan(groups, Rows.probes(), 5, Duration.ofSeconds(8), Duration.ofMillis(250),
				Duration.ofMillis(900));
	}

	/**
	 * All rows under all loads: hours.
	 * @return the plan
	 */
	static Plan full() {
		List<Group> groups = new ArrayList<>();
		for (int bytes : new int[] { 100, 1024, 65536 }) {
			for (int c : new int[] { 1, 16, 128, 1024 }) {
				groups.add(Group.ofAll(Load.closed(c, bytes)));
			}
			groups.add(Group.ofAll(Load.stream(bytes)));
		}
		for (int rate : new int[] { 1000, 5000, 20000 }) {
			groups.add(Group.ofAll(Load.open(128, 100, rate)));
		}
		return new Plan(groups, Rows.probes(), 5, Duration.ofSeconds(30), Duration.ofMillis(700),
				Duration.ofSeconds(5));
	}

	/** All rows that take part, each once. */
	Set<Row> rows() {
		Set<Row> rows = new LinkedHashSet<>();
		this.groups.stream().map(Group::rows).forEach(rows::addAll);
		return rows;
	}

	List<Load> loads(Row row) {
		return this.groups.stream().filter((group) -> group.rows().contains(row)).map(Group::load).toList();
	}

	/**
	 * The same with a few rows only.
	 * @param names which rows
	 * @return the copy
	 */
	Plan only(Collection<String> names) {
		List<Group> fewer = this.groups.stream()
			.map((group) -> new Group(group.load(),
					group.rows().stream().filter((row) -> names.contains(row.name())).toList()))
			.filter((group) -> !group.rows().isEmpty())
			.toList();
		List<Row> probesLeft = this.probes.stream().filter((probe) -> names.contains(probe.name())).toList();
		return new Plan(fewer, probesLeft, this.rounds, this.warmUp, this.ramp, this.window);
	}

	/** An estimate of the time that all takes. */
	Duration length() {
		Duration window = this.ramp.plus(this.window).plusMillis(60);
		long windows = this.groups.stream().mapToInt((group) -> group.rows().size()).sum();
		Duration warming = this.warmUp.plusMillis(1500).multipliedBy(rows().size());
		return window.multipliedBy(windows * this.rounds)
			.plus(warming)
			.plus(Duration.ofSeconds(2L * this.rounds + 4).multipliedBy(this.probes.size()));
	}

}
