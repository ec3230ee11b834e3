package io.microspring.plugins.registry.consul;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.microspring.concurrent.Mailbox;
import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;

/**
 * A listener with the questions that are asked for it: one for a name, or, for every
 * name, one for the catalogue and one for each service in it, as go-micro does.
 */
final class ConsulWatch implements Registry.Watcher {

	private final ConsulRegistry registry;

	private final Mailbox<Change> changes;

	private final Consumer<ConsulWatch> onClose;

	private final Map<String, Known> names = new HashMap<>();

	/** Guards the names and what is known of them. */
	private final ReentrantLock lock = new ReentrantLock();

	private final BlockingQuery<?> query;

	private boolean closed;

	/**
	 * A watch; asks once on this thread, so that whoever watches knows that it works.
	 * @param registry what to ask
	 * @param name the service, empty for all
	 * @param changes takes the changes
	 * @param onClose is told when it was closed
	 */
	ConsulWatch(ConsulRegistry registry, String name, Mailbox<Change> changes, Consumer<ConsulWatch> onClose) {
		this.registry = registry;
		this.changes = changes;
		this.onClose = onClose;
		this.query = name.isEmpty() ? registry.watchNames(this::follow) : follow(name);
		this.query.askOnce();
		this.query.start();
	}

	@Override
	public void close() {
		this.lock.lock();
		try {
			this.closed = true;
			this.names.values().forEach((known) -> known.query.close());
			this.names.clear();
		}
		finally {
			this.lock.unlock();
		}
		this.query.close();
		this.changes.close();
		this.onClose.accept(this);
	}

	/** Begins to ask for services that came, and ends asking for those that went. */
	private void follow(Set<String> present) {
		this.lock.lock();
		try {
			if (this.closed) {
				return;
			}
			for (String gone : this.names.keySet().stream().filter((name) -> !present.contains(name)).toList()) {
				Known known = Objects.requireNonNull(this.names.get(gone));
				known.query.close();
				// Before it is removed: an update of what is no longer in there is an old
				// one.
				known.update(List.of());
				this.names.remove(gone);
			}
			for (String name : present) {
				if (!this.names.containsKey(name)) {
					follow(name).start();
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private BlockingQuery<?> follow(String name) {
		Known known = new Known(name);
		this.names.put(name, known);
		return known.query;
	}

	/** What is known of one service. */
	private final class Known {

		private final String name;

		private final BlockingQuery<?> query;

		private List<Service> services = List.of();

		Known(String name) {
			this.name = name;
			this.query = ConsulWatch.this.registry.watchService(name, this::update);
		}

		private void update(List<Service> present) {
			ConsulWatch.this.lock.lock();
			try {
				// An answer that was on its way when the service went is an old one.
				if (ConsulWatch.this.names.get(this.name) == this) {
					Change.between(this.services, present).forEach(ConsulWatch.this.changes::offer);
					this.services = present;
				}
			}
			finally {
				ConsulWatch.this.lock.unlock();
			}
		}

	}

}
