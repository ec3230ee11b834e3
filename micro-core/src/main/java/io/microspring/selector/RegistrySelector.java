package io.microspring.selector;

import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import org.jspecify.annotations.Nullable;

/**
 * Placeholder.
 */
final class RegistrySelector implements Selector {

	RegistrySelector(Registry registry, Strategy strategy) {
	}

	@Override
	public Next select(String service, Filter... filters) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void mark(String service, Node node, @Nullable Throwable failure) {
	}

	@Override
	public void reset(String service) {
	}

	@Override
	public void close() {
	}

}
