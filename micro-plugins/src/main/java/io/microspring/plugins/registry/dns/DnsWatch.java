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

	/**
	 * Looks once, and says how long that counts. That nobody answers for one name keeps
	 * no other from being looked at.
	 */
	private Duration look() {
		// Of all that are looked up, each is asked when it is over: nobody is asked
		// sooner.
		Set<String> names = this.name.isEmpty() ? names() : Set.of(this.name);
		Duration until = this.name.isEmpty() ? this.registry.options().minTtl() : this.registry.options().maxTtl();
		RegistryException failure = null;
		boolean answered = false;
		for (String each : names) {
			try {
				DnsRegistry.Answer answer = this.registry.find(each);
				answered = true;
				tell(each, answer.services());
				until = shorter(until, answer.left());
			}
			catch (RegistryException ex) {
				failure = ex;
			}
		}
		if (failure == null) {
			this.registry.resumed();
			return until;
		}
		if (!answered) {
			throw failure;
		}
		this.registry.interrupted(String.valueOf(failure.getMessage()));
		return shorter(until, RETRY);
	}

	/** Also what others found to be gone, so that it is told. */
	private Set<String> names() {
		Set<String> names = this.registry.names();
		this.lock.lock();
		try {
			names.addAll(this.known.keySet());
		}
		finally {
			this.lock.unlock();
		}
		return names;
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

	private void tell(String each, List<Service> present) {
		this.lock.lock();
		try {
			if (!this.closed) {
				Change.between(this.known.getOrDefault(each, List.of()), present).forEach(this.changes::offer);
				if (present.isEmpty()) {
					this.known.remove(each);
				}
				else {
					this.known.put(each, present);
				}
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
		}
		catch (RegistryException ex) {
			this.registry.interrupted(String.valueOf(ex.getMessage()));
		}
		finally {
			askAfter(pause);
		}
	}

}
