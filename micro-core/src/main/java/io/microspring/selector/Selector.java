package io.microspring.selector;

import java.util.List;

import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import org.jspecify.annotations.Nullable;

/**
 * Picks a node of a service for a call, and learns from what became of it. Thread-safe.
 * go-micro: {@code selector.Selector}, whose {@code Next} is here the list of the nodes
 * tried: a call that succeeds at once needs none, and a further attempt chooses among the
 * nodes that there are by then.
 */
public interface Selector extends AutoCloseable {

	/**
	 * Picks a node for an attempt of a call.
	 * @param service the service's name
	 * @param filters what the node must be like; applied in order
	 * @param tried the nodes of the call's earlier attempts, empty for the first: one
	 * that is not among them is picked as long as there is one, then one that was tried
	 * least often
	 * @return the node
	 * @throws io.microspring.errors.MicroException 404 when the registry knows no such
	 * service: the detail names the registry and the services whose names look alike; 503
	 * when the filters leave no node, or the registry is down and nothing is known of the
	 * service
	 */
	Node select(String service, List<Filter> filters, List<Node> tried);

	/**
	 * Picks a node for the first attempt of a call.
	 * @param service the service's name
	 * @param filters what the node must be like; applied in order
	 * @return the node
	 * @throws io.microspring.errors.MicroException as {@link #select(String, List, List)}
	 */
	default Node select(String service, Filter... filters) {
		return select(service, List.of(filters), List.of());
	}

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
