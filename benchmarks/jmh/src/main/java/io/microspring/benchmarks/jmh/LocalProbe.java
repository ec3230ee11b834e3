package io.microspring.benchmarks.jmh;

import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.microspring.benchmarks.Probe;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What the table of goals says of one process: the benchmarks of one kind, each beside
 * its limit. JMH runs them here, in the process of the probe, which runs nothing else and
 * is warm from one round to the next.
 */
public final class LocalProbe implements Probe {

	private static final Map<String, List<Measured>> VARIANTS = Map.of("selector",
			List.of(new Measured("random-index", "SelectorBenchmark.index"),
					new Measured("selector", "SelectorBenchmark.random")),
			"registry",
			List.of(new Measured("map-get", "RegistryBenchmark.map"),
					new Measured("registry", "RegistryBenchmark.cached")),
			"broker",
			List.of(new Measured("virtual-call", "BrokerBenchmark.virtualCall"),
					new Measured("broker-memory", "BrokerBenchmark.direct"),
					new Measured("broker-memory-queued", "BrokerBenchmark.queued")),
			"in-process",
			List.of(new Measured("hand-off", "InProcessBenchmark.handOff"),
					new Measured("in-process", "InProcessBenchmark.call"),
					new Measured("in-process-direct", "InProcessBenchmark.direct")),
			"watch", List.of());

	private List<Measured> measured = List.of();

	private @Nullable WatchDelay watch;

	@Override
	public void warm(String variant) throws RunnerException {
		List<Measured> chosen = VARIANTS.get(variant);
		if (chosen == null) {
			throw new IllegalArgumentException("There is no variant " + variant + ", but " + VARIANTS.keySet());
		}
		this.measured = chosen;
		if (variant.equals("watch")) {
			this.watch = new WatchDelay();
		}
		for (int i = 0; i < 10; i++) {
			watch((row, metric, value) -> {
			});
		}
		jmh(5, 1, (row, metric, value) -> {
		});
	}

	@Override
	public void measure(Figures figures) throws RunnerException {
		watch(figures);
		jmh(1, 5, figures);
	}

	@Override
	public void close() {
		if (this.watch != null) {
			this.watch.close();
		}
	}

	private void watch(Figures figures) {
		if (this.watch != null) {
			figures.add("waking", "nanos", this.watch.waking());
			figures.add("registry-watch", "nanos", this.watch.watching());
		}
	}

	private void jmh(int warmUp, int iterations, Figures figures) throws RunnerException {
		// Another probe may be alive, and does nothing meanwhile.
		System.setProperty("jmh.ignoreLock", "true");
		for (Measured each : this.measured) {
			Options options = new OptionsBuilder().include("\\." + each.benchmark + "$")
				.param("nodes", "1000")
				.param("behind", "memory")
				.param("interceptors", "0")
				.forks(0)
				.warmupIterations(warmUp)
				.warmupTime(TimeValue.milliseconds(200))
				.measurementIterations(iterations)
				.measurementTime(TimeValue.milliseconds(100))
				.addProfiler(GCProfiler.class)
				.build();
			// What is printed goes to the log: the answers of a probe are its output.
			report(each.row,
					new Runner(options, OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT)).run(),
					figures);
		}
	}

	private static void report(String row, Collection<RunResult> results, Figures figures) {
		for (RunResult result : results) {
			// The median: an iteration that was disturbed does not count.
			figures.add(row, "nanos", result.getPrimaryResult().getStatistics().getPercentile(50));
			for (Map.Entry<String, Result> secondary : result.getSecondaryResults().entrySet()) {
				if (secondary.getKey().endsWith("gc.alloc.rate.norm")) {
					figures.add(row, "bytes", secondary.getValue().getStatistics().getPercentile(50));
				}
			}
		}
	}

	/** A row of the table and the benchmark it comes from. */
	private record Measured(String row, String benchmark) {

	}

}
