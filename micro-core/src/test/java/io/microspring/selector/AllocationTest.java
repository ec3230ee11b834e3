package io.microspring.selector;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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
		for (Strategy strategy : List.of(Strategy.random(), Strategy.roundRobin(), Strategy.weighted(),
				Strategy.leastConnections(), Strategy.powerOfTwoChoices(), Strategy.hash(), Strategy.hash("tenant"),
				Strategy.sticky(Strategy.random()), Strategy.prefer("zone", "here", 0.5, Strategy.random()),
				Strategy.versionSplit(Map.of("latest", 90, "next", 10), Strategy.random()), Strategy.blacklist())) {
			Selector selector = Selector.of(this.cache, strategy);
			Selection call = new Keyed();
			assertThat(allocated(() -> {
				Node node = selector.select(call, List.of());
				selector.mark(call, node, Outcome.ANSWERED, 1000, null);
			})).as(strategy.toString()).isLessThan(TIMES);
		}
	}

	@Test
	void filtersOfOursAllocateNothingEither() {
		register();
		Selector selector = Selector.of(this.cache, Strategy.random());
		Selection call = Selection.of("greeter", Filter.version("latest"), Filter.newestVersion());
		assertThat(allocated(() -> selector.select(call, List.of()))).isLessThan(TIMES);
	}

	@Test
	void answerThatIsEqualIsComparedOnce() {
		ServiceNodes nodes = new ServiceNodes("greeter", SelectorOptions.defaults());
		List<Service> first = nodes.update(List.of(Service.of("greeter", "1", Node.of("a", "127.0.0.1:1"))));
		AtomicInteger compared = new AtomicInteger();
		List<Service> equal = new AbstractList<>() {
			@Override
			public Service get(int index) {
				compared.incrementAndGet();
				return first.get(index);
			}

			@Override
			public int size() {
				return first.size();
			}
		};
		for (int i = 0; i < 100; i++) {
			assertThat(nodes.update(equal)).isSameAs(first);
		}
		assertThat(compared).hasValue(1);
	}

	@Test
	void onlyTheOldestOfTheListsForManyFiltersIsMadeAnew() {
		ServiceNodes nodes = new ServiceNodes("greeter", SelectorOptions.defaults());
		List<Service> known = nodes.update(List.of(Service.of("greeter", "1", Node.of("a", "127.0.0.1:1"))));
		List<List<Filter>> filters = IntStream.range(0, 17).mapToObj((i) -> List.of(Filter.version("v" + i))).toList();
		filters.forEach((each) -> nodes.view(known, each, known, true));
		assertThat(filters).filteredOn((each) -> nodes.view(known, each) == null).containsExactly(filters.get(0));
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

	/** A call with a key and headers. */
	private static final class Keyed implements Selection {

		@Override
		public String service() {
			return "greeter";
		}

		@Override
		public String key() {
			return "user-7";
		}

		@Override
		public String metadata(String name) {
			return "tenant-3";
		}

	}

}
