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
 * <p>
 * The client marks each node that it was given once, when the attempt is over: the picks
 * without a mark are what is under way.
 */
public interface Selector extends AutoCloseable {

	/**
	 * Picks a node for an attempt of a call.
	 * @param call what is known of the call
	 * @param tried the nodes of the call's earlier attempts, empty for the first: one
	 * that is not among them is picked as long as there is one, then one that was tried
	 * least often
	 * @return the node
	 * @throws io.microspring.errors.MicroException 404 when the registry knows no such
	 * service: the detail names the registry and the services whose names look alike; 503
	 * when the filters leave no node, or the registry is down and nothing is known of the
	 * service
	 */
	Node select(Selection call, List<Node> tried);

	/**
	 * Picks a node for the first attempt of a call.
	 * @param service the service's name
	 * @param filters what the node must be like; applied in order
	 * @return the node
	 * @throws io.microspring.errors.MicroException as {@link #select(Selection, List)}
	 */
	default Node select(String service, Filter... filters) {
		return select(Selection.of(service, filters), List.of());
	}

	/**
	 * Tells what became of an attempt: to be called once for each node that was picked.
	 * @param call what is known of the call
	 * @param node the node that was picked
	 * @param outcome what became of it
	 * @param nanos how long it took, in nanoseconds
	 * @param failure why it failed, or null when it went well or there is no more to say
	 */
	void mark(Selection call, Node node, Outcome outcome, long nanos, @Nullable Throwable failure);

	/**
	 * Tells whether a node that was picked did well, when no more than that is known.
	 * go-micro: {@code Mark}.
	 * @param service the service's name
	 * @param node the node
	 * @param failure why it failed, or null when it went well
	 */
	default void mark(String service, Node node, @Nullable Throwable failure) {
		mark(Selection.of(service), node, (failure == null) ? Outcome.ANSWERED : Outcome.FAULTED, 0, failure);
	}

	/**
	 * What is known of the nodes of the services that were called.
	 * @return a snapshot; empty when the selector does not tell
	 */
	default List<NodeStatus> nodes() {
		return List.of();
	}

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
	 * Looks services up in a registry and lets a strategy choose. Nodes that fail are
	 * left out for a while, see {@link EjectionOptions}.
	 * @param registry the registry; give a cached one, as each call asks it
	 * @param strategy chooses among the nodes
	 * @return a new selector
	 */
	static Selector of(Registry registry, Strategy strategy) {
		return of(registry, SelectorOptions.defaults().withStrategy(strategy));
	}

	/**
	 * Looks services up in a registry and picks as the options say.
	 * @param registry the registry; give a cached one, as each call asks it
	 * @param options how to pick
	 * @return a new selector
	 */
	static Selector of(Registry registry, SelectorOptions options) {
		return new RegistrySelector(registry, options);
	}

}
