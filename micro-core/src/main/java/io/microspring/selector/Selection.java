package io.microspring.selector;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a selector may know of the call that it picks nodes for. It is read while a node
 * is picked or marked and never kept. go-micro: {@code selector.SelectOptions}.
 */
public interface Selection {

	/**
	 * The service that is called.
	 * @return its name
	 */
	String service();

	/**
	 * The endpoint that is called.
	 * @return its name, empty when it is not known
	 */
	default String endpoint() {
		return "";
	}

	/**
	 * What the node must be like.
	 * @return the filters, in the order they apply
	 */
	default List<Filter> filters() {
		return List.of();
	}

	/**
	 * The strategy that this call asks for.
	 * @return the strategy, or null for the selector's
	 */
	default @Nullable Strategy strategy() {
		return null;
	}

	/**
	 * What calls that belong together have in common, such as the id of a user.
	 * @return the key, or null when the call has been given none
	 */
	default @Nullable String key() {
		return null;
	}

	/**
	 * A header of the call, or one that it carries on from the call that is being served.
	 * @param name its name, in any case
	 * @return its value, or null
	 */
	default @Nullable String metadata(String name) {
		return null;
	}

	/**
	 * Who called the call that is being served now.
	 * @return the peer's {@code host:port}, empty outside any call
	 */
	default String caller() {
		return "";
	}

	/**
	 * Whether calling twice does no harm.
	 * @return true when it does no harm
	 */
	default boolean idempotent() {
		return false;
	}

	/**
	 * Whether this is a stream, which owes no answer.
	 * @return true for a stream
	 */
	default boolean stream() {
		return false;
	}

	/**
	 * A call of which nothing else is known.
	 * @param service the name of the service
	 * @param filters what the node must be like; applied in order
	 * @return the selection
	 */
	static Selection of(String service, Filter... filters) {
		return new NamedSelection(service, List.of(filters));
	}

}
