package io.microspring.registry.mdns;

import java.util.concurrent.Executor;
import java.util.function.Consumer;

import io.microspring.concurrent.Mailbox;
import io.microspring.registry.Change;
import io.microspring.registry.Service;

/**
 * A listener with the changes that it has not seen yet.
 */
final class Watch {

	private final String name;

	private final String service;

	private final Mailbox<Change> changes;

	/**
	 * A watch.
	 * @param name whom to ask
	 * @param service the service; empty: all
	 * @param executor what the listener is called on
	 * @param listener the listener
	 */
	Watch(String name, String service, Executor executor, Consumer<Change> listener) {
		this.name = name;
		this.service = service;
		// A change may not get lost, and the loop may not wait.
		this.changes = new Mailbox<>("A listener of registry mdns", Integer.MAX_VALUE, executor, listener);
	}

	/** Whom to ask. */
	String name() {
		return this.name;
	}

	boolean isOfAll() {
		return this.service.isEmpty();
	}

	boolean covers(Instance instance) {
		return isOfAll() || this.service.equals(instance.service().name());
	}

	void tell(Change.Action action, Service changed) {
		this.changes.offer(new Change(action, changed));
	}

	/** The listener hears nothing more. Thread-safe and idempotent. */
	void close() {
		this.changes.close();
	}

}
