package io.microspring.client;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

import io.microspring.registry.Node;
import io.microspring.selector.Outcome;

/**
 * Where a call goes that does not ask the selector: nodes that nobody has registered. One
 * that cannot be connected to is left alone for a while. Thread-safe.
 */
final class Addresses {

	/** None: the selector is asked. */
	static final Addresses NONE = new Addresses();

	private static final long PAUSE = TimeUnit.SECONDS.toNanos(5);

	private final List<Node> nodes;

	/** Until when each is left alone; 0 for one that is not. */
	private final AtomicLongArray pauses;

	Addresses(String... addresses) {
		this.nodes = Arrays.stream(addresses).map((address) -> Node.of("", address)).toList();
		this.pauses = new AtomicLongArray(this.nodes.size());
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
	 * @return any of those that were tried least often, one that is left alone only where
	 * there is no other
	 */
	Node choose(List<Node> tried) {
		int size = this.nodes.size();
		if (size == 1) {
			return this.nodes.get(0);
		}
		int least = tried.isEmpty() ? 0
				: this.nodes.stream().mapToInt((node) -> Collections.frequency(tried, node)).min().orElse(0);
		int start = ThreadLocalRandom.current().nextInt(size);
		Node paused = this.nodes.get(start);
		for (int i = 0; i < size; i++) {
			int index = (start + i) % size;
			Node node = this.nodes.get(index);
			if (tried.isEmpty() || Collections.frequency(tried, node) == least) {
				long until = this.pauses.get(index);
				if (until == 0 || System.nanoTime() - until >= 0) {
					return node;
				}
				paused = node;
			}
		}
		return paused;
	}

	/**
	 * Learns what became of an attempt.
	 * @param node the node
	 * @param outcome what became of it
	 */
	void mark(Node node, Outcome outcome) {
		int index = this.nodes.indexOf(node);
		if (index >= 0 && outcome == Outcome.DISCONNECTED) {
			this.pauses.set(index, (System.nanoTime() + PAUSE) | 1);
		}
		else if (index >= 0 && outcome.isAnswer() && this.pauses.get(index) != 0) {
			this.pauses.set(index, 0);
		}
	}

}
