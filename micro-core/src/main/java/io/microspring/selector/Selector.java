package io.microspring.selector;

import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import org.jspecify.annotations.Nullable;

/**
 * Picks a node of a service for a call, and learns from what became of it. Thread-safe.
 * go-micro: {@code selector.Selector}.
 */
public interface Selector extends AutoCloseable {

	/**
	 * Begins to pick for one call.
	 * @param service the service's name
	 * @param filters what the nodes must be like; applied in order
	 * @return picks a node, and another each time it is asked again
	 * @throws io.microspring.errors.MicroException 404 when the registry knows no such
	 * service: the detail names the registry and the services whose names look alike; 503
	 * when the filters leave no node, or the registry is down and nothing is known of the
	 * service
	 */
	Next select(String service, Filter... filters);

	/**
	 * Tells what became of a call to a node.
	 * @param service the service's name
	 * @param node the node
	 * @param failure why it failed, or null when it went well
	 */
	void mark(String service, Node node, @Nullable Throwable failure);

	/**
	 * Forgets what was told of the nodes of a service.
	 * @param service the service's name
	 */
	void reset(String service);

	/**
	 * Frees what the selector holds; the registry stays open. Idempotent.
	 */
	@Override
	void close();

	/** Picks the nodes for one call and its further attempts. Not thread-safe. */
	@FunctionalInterface
	interface Next {

		/**
		 * Picks a node: one that this call has not tried yet, as long as there is one.
		 * @return the node
		 */
		Node next();

	}

	/**
	 * Looks services up in a registry and lets a strategy choose.
	 * @param registry the registry; give a cached one, as each call asks it
	 * @param strategy chooses among the nodes
	 * @return a new selector
	 */
	static Selector of(Registry registry, Strategy strategy) {
		return new RegistrySelector(registry, strategy);
	}

}
