package io.microspring.selector;

import java.util.List;

import io.microspring.registry.Node;

/**
 * Chooses one of several nodes. Thread-safe; one instance serves all services of a
 * selector. go-micro: {@code selector.Strategy}.
 */
@FunctionalInterface
public interface Strategy {

	/**
	 * Chooses.
	 * @param service the service's name
	 * @param nodes the nodes to choose from, at least one
	 * @return one of them
	 */
	Node choose(String service, List<Node> nodes);

	/**
	 * Any node, all equally likely: go-micro's default.
	 * @return the strategy
	 */
	static Strategy random() {
		return Strategies.RANDOM;
	}

	/**
	 * One node after the other, counted across calls, for each service by itself.
	 * (go-micro starts each call at a random node, so that its round robin is only one
	 * within the retries of a call.)
	 * @return a new strategy with counters of its own
	 */
	static Strategy roundRobin() {
		return Strategies.roundRobin();
	}

}
