package io.microspring.plugins.registry.consul;

import java.time.Duration;
import java.util.ArrayList;
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
import org.jspecify.annotations.Nullable;

/**
 * A listener with the questions that are asked for it: one for a name, or, for every
 * name, one for the catalogue and one for each service in it, as go-micro does. Consul
 * bounds the connections of a client, and each question that it holds back takes one: of
 * services beyond the first hundred is asked in turn, whenever the catalogue changed, and
 * after some seconds at the latest.
 */
final class ConsulWatch implements Registry.Watcher {

	/** Consul answers 200 connections of a client, who has other things to ask too. */
	private static final int MOST_QUERIES = 100;

	/** After which services are asked for that have no question of their own. */
	private static final Duration TURN = Duration.ofSeconds(5);

	private final ConsulRegistry registry;

	private final Mailbox<Change> changes;

	private final Consumer<ConsulWatch> onClose;

	private final Map<String, Known> names = new HashMap<>();

	/** Guards the names and what is known of them. */
	private final ReentrantLock lock = new ReentrantLock();

	private final BlockingQuery<?> query;

	/** Of how many services is asked in turn. */
	private volatile int inTurn;

	private volatile boolean closed;

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
		this.query = name.isEmpty() ? registry.watchNames(this::waitTime, this::follow) : follow(name);
		try {
			this.query.askOnce();
			this.query.start();
		}
		catch (RuntimeException ex) {
			// Questions for some of the services may have begun.
			close();
			throw ex;
		}
	}

	@Override
	public void close() {
		this.lock.lock();
		try {
			this.closed = true;
			this.names.values().forEach(Known::close);
			this.names.clear();
		}
		finally {
			this.lock.unlock();
		}
		this.query.close();
		this.changes.close();
		this.onClose.accept(this);
	}

	/** How long the question for the catalogue is held back. */
	private Duration waitTime(Duration usual) {
		return (this.inTurn > 0 && usual.compareTo(TURN) > 0) ? TURN : usual;
	}

	/** Begins to ask for services that came, and ends asking for those that went. */
	private void follow(Set<String> present) {
		List<Known> turn = new ArrayList<>();
		this.lock.lock();
		try {
			if (this.closed) {
				return;
			}
			for (String gone : this.names.keySet().stream().filter((name) -> !present.contains(name)).toList()) {
				Known known = Objects.requireNonNull(this.names.get(gone));
				known.close();
				// Before it is removed: an update of what is no longer in there is an old
				// one.
				known.update(List.of());
				this.names.remove(gone);
			}
			present.forEach((name) -> this.names.computeIfAbsent(name, Known::new));
			long queries = this.names.values().stream().filter((known) -> known.query != null).count();
			for (Known known : this.names.values()) {
				if (known.query == null && queries++ < MOST_QUERIES) {
					known.query().start();
				}
				else if (known.query == null) {
					turn.add(known);
				}
			}
			this.inTurn = turn.size();
		}
		finally {
			this.lock.unlock();
		}
		for (Known known : turn) {
			if (!this.closed) {
				known.update(this.registry.look(known.name));
			}
		}
	}

	private BlockingQuery<?> follow(String name) {
		Known known = new Known(name);
		this.names.put(name, known);
		return known.query();
	}

	/** What is known of one service. */
	private final class Known {

		private final String name;

		/** Asks for it; null while it is asked for in turn. */
		private @Nullable BlockingQuery<?> query;

		private List<Service> services = List.of();

		Known(String name) {
			this.name = name;
		}

		private BlockingQuery<?> query() {
			BlockingQuery<?> own = ConsulWatch.this.registry.watchService(this.name, this::update);
			this.query = own;
			return own;
		}

		private void close() {
			if (this.query != null) {
				this.query.close();
			}
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
