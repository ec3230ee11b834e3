package io.microspring.plugins.registry.gossip;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

import io.microspring.concurrent.Mailbox;
import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;

/**
 * The listeners, by what they watch. Each is told by a thread of the executor, in order.
 * Thread-safe.
 */
final class Watches {

	private final ExecutorService executor;

	private final Map<String, Set<Mailbox<Change>>> mailboxes = new ConcurrentHashMap<>();

	Watches(ExecutorService executor) {
		this.executor = executor;
	}

	/**
	 * Adds a listener, and tells it what is there.
	 * @param name what it watches, empty for everything
	 * @param listener the listener
	 * @param table what is there; used by its own thread
	 * @return ends it
	 */
	Registry.Watcher add(String name, Consumer<Change> listener, ServiceTable table) {
		// A change may not get lost, and the cluster may not have to wait.
		Mailbox<Change> mailbox = new Mailbox<>("A listener of registry gossip", Integer.MAX_VALUE, this.executor,
				listener);
		List<Service> present = name.isEmpty() ? table.list() : table.get(name);
		present.forEach((service) -> mailbox.offer(new Change(Change.Action.CREATE, service)));
		this.mailboxes.computeIfAbsent(name, (key) -> ConcurrentHashMap.newKeySet()).add(mailbox);
		return () -> {
			mailbox.close();
			this.mailboxes.computeIfPresent(name, (key, all) -> {
				all.remove(mailbox);
				return all.isEmpty() ? null : all;
			});
		};
	}

	void tell(String name, List<Change> changes) {
		offer(name, changes);
		if (!name.isEmpty()) {
			offer("", changes);
		}
	}

	private void offer(String name, List<Change> changes) {
		this.mailboxes.getOrDefault(name, Set.of()).forEach((mailbox) -> changes.forEach(mailbox::offer));
	}

	void close() {
		this.mailboxes.values().forEach((all) -> all.forEach(Mailbox::close));
	}

}
