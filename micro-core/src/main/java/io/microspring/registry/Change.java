package io.microspring.registry;

import java.util.Objects;

/**
 * Something changed in a registry. go-micro: {@code registry.Result}.
 *
 * @param action what happened
 * @param service the service with the nodes it happened to; for {@link Action#DELETE} the
 * nodes that went
 */
public record Change(Action action, Service service) {

	public Change {
		Objects.requireNonNull(action, "action");
		Objects.requireNonNull(service, "service");
	}

	/** What happened to the nodes. */
	public enum Action {

		/** Nodes came. */
		CREATE,
		/** Nodes changed. */
		UPDATE,
		/** Nodes went. */
		DELETE

	}

}
