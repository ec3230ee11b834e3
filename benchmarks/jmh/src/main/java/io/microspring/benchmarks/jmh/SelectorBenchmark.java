package io.microspring.benchmarks.jmh;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.microspring.registry.CacheOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.selector.Selector;
import io.microspring.selector.Strategy;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A pick by the name of a service, through a cached registry, beside a random index into
 * an array of the same nodes: what no selector can go below.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SelectorBenchmark {

	/** How many nodes there are. */
	@Param({ "10", "1000" })
	public int nodes;

	private Node[] array;

	private Registry registry;

	private Registry cache;

	private Selector random;

	private Selector roundRobin;

	/** Registers the nodes. */
	@Setup
	public void open() {
		this.array = IntStream.range(0, this.nodes)
			.mapToObj((i) -> Node.of("greeter-" + i, "10.0." + i / 250 + "." + i % 250 + ":9090"))
			.toArray(Node[]::new);
		this.registry = Registry.memory();
		this.registry.register(Service.of("greeter", "latest", this.array), Duration.ZERO);
		this.cache = Registry.cached(this.registry, CacheOptions.defaults());
		this.random = Selector.of(this.cache, Strategy.random());
		this.roundRobin = Selector.of(this.cache, Strategy.roundRobin());
	}

	/** Frees it all. */
	@TearDown
	public void close() {
		this.random.close();
		this.roundRobin.close();
		this.cache.close();
		this.registry.close();
	}

	/**
	 * The limit: a random index.
	 * @return the node
	 */
	@Benchmark
	public Node index() {
		return this.array[ThreadLocalRandom.current().nextInt(this.array.length)];
	}

	/**
	 * Any node.
	 * @return the node
	 */
	@Benchmark
	public Node random() {
		return this.random.select("greeter");
	}

	/**
	 * One node after the other.
	 * @return the node
	 */
	@Benchmark
	public Node roundRobin() {
		return this.roundRobin.select("greeter");
	}

}
