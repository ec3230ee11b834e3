package io.microspring.plugins.registry.dns;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.microspring.concurrent.Mailbox;
import io.microspring.concurrent.Threads;
import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;

/**
 * A listener, with what it has been told. DNS tells nobody of changes: it is asked again
 * whenever what it said is over, and the differences are told. While it does not answer,
 * what is known stays.
 */
final class DnsWatch implements Registry.Watcher {

	/** Between questions that nobody answers. */
	private static final Duration RETRY = Duration.ofSeconds(1);

	private final DnsRegistry registry;

	private final String name;

	private final Mailbox<Change> changes;

	private final Consumer<DnsWatch> onClose;

	private final Map<String, List<Service>> known = new HashMap<>();

	/** Guards what is known and who is next. */
	private final ReentrantLock lock = new ReentrantLock();

	private Threads.@Nullable Scheduled next;

	private boolean closed;

	/**
	 * A watch; looks up once on this thread, so that whoever watches knows that it works.
	 * @param registry what to ask
	 * @param name the service; empty for all that are looked up
	 * @param changes takes the changes
	 * @param onClose is told when it was closed
	 */
	DnsWatch(DnsRegistry registry, String name, Mailbox<Change> changes, Consumer<DnsWatch> onClose) {
		this.registry = registry;
		this.name = name;
		this.changes = changes;
		this.onClose = onClose;
		askAfter(look());
	}

	@Override
	public void close() {
		this.lock.lock();
		try {
			this.closed = true;
			if (this.next != null) {
				this.next.cancel();
			}
		}
		finally {
			this.lock.unlock();
		}
		this.changes.close();
		this.onClose.accept(this);
	}

	/** Looks once, and says how long that counts. */
	private Duration look() {
		// Of all that are looked up, each is asked when it is over: nobody is asked
		// sooner.
		Set<String> names = this.name.isEmpty() ? this.registry.names() : Set.of(this.name);
		Duration until = this.name.isEmpty() ? this.registry.options().minTtl() : this.registry.options().maxTtl();
		for (String each : names) {
			DnsRegistry.Answer answer = this.registry.find(each);
			tell(each, answer.services());
			Duration left = answer.left();
			until = (left.compareTo(until) < 0) ? left : until;
		}
		return until;
	}

	private void tell(String each, List<Service> present) {
		this.lock.lock();
		try {
			if (!this.closed) {
				Change.between(this.known.getOrDefault(each, List.of()), present).forEach(this.changes::offer);
				this.known.put(each, present);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void askAfter(Duration pause) {
		this.lock.lock();
		try {
			if (!this.closed) {
				this.next = Threads.after(pause, this::ask);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void ask() {
		try {
			this.registry.executor().execute(this::lookAgain);
		}
		catch (RejectedExecutionException ex) {
			askAfter(RETRY);
		}
	}

	private void lookAgain() {
		Duration pause = RETRY;
		try {
			pause = look();
			this.registry.resumed();
		}
		catch (RegistryException ex) {
			this.registry.interrupted(String.valueOf(ex.getMessage()));
		}
		finally {
			askAfter(pause);
		}
	}

}
