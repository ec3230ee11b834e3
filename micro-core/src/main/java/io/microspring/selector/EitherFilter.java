package io.microspring.selector;

import java.util.List;

import io.microspring.registry.Service;

/**
 * What one filter leaves, or where that is nothing what another leaves.
 *
 * @param first the one
 * @param second the other
 */
record EitherFilter(Filter first, Filter second) implements Filter {

	@Override
	public List<Service> apply(List<Service> services) {
		List<Service> left = this.first.apply(services);
		return left.stream().allMatch((service) -> service.nodes().isEmpty()) ? this.second.apply(services) : left;
	}

	@Override
	public String toString() {
		return this.first + " or else " + this.second;
	}

}
