package io.microspring.client;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import io.microspring.registry.Node;

/**
 * Where a call goes that does not ask the selector: nodes that nobody has registered.
 * Immutable.
 */
final class Addresses {

	/** None: the selector is asked. */
	static final Addresses NONE = new Addresses();

	private final List<Node> nodes;

	Addresses(String... addresses) {
		this.nodes = Arrays.stream(addresses).map((address) -> Node.of("", address)).toList();
	}

	boolean isEmpty() {
		return this.nodes.isEmpty();
	}

	List<String> toList() {
		return this.nodes.stream().map(Node::address).toList();
	}

	/**
	 * Chooses one.
	 * @param tried the nodes of earlier attempts
	 * @return any of those that were tried least often
	 */
	Node choose(List<Node> tried) {
		if (this.nodes.size() == 1) {
			return this.nodes.get(0);
		}
		List<Node> left = tried.isEmpty() ? this.nodes : leastTried(tried);
		return left.get(ThreadLocalRandom.current().nextInt(left.size()));
	}

	private List<Node> leastTried(List<Node> tried) {
		int least = this.nodes.stream().mapToInt((node) -> Collections.frequency(tried, node)).min().orElse(0);
		return this.nodes.stream().filter((node) -> Collections.frequency(tried, node) == least).toList();
	}

}
