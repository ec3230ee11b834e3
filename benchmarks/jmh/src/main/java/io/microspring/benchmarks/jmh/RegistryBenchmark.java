package io.microspring.benchmarks.jmh;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.microspring.registry.CacheOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
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
 * A look-up of one of many services in the cache, beside one in a
 * {@link ConcurrentHashMap} of the same lists. The names that are looked up equal the
 * keys and are not the same strings, as when they come from a request.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RegistryBenchmark {

	private static final int SERVICES = 1 << 13;

	private static final int NODES = 10;

	/** What is behind the cache. */
	@Param({ "memory", "mdns" })
	public String behind;

	private final Map<String, List<Service>> map = new ConcurrentHashMap<>();

	private String[] names;

	private Registry registry;

	private Registry cache;

	private int turn;

	/** Registers the services and looks each up once. */
	@Setup
	public void open() {
		this.registry = "mdns".equals(this.behind) ? Registry.mdns() : Registry.memory();
		this.cache = Registry.cached(this.registry, CacheOptions.defaults());
		int services = "mdns".equals(this.behind) ? 1 : 10_000;
		for (int i = 0; i < services; i++) {
			String name = name(i);
			this.registry.register(Service.of(name, "latest", nodes(name)), Duration.ZERO);
			this.map.put(name, this.cache.get(name));
		}
		// A power of two, so that the baseline's own index costs nothing.
		this.names = IntStream.range(0, SERVICES)
			.map((i) -> (int) ((i * 2_654_435_761L) % services))
			.mapToObj(RegistryBenchmark::name)
			.toArray(String[]::new);
	}

	private static String name(int i) {
		return "com.example.service-" + i;
	}

	private static Node[] nodes(String service) {
		return IntStream.range(0, NODES)
			.mapToObj((i) -> new Node(service + "-" + i, "127.0.0.1:" + (10_000 + i),
					Map.of("protocol", "mucp", "transport", "http")))
			.toArray(Node[]::new);
	}

	/** Frees it all. */
	@TearDown
	public void close() {
		this.cache.close();
		this.registry.close();
	}

	private String next() {
		return this.names[this.turn++ & (SERVICES - 1)];
	}

	/**
	 * The limit: a map.
	 * @return what is known
	 */
	@Benchmark
	public List<Service> map() {
		return this.map.get(next());
	}

	/**
	 * The cache.
	 * @return what is known
	 */
	@Benchmark
	public List<Service> cached() {
		return this.cache.get(next());
	}

}
