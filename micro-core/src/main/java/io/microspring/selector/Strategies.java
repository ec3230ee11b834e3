package io.microspring.selector;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.registry.Node;

/**
 * The strategies that need to know nothing of the nodes. None allocates when it chooses.
 */
final class Strategies {

	static final Strategy RANDOM = (service, nodes) -> (nodes.size() == 1) ? nodes.get(0)
			: nodes.get(ThreadLocalRandom.current().nextInt(nodes.size()));

	private Strategies() {
	}

	static Strategy roundRobin() {
		return new RoundRobin();
	}

	/**
	 * A counter per service and first node: calls with different filters, and further
	 * attempts, which choose from other lists, do not disturb one another's turn.
	 */
	private static final class RoundRobin implements Strategy {

		/** As nodes come and go, counters pile up: beyond it they start anew. */
		private static final int MAX_COUNTERS = 256;

		private final Map<String, Map<String, AtomicInteger>> services = new ConcurrentHashMap<>();

		@Override
		public Node choose(String service, List<Node> nodes) {
			int size = nodes.size();
			if (size == 1) {
				return nodes.get(0);
			}
			int turn = counter(service, nodes.get(0).id()).getAndIncrement();
			return nodes.get(Math.floorMod(turn, size));
		}

		private AtomicInteger counter(String service, String first) {
			Map<String, AtomicInteger> counters = this.services.get(service);
			if (counters == null) {
				counters = this.services.computeIfAbsent(service, (key) -> new ConcurrentHashMap<>());
			}
			AtomicInteger counter = counters.get(first);
			if (counter != null) {
				return counter;
			}
			if (counters.size() >= MAX_COUNTERS) {
				counters.clear();
			}
			// Many clients that start together do not begin at the same node.
			return counters.computeIfAbsent(first,
					(key) -> new AtomicInteger(ThreadLocalRandom.current().nextInt(1 << 16)));
		}

	}

}
