package io.microspring.benchmarks.registry;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;

import io.microspring.registry.CacheOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;

/**
 * What 10,000 services of ten nodes weigh on the heap: as they are registered, and what
 * the cache adds when each has been looked up.
 */
public final class CacheMemory {

	private static final int SERVICES = 10_000;

	private static final int NODES = 10;

	private CacheMemory() {
	}

	/**
	 * Measures, and prints bytes for each service.
	 * @param args none
	 */
	public static void main(String[] args) {
		try (Registry registry = Registry.memory();
				Registry cache = Registry.cached(registry, CacheOptions.defaults())) {
			long before = used();
			for (int i = 0; i < SERVICES; i++) {
				registry.register(service(i), Duration.ZERO);
			}
			long registered = used();
			for (int i = 0; i < SERVICES; i++) {
				if (cache.get(name(i)).get(0).nodes().size() != NODES) {
					throw new IllegalStateException(name(i) + " is not there");
				}
			}
			long cached = used();
			System.out.printf("registered: %d bytes a service; the cache adds %d%n", (registered - before) / SERVICES,
					(cached - registered) / SERVICES);
		}
	}

	private static String name(int service) {
		return "com.example.service-" + service;
	}

	private static Service service(int service) {
		String name = name(service);
		return Service.of(name, "latest", IntStream.range(0, NODES)
			.mapToObj((i) -> new Node(name + "-" + i, "10.0." + service % 250 + "." + i + ":" + (10_000 + service),
					Map.of("protocol", "mucp", "transport", "http", "server", "mucp", "registry", "mdns")))
			.toArray(Node[]::new));
	}

	/** After collections, until they find nothing more. */
	private static long used() {
		long last = Long.MAX_VALUE;
		while (true) {
			System.gc();
			long now = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
			if (now > last - 100_000) {
				return now;
			}
			last = now;
		}
	}

}
