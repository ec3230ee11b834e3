package io.microspring.selector;

import java.util.List;

import io.microspring.registry.Node;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that some filters leave of an answer of the registry, and those of them that
 * are in.
 */
final class View {

	private final List<Service> services;

	private final List<Filter> filters;

	private final Candidates all;

	private volatile @Nullable In in;

	View(List<Service> services, List<Filter> filters, Candidates all) {
		this.services = services;
		this.filters = filters;
		this.all = all;
	}

	/** Whether it was made for the same. */
	boolean isFor(List<Service> answer, List<Filter> asked) {
		return this.services == answer && (this.filters == asked || this.filters.equals(asked));
	}

	/** Whether it has the same nodes. */
	boolean isOf(List<Service> answer, List<Node> nodes) {
		if (this.services != answer || nodes.size() != this.all.size()) {
			return false;
		}
		for (int i = 0; i < nodes.size(); i++) {
			if (nodes.get(i) != this.all.get(i)) {
				return false;
			}
		}
		return true;
	}

	Candidates all() {
		return this.all;
	}

	/** Those that are in, unless a node was taken out or let in since that was found. */
	@Nullable Candidates in(int epoch) {
		In known = this.in;
		return (known != null && known.epoch == epoch) ? known.nodes : null;
	}

	void in(int epoch, Candidates nodes) {
		this.in = new In(epoch, nodes);
	}

	/** Those that were in at a time. */
	private record In(int epoch, Candidates nodes) {

	}

}
