package io.microspring.client;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.errors.MicroException;
import io.microspring.registry.Node;
import io.microspring.selector.Outcome;
import io.microspring.selector.Selection;
import io.microspring.selector.Selector;
import org.jspecify.annotations.Nullable;

/**
 * Always in this order, so that the test knows which node is tried first. An empty
 * address stands for a service that is not there.
 */
final class InOrder implements Selector {

	private final String[] addresses;

	/** How often a node was asked for. */
	final AtomicInteger selections = new AtomicInteger();

	/** What became of the attempts, as {@code address outcome}. */
	final Queue<String> marks = new ConcurrentLinkedQueue<>();

	InOrder(String... addresses) {
		this.addresses = addresses;
	}

	@Override
	public Node select(Selection call, List<Node> tried) {
		this.selections.incrementAndGet();
		String address = this.addresses[tried.size() % this.addresses.length];
		if (address.isEmpty()) {
			throw MicroException.notFound("go.micro.client", "service " + call.service() + ": not found");
		}
		return Node.of("counter-" + address, address);
	}

	@Override
	public void mark(Selection call, Node node, Outcome outcome, long nanos, @Nullable Throwable failure) {
		this.marks.add(node.address() + " " + outcome);
	}

	@Override
	public void reset(String service) {
	}

	@Override
	public void close() {
	}

}
