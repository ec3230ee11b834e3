package io.microspring.benchmarks.jmh;

import java.io.PrintStream;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What stands in the table of goals, measured in about a minute: prints lines of
 * {@code row,metric,value}. For the whole, run {@code org.openjdk.jmh.Main -prof gc}.
 */
final class Short {

	private final Map<String, Double> nanos = new HashMap<>();

	private final Map<String, Double> bytes = new HashMap<>();

	private final PrintStream out;

	private Short(PrintStream out) {
		this.out = out;
	}

	/**
	 * Measures and prints.
	 * @param args not used
	 * @throws RunnerException when JMH fails
	 */
	public static void main(String[] args) throws RunnerException {
		new Short(System.out).run();
	}

	private void run() throws RunnerException {
		Collection<RunResult> results = new Runner(new OptionsBuilder().include("SelectorBenchmark.(index|random)$")
			.include("RegistryBenchmark")
			.param("behind", "memory")
			.include("BrokerBenchmark")
			.include("InProcessBenchmark")
			.param("nodes", "1000")
			.param("interceptors", "0")
			.forks(1)
			.warmupIterations(3)
			.warmupTime(TimeValue.milliseconds(500))
			.measurementIterations(5)
			.measurementTime(TimeValue.milliseconds(300))
			.addProfiler(GCProfiler.class)
			.verbosity(VerboseMode.SILENT)
			.jvmArgsAppend("-Xmx1g")
			.build()).run();
		results.forEach(this::take);
		row("selector", "index", "random");
		row("registry", "map", "cached");
		row("broker", "virtualCall", "direct");
		row("broker-queued", "virtualCall", "queued");
		row("in-process", "handOff", "call");
		row("in-process-direct", "handOff", "direct");
		watch();
	}

	private void take(RunResult result) {
		String benchmark = result.getParams().getBenchmark();
		String name = benchmark.substring(benchmark.lastIndexOf('.', benchmark.lastIndexOf('.') - 1) + 1);
		// The median: one iteration that was disturbed does not count.
		this.nanos.put(name, result.getPrimaryResult().getStatistics().getPercentile(50));
		for (Map.Entry<String, Result> secondary : result.getSecondaryResults().entrySet()) {
			if (secondary.getKey().endsWith("gc.alloc.rate.norm")) {
				this.bytes.put(name, secondary.getValue().getStatistics().getPercentile(50));
			}
		}
	}

	private void row(String row, String baseline, String measured) {
		String benchmark = benchmark(row);
		double limit = this.nanos.getOrDefault(benchmark + baseline, Double.NaN);
		double value = this.nanos.getOrDefault(benchmark + measured, Double.NaN);
		print(row, "baseline_ns", limit);
		print(row, "ns", value);
		print(row, "ratio", value / limit);
		print(row, "bytes", this.bytes.getOrDefault(benchmark + measured, Double.NaN));
	}

	private static String benchmark(String row) {
		return switch (row) {
			case "selector" -> "SelectorBenchmark.";
			case "registry" -> "RegistryBenchmark.";
			case "broker", "broker-queued" -> "BrokerBenchmark.";
			default -> "InProcessBenchmark.";
		};
	}

	private void watch() {
		long[] medians = WatchDelay.medians();
		print("watch", "baseline_ns", medians[0]);
		print("watch", "ns", medians[1]);
		print("watch", "ratio", (double) medians[1] / medians[0]);
	}

	private void print(String row, String metric, double value) {
		this.out.printf(Locale.ROOT, "%s,%s,%.2f%n", row, metric, value);
	}

}
