package io.microspring.selector;

import java.util.List;
import java.util.function.UnaryOperator;

import io.microspring.registry.Service;

/**
 * A filter that can say what it wants.
 *
 * @param name what it wants
 * @param filter what it does
 */
record NamedFilter(String name, UnaryOperator<List<Service>> filter) implements Filter {

	@Override
	public List<Service> apply(List<Service> services) {
		return this.filter.apply(services);
	}

	@Override
	public String toString() {
		return this.name;
	}

}
