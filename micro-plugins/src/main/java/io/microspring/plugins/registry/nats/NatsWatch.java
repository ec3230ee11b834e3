package io.microspring.plugins.registry.nats;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.microspring.concurrent.Mailbox;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.nats.client.Message;
import org.jspecify.annotations.Nullable;

/**
 * A listener, with what it has been told. Nobody says that a killed process is gone: a
 * node that has not spoken for its time to live is asked, twice, and gone when it does
 * not answer.
 */
final class NatsWatch implements Registry.Watcher {

	/** How long a node that was asked has time to answer. */
	static final Duration ANSWER = Duration.ofSeconds(1);

	private static final int QUESTIONS = 2;

	private static final int MAX_NODES = 200_000;

	private final String name;

	private final String question;

	private final Duration silence;

	private final Mailbox<Change> changes;

	private final Consumer<NatsWatch> onClose;

	private final Map<Key, Known> known = new HashMap<>();

	/** Guards what is known and who tells of changes. */
	private final ReentrantLock lock = new ReentrantLock();

	private boolean closed;

	/**
	 * A watch.
	 * @param name the service, empty for all
	 * @param question what its questions are told by
	 * @param silence how long a node may say nothing that does not say how long it lives
	 * @param changes takes the changes
	 * @param onClose is told when it was closed
	 */
	NatsWatch(String name, String question, Duration silence, Mailbox<Change> changes, Consumer<NatsWatch> onClose) {
		this.name = name;
		this.question = question;
		this.silence = silence;
		this.changes = changes;
		this.onClose = onClose;
	}

	String name() {
		return this.name;
	}

	String question() {
		return this.question;
	}

	/** Hears what a node answers. */
	void answered(Message answer) {
		Service service = NatsJson.readAnswer(answer.getData());
		if (service != null) {
			present(service, null);
		}
	}

	/**
	 * Hears of nodes.
	 * @param service the nodes
	 * @param ttl how long they live; null when that is not said, and stays as it was
	 */
	void present(Service service, @Nullable Duration ttl) {
		each(service, (key, one) -> {
			Known former = this.known.get(key);
			if (former == null && this.known.size() >= MAX_NODES) {
				return;
			}
			Duration lives = (ttl != null) ? ttl : ((former != null) ? former.ttl : Duration.ZERO);
			this.known.put(key, new Known(one, lives, System.nanoTime() + silence(lives).toNanos()));
			tell((former != null) ? former.service : null, one);
		});
	}

	/** Hears of nodes that went. */
	void gone(Service service) {
		each(service, (key, one) -> {
			Known former = this.known.get(key);
			// One that has another version since is still there.
			if (former == null || former.service.version().equals(service.version())) {
				this.known.remove(key);
				// Told also when it was not known: it may be to who looked it up before.
				tell((former != null) ? former.service : one, null);
			}
		});
	}

	/**
	 * Looks for nodes that have not spoken for too long.
	 * @param now the time
	 * @return the services of which nodes have to be asked
	 */
	Set<String> overdue(long now) {
		Set<String> asked = new TreeSet<>();
		this.lock.lock();
		try {
			for (Iterator<Known> nodes = this.known.values().iterator(); nodes.hasNext();) {
				Known node = nodes.next();
				if (now - node.deadline < 0) {
					continue;
				}
				if (node.asked == QUESTIONS) {
					nodes.remove();
					tell(node.service, null);
				}
				else {
					node.asked++;
					node.deadline = now + ANSWER.toNanos();
					asked.add(node.service.name());
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		return asked;
	}

	/**
	 * The nodes that are not gone; those that are asked at the moment are among them.
	 * @param wanted name of their service
	 * @return a service for each
	 */
	List<Service> present(String wanted) {
		if (!this.name.isEmpty() && !this.name.equals(wanted)) {
			return List.of();
		}
		this.lock.lock();
		try {
			return this.known.values()
				.stream()
				.map((node) -> node.service)
				.filter((service) -> wanted.equals(service.name()))
				.toList();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Gives every node time to come back. */
	void forgive(Duration grace) {
		long deadline = System.nanoTime() + grace.toNanos();
		this.lock.lock();
		try {
			this.known.values().forEach((node) -> {
				node.asked = 0;
				node.deadline = (node.deadline - deadline < 0) ? deadline : node.deadline;
			});
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void close() {
		this.lock.lock();
		try {
			this.closed = true;
			this.known.clear();
		}
		finally {
			this.lock.unlock();
		}
		this.changes.close();
		this.onClose.accept(this);
	}

	private Duration silence(Duration ttl) {
		return ttl.isZero() ? this.silence : ttl;
	}

	private void each(Service service, Action action) {
		if (!this.name.isEmpty() && !this.name.equals(service.name())) {
			return;
		}
		this.lock.lock();
		try {
			for (Node node : service.nodes()) {
				if (!this.closed) {
					action.on(new Key(service.name(), node.id()), service.withNodes(List.of(node)));
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void tell(@Nullable Service former, @Nullable Service present) {
		Change.between((former != null) ? List.of(former) : List.of(), (present != null) ? List.of(present) : List.of())
			.forEach(this.changes::offer);
	}

	@FunctionalInterface
	private interface Action {

		void on(Key key, Service one);

	}

	private record Key(String service, String node) {

	}

	/** A node, and when it has to have spoken again. */
	private static final class Known {

		private final Service service;

		private final Duration ttl;

		private long deadline;

		private int asked;

		Known(Service service, Duration ttl, long deadline) {
			this.service = service;
			this.ttl = ttl;
			this.deadline = deadline;
		}

	}

}
