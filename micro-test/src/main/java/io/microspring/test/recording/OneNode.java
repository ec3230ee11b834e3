package io.microspring.test.recording;

import java.util.List;

import io.microspring.registry.Node;
import io.microspring.selector.Outcome;
import io.microspring.selector.Selection;
import io.microspring.selector.Selector;
import org.jspecify.annotations.Nullable;

/**
 * Selects the same node whatever it is asked for.
 */
record OneNode(Node node) implements Selector {

	@Override
	public Node select(Selection call, List<Node> tried) {
		return this.node;
	}

	@Override
	public void mark(Selection call, Node node, Outcome outcome, long nanos, @Nullable Throwable failure) {
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
