package io.microspring.selector;

import java.util.List;
import java.util.function.UnaryOperator;

import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;

/**
 * A filter that can say what it wants. What it leaves depends on nothing but the
 * services, so that it is worked out once for each answer of the registry.
 */
final class NamedFilter implements Filter {

	private final List<String> wanted;

	private final UnaryOperator<List<Service>> filter;

	NamedFilter(UnaryOperator<List<Service>> filter, String... wanted) {
		this.wanted = List.of(wanted);
		this.filter = filter;
	}

	@Override
	public List<Service> apply(List<Service> services) {
		return this.filter.apply(services);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof NamedFilter that && this.wanted.equals(that.wanted);
	}

	@Override
	public int hashCode() {
		return this.wanted.hashCode();
	}

	@Override
	public String toString() {
		return this.wanted.get(0) + ((this.wanted.size() > 1) ? " " : "")
				+ String.join("=", this.wanted.subList(1, this.wanted.size()));
	}

}
