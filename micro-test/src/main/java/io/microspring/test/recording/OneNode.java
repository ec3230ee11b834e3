package io.microspring.test.recording;

import java.util.List;

import io.microspring.registry.Node;
import io.microspring.selector.Filter;
import io.microspring.selector.Selector;
import org.jspecify.annotations.Nullable;

/**
 * Selects the same node whatever it is asked for.
 */
record OneNode(Node node) implements Selector {

	@Override
	public Node select(String service, List<Filter> filters, List<Node> tried) {
		return this.node;
	}

	@Override
	public void mark(String service, Node node, @Nullable Throwable failure) {
		// there is no other to choose
	}

	@Override
	public void reset(String service) {
		// nothing is remembered
	}

	@Override
	public void close() {
		// nothing is held
	}

}
