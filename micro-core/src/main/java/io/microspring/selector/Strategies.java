package io.microspring.selector;

/**
 * Placeholder.
 */
final class Strategies {

	static final Strategy RANDOM = (service, nodes) -> nodes.get(0);

	private Strategies() {
	}

	static Strategy roundRobin() {
		return RANDOM;
	}

}
