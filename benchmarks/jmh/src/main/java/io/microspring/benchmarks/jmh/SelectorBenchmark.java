package io.microspring.benchmarks.jmh;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.microspring.registry.CacheOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.selector.Outcome;
import io.microspring.selector.Selection;
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

	private final Selection call = Selection.of("greeter");

	private final Keyed[] calls = new Keyed[1024];

	private int next;

	private Node[] array;

	private Registry registry;

	private Registry cache;

	private Selector random;

	private Selector roundRobin;

	private Selector weighted;

	private Selector leastConnections;

	private Selector powerOfTwo;

	private Selector hash;

	private Selector sticky;

	private Selector canary;

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
		this.weighted = Selector.of(this.cache, Strategy.weighted());
		this.leastConnections = Selector.of(this.cache, Strategy.leastConnections());
		this.powerOfTwo = Selector.of(this.cache, Strategy.powerOfTwoChoices());
		this.hash = Selector.of(this.cache, Strategy.hash());
		this.sticky = Selector.of(this.cache, Strategy.sticky(Strategy.random()));
		this.canary = Selector.of(this.cache,
				Strategy.versionSplit(Map.of("latest", 90, "next", 10), Strategy.random()));
		Arrays.setAll(this.calls, (i) -> new Keyed("user-" + i));
	}

	/** Frees it all. */
	@TearDown
	public void close() {
		this.random.close();
		this.roundRobin.close();
		this.weighted.close();
		this.leastConnections.close();
		this.powerOfTwo.close();
		this.hash.close();
		this.sticky.close();
		this.canary.close();
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
		return this.random.select(this.call, List.of());
	}

	/**
	 * One node after the other.
	 * @return the node
	 */
	@Benchmark
	public Node roundRobin() {
		return this.roundRobin.select(this.call, List.of());
	}

	/**
	 * Any node, and what became of the call to it.
	 * @return the node
	 */
	@Benchmark
	public Node randomMarked() {
		return marked(this.random);
	}

	/**
	 * As the weights have it, and what became of the call.
	 * @return the node
	 */
	@Benchmark
	public Node weighted() {
		return marked(this.weighted);
	}

	/**
	 * The least busy, and what became of the call.
	 * @return the node
	 */
	@Benchmark
	public Node leastConnections() {
		return marked(this.leastConnections);
	}

	/**
	 * The better of two, and what became of the call.
	 * @return the node
	 */
	@Benchmark
	public Node powerOfTwo() {
		return marked(this.powerOfTwo);
	}

	/**
	 * The node of one of 1,024 keys, and what became of the call.
	 * @return the node
	 */
	@Benchmark
	public Node hash() {
		return marked(this.hash);
	}

	/**
	 * The node that one of 1,024 keys was sent to last, and what became of the call.
	 * @return the node
	 */
	@Benchmark
	public Node sticky() {
		return marked(this.sticky);
	}

	/**
	 * A node of one of two versions, and what became of the call.
	 * @return the node
	 */
	@Benchmark
	public Node canary() {
		return marked(this.canary);
	}

	private Node marked(Selector selector) {
		Keyed call = this.calls[this.next++ & (this.calls.length - 1)];
		Node node = selector.select(call, List.of());
		selector.mark(call, node, Outcome.ANSWERED, 1_000_000, null);
		return node;
	}

	/** A call with a key. */
	private record Keyed(String key) implements Selection {

		@Override
		public String service() {
			return "greeter";
		}

	}

}
