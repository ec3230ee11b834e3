package io.microspring.selector;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import com.sun.management.ThreadMXBean;
import io.microspring.registry.CacheOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What every call does before anything is sent makes no garbage. */
class AllocationTest {

	private static final int TIMES = 100_000;

	private final Registry registry = Registry.memory();

	private final Registry cache = Registry.cached(this.registry, CacheOptions.defaults());

	@AfterEach
	void close() {
		this.cache.close();
		this.registry.close();
	}

	@Test
	void lookingUpWhatIsKnownAllocatesNothing() {
		register();
		this.cache.get("greeter");
		assertThat(allocated(() -> this.cache.get("greeter"))).isLessThan(TIMES);
	}

	@Test
	void firstPickOfANodeAllocatesNothing() {
		register();
		Selection call = Selection.of("greeter");
		Selector random = Selector.of(this.cache, Strategy.random());
		Selector roundRobin = Selector.of(this.cache, Strategy.roundRobin());
		assertThat(allocated(() -> random.select(call, List.of()))).isLessThan(TIMES);
		assertThat(allocated(() -> roundRobin.select(call, List.of()))).isLessThan(TIMES);
	}

	private void register() {
		Node[] nodes = IntStream.range(0, 1000)
			.mapToObj((i) -> Node.of("greeter-" + i, "127.0.0.1:" + (10_000 + i)))
			.toArray(Node[]::new);
		this.registry.register(Service.of("greeter", "latest", nodes), Duration.ZERO);
	}

	/** The bytes this thread allocates: less than one for each time is none. */
	private static long allocated(Runnable action) {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		action.run();
		long before = threads.getCurrentThreadAllocatedBytes();
		for (int i = 0; i < TIMES; i++) {
			action.run();
		}
		return threads.getCurrentThreadAllocatedBytes() - before;
	}

}
