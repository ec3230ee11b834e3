package io.microspring.benchmarks.controller;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.microspring.benchmarks.controller.Results.Figure;
import io.microspring.benchmarks.worker.Load;

/**
 * The goals, in the order in which they are judged: processor time per call first, since
 * it is what throughput comes from and the least noisy.
 */
final class Goals {

	private static final int[] CONCURRENCIES = { 1, 16, 128, 1024 };

	private static final int SMALL = 100;

	private static final int LARGE = 64 * 1024;

	/** What a call of 100 B parses: the message, its text and the text's bytes. */
	private static final double USER_OBJECTS = 176;

	private final List<Goal> goals = new ArrayList<>();

	private Goals() {
	}

	static List<Goal> all() {
		Goals goals = new Goals();
		goals.processorTime();
		goals.throughput();
		goals.latencyAndMemory();
		goals.streams();
		goals.spring();
		goals.parts();
		return List.copyOf(goals.goals);
	}

	private void processorTime() {
		for (int c : CONCURRENCIES) {
			atMost("http1-d-cpu-" + c, calls(c, "mucp-d", "cpu"), calls(c, "raw-http1", "cpu"), 1.35);
			atMost("http1-v-cpu-" + c, calls(c, "mucp-v", "cpu"), calls(c, "raw-http1", "cpu"), 1.8);
		}
	}

	private void throughput() {
		// ............... at a time: 1, 16, 128, 1024
		rates("http1-d", "mucp-d", "raw-http1", 0.95, 0.85, 0.80, 0.75);
		rates("http1-v", "mucp-v", "raw-http1", 0.75, 0.60, 0.60, 0.60);
		rates("mux-d", "mux-d", "raw-tcp", 0.85, 0.60, 0.40, 0.25);
		rates("mux-v", "mux-v", "raw-tcp", 0.60, 0.33, 0.18, 0.10);
		rates("grpc-d", "grpc-d", "grpc-java-direct", 1.1, 1.3, 1.3, 1.3);
		rates("grpc-v", "grpc-v", "grpc-java-direct", 0.70, 0.70, 0.60, 0.60);
		Load large = Load.closed(16, LARGE);
		atLeast("grpc-64k", of(large, "grpc-d", "rate"), of(large, "grpc-java-direct", "rate"), 1.2);
	}

	private void latencyAndMemory() {
		atMost("p50-1", calls(1, "mucp-d", "p50"), calls(1, "raw-http1", "p50"), 1.1);
		atMost("p99-1", calls(1, "mucp-d", "p99"), calls(1, "mucp-d", "p50"), 2.5);
		for (String row : List.of("mucp-d", "mucp-v")) {
			this.goals.add(Goal.figureAtMost(row + "-server-kib", calls(16, row, "server-bytes"), 1024,
					(1536 + USER_OBJECTS) / 1024));
		}
		atMost("memory", once("mucp-v", "server-rss"), once("grpc-java-direct", "server-rss"), 1);
	}

	private void streams() {
		Load stream = Load.stream(SMALL);
		atLeast("stream-grpc", of(stream, "grpc-d", "rate"), of(stream, "grpc-java-direct", "rate"), 1);
		atLeast("stream-mux", of(stream, "mux-d", "rate"), of(stream, "raw-tcp", "rate"), 0.8);
		atLeast("stream-http1", of(stream, "mucp-d", "rate"), of(stream, "gomicro-http", "rate"), 20);
	}

	private void spring() {
		for (String mode : List.of("d", "v")) {
			atLeast("spring-" + mode, calls(16, "spring-" + mode, "rate"), calls(16, "mucp-" + mode, "rate"), 0.95);
			atLeast("observed-" + mode, calls(16, "observed-" + mode, "rate"), calls(16, "spring-" + mode, "rate"),
					0.8);
		}
		atMost("start-up", probe("start-micro", "seconds"), probe("start-empty", "seconds"), 1.15);
		atLeast("broker-http", probe("broker-http-topics", "rate"), probe("raw-http1-64", "rate"), 0.6);
		atLeast("broker-kafka", probe("broker-kafka-raw", "rate"), probe("plain-kafka", "rate"), 0.9);
	}

	private void parts() {
		atMost("in-process", probe("in-process", "nanos"), probe("hand-off", "nanos"), 4);
		atMost("selector", probe("selector", "nanos"), probe("random-index", "nanos"), 8);
		none("selector-bytes", probe("selector", "bytes"));
		atMost("registry", probe("registry", "nanos"), probe("map-get", "nanos"), 2);
		none("registry-bytes", probe("registry", "bytes"));
		atMost("registry-watch", probe("registry-watch", "nanos"), probe("waking", "nanos"), 2);
		atMost("broker-memory", probe("broker-memory", "nanos"), probe("virtual-call", "nanos"), 4);
	}

	private void rates(String name, String row, String base, double... bounds) {
		for (int i = 0; i < CONCURRENCIES.length; i++) {
			int c = CONCURRENCIES[i];
			atLeast(name + "-" + c, calls(c, row, "rate"), calls(c, base, "rate"), bounds[i]);
		}
	}

	private void atLeast(String name, Figure figure, Figure base, double bound) {
		this.goals.add(Goal.atLeast(name, figure, base, bound));
	}

	private void atMost(String name, Figure figure, Figure base, double bound) {
		this.goals.add(Goal.atMost(name, figure, base, bound));
	}

	/** Zero, as exactly as it can be measured: less than one byte in two calls. */
	private void none(String name, Figure figure) {
		this.goals.add(Goal.figureAtMost(name, figure, 1, 0.5));
	}

	private static Figure calls(int concurrency, String row, String metric) {
		return of(Load.closed(concurrency, SMALL), row, metric);
	}

	private static Figure of(Load load, String row, String metric) {
		return new Figure(load.name(), row, metric);
	}

	private static Figure once(String row, String metric) {
		return new Figure(Figure.ONCE, row, metric);
	}

	private static Figure probe(String row, String metric) {
		return Figure.ofProbe(row, metric);
	}

	/**
	 * The last line of a run.
	 * @param goals the goals
	 * @param results what was found
	 * @return each goal with what was found, and those that are not met
	 */
	static String line(List<Goal> goals, Results results) {
		StringBuilder line = new StringBuilder();
		List<String> missed = new ArrayList<>();
		for (Goal goal : goals) {
			Spread found = goal.found(results);
			boolean measured = found.count() > 0;
			line.append(goal.name())
				.append('=')
				.append(measured ? String.format(Locale.ROOT, "%.2f", found.median()) : "n/a")
				.append(' ');
			if (!goal.isMet(found)) {
				missed.add(measured ? goal.name() : goal.name() + "(n/a)");
			}
		}
		return line + (missed.isEmpty() ? "all met" : "short: " + String.join(" ", missed));
	}

}
