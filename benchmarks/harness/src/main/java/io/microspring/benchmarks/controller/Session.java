package io.microspring.benchmarks.controller;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

import io.microspring.benchmarks.controller.Plan.Group;
import io.microspring.benchmarks.worker.Load;

/**
 * One run: all processes are up and warm before the first window, and are measured one at
 * a time, in a new random order for each round and load. What fails is left out; the
 * others go on.
 */
final class Session implements AutoCloseable {

	/** Processors that others may use in a window without spoiling it. */
	private static final double QUIET = 0.16;

	private static final int ATTEMPTS = 3;

	/** What the first pass has made hot is compiled by the time of the second. */
	private static final int WARMINGS = 2;

	/** A load that a row failed so often is not tried again. */
	private static final int FAILURES = 2;

	private final Setup setup;

	private final Plan plan;

	private final Consumer<String> progress;

	private final Results results = new Results();

	private final Map<Row, Pair> pairs = new LinkedHashMap<>();

	private final Map<Row, ProbeProcess> probes = new LinkedHashMap<>();

	private final Map<String, Integer> failures = new HashMap<>();

	private final List<String> problems = new ArrayList<>();

	private final long started = System.nanoTime();

	/** How many windows may still be measured again. */
	private int repetitions;

	Session(Setup setup, Plan plan, Consumer<String> progress) {
		this.setup = setup;
		this.plan = plan;
		this.progress = progress;
		this.repetitions = plan.rounds() * plan.groups().stream().mapToInt((group) -> group.rows().size()).sum() / 5;
	}

	Results run() {
		this.plan.rows().forEach(this::start);
		this.plan.probes().forEach(this::startProbe);
		for (int pass = 1; pass <= WARMINGS; pass++) {
			for (Pair pair : List.copyOf(this.pairs.values())) {
				warm(pair);
			}
		}
		for (int round = 1; round <= this.plan.rounds(); round++) {
			List<Group> groups = new ArrayList<>(this.plan.groups());
			Collections.shuffle(groups);
			for (Group group : groups) {
				measure(round, group);
			}
			probe(round);
		}
		for (Pair pair : List.copyOf(this.pairs.values())) {
			attempt(pair.row(), "collect", () -> pair.collect(this.results));
		}
		return this.results;
	}

	/**
	 * What went wrong.
	 * @return a line for each
	 */
	List<String> problems() {
		return this.problems;
	}

	private void start(Row row) {
		say("starting " + row.name());
		try {
			this.pairs.put(row, Pair.start(row, this.setup));
		}
		catch (IOException | PeerFailedException ex) {
			problem(row.name() + " does not start: " + ex.getMessage());
		}
	}

	private void startProbe(Row row) {
		say("starting " + row.name());
		try {
			this.probes.put(row, ProbeProcess.start(row, this.setup));
		}
		catch (IOException | PeerFailedException ex) {
			problem(row.name() + " does not start: " + ex.getMessage());
		}
	}

	private void warm(Pair pair) {
		say("warming " + pair.row().name());
		List<Load> loads = this.plan.loads(pair.row());
		Duration each = this.plan.warmUp().dividedBy(loads.size() * WARMINGS);
		for (Load load : loads) {
			attempt(pair.row(), load.name(), () -> pair.warm(load.lasting(Duration.ZERO, each)));
		}
	}

	private void measure(int round, Group group) {
		List<Row> order = new ArrayList<>(group.rows());
		Collections.shuffle(order);
		Load load = group.load().lasting(this.plan.ramp(), this.plan.window());
		Map<String, Double> rates = new HashMap<>();
		for (Row row : order) {
			attempt(row, load.name(), () -> {
				Measured window = quietly(this.pairs.get(row), load);
				this.results.add(load.name(), row.name(), round, window);
				rates.put(row.name(), window.result().rate());
			});
		}
		StringBuilder line = new StringBuilder("round " + round + "/" + this.plan.rounds() + " " + load.name() + ":");
		for (Row row : group.rows()) {
			Double rate = rates.get(row.name());
			line.append(' ').append(row.name()).append(' ').append((rate != null) ? Math.round(rate) : "failed");
		}
		say(line.toString());
	}

	/** Measures again what others disturbed, as long as there is time for it. */
	private Measured quietly(Pair pair, Load load) {
		Measured best = pair.measure(load);
		for (int attempt = 1; attempt < ATTEMPTS && best.others() > QUIET && this.repetitions > 0; attempt++) {
			this.repetitions--;
			Measured again = pair.measure(load);
			best = (again.others() < best.others()) ? again : best;
		}
		return best;
	}

	private void probe(int round) {
		List<Row> order = new ArrayList<>(this.probes.keySet());
		Collections.shuffle(order);
		for (Row row : order) {
			say("round " + round + "/" + this.plan.rounds() + " " + row.name());
			try {
				this.probes.get(row).measure(round, this.results);
			}
			catch (PeerFailedException ex) {
				problem(ex.getMessage());
				this.probes.remove(row).close();
			}
		}
	}

	private void attempt(Row row, String what, Runnable task) {
		String key = row.name() + " " + what;
		if (!this.pairs.containsKey(row) || this.failures.getOrDefault(key, 0) >= FAILURES) {
			return;
		}
		try {
			task.run();
		}
		catch (PeerFailedException ex) {
			this.failures.merge(key, 1, Integer::sum);
			problem(ex.getMessage());
			if (ex.lost()) {
				this.pairs.remove(row).close();
			}
		}
	}

	private void problem(String text) {
		this.problems.add(text);
		say("FAILED " + text);
	}

	private void say(String text) {
		long seconds = (System.nanoTime() - this.started) / 1_000_000_000L;
		this.progress.accept(String.format(Locale.ROOT, "[%d:%02d] %s", seconds / 60, seconds % 60, text));
	}

	@Override
	public void close() {
		closeAll(this.pairs.values());
		closeAll(this.probes.values());
	}

	private static void closeAll(Collection<? extends AutoCloseable> processes) {
		processes.parallelStream().forEach((process) -> {
			try {
				process.close();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

}
