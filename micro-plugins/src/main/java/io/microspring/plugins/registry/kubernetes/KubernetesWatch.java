package io.microspring.plugins.registry.kubernetes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.fabric8.kubernetes.client.Watch;
import io.microspring.concurrent.Mailbox;
import io.microspring.concurrent.Threads;
import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;

/**
 * A listener, with what it has been told. It begins with a listing and goes on with the
 * changes after it; whenever they end, for whatever reason, and every few minutes, it
 * begins anew, and tells the differences. So it needs no history: one that is gone (410),
 * or belongs to a cluster that was set up anew, is not missed, and a connection that fell
 * silent is not believed for long.
 */
final class KubernetesWatch implements Registry.Watcher {

	private static final long SHORTEST_PAUSE = 100;

	private static final long LONGEST_PAUSE = 5000;

	/** A watch that lived longer was none that failed. */
	private static final Duration SHORT_LIFE = Duration.ofSeconds(5);

	private final KubernetesRegistry registry;

	private final Source<?> source;

	private final String name;

	private final Mailbox<Change> changes;

	private final Consumer<KubernetesWatch> onClose;

	/** What the listener knows: by group, by object. */
	private Map<String, Map<String, List<Service>>> known = new LinkedHashMap<>();

	/** Guards what is known and who tells of changes. */
	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable Events events;

	private Threads.@Nullable Scheduled next;

	private int failures;

	private boolean closed;

	/**
	 * A watch; lists once on this thread, so that whoever watches knows that it works.
	 * @param registry what to tell of outages
	 * @param source what to ask
	 * @param name the service, empty for all
	 * @param changes takes the changes
	 * @param onClose is told when it was closed
	 */
	KubernetesWatch(KubernetesRegistry registry, Source<?> source, String name, Mailbox<Change> changes,
			Consumer<KubernetesWatch> onClose) {
		this.registry = registry;
		this.source = source;
		this.name = name;
		this.changes = changes;
		this.onClose = onClose;
		begin();
	}

	@Override
	public void close() {
		this.changes.close();
		Events former;
		this.lock.lock();
		try {
			this.closed = true;
			former = end();
		}
		finally {
			this.lock.unlock();
		}
		close(former);
		this.onClose.accept(this);
	}

	private void begin() {
		String what = "watch " + (this.name.isEmpty() ? "all services" : this.name);
		Source.Snapshot snapshot = this.source.list(what, this.name);
		Events begun = new Events();
		this.lock.lock();
		try {
			if (this.closed) {
				return;
			}
			replace(snapshot.entries());
			this.events = begun;
		}
		finally {
			this.lock.unlock();
		}
		Watch watch = this.source.watch(what, this.name, snapshot.version(), begun);
		this.lock.lock();
		try {
			begun.watch = watch;
			if (this.events == begun) {
				this.registry.resumed();
				if (begun.ended) {
					ended(begun);
				}
				else {
					beginAfter(jittered(this.registry.resync()));
				}
				return;
			}
		}
		finally {
			this.lock.unlock();
		}
		watch.close();
	}

	/** What goes on is to be closed, and not while the lock is held. */
	private @Nullable Events end() {
		Events former = this.events;
		this.events = null;
		Threads.Scheduled scheduled = this.next;
		this.next = null;
		if (scheduled != null) {
			scheduled.cancel();
		}
		return former;
	}

	private void close(@Nullable Events former) {
		Watch watch = (former != null) ? former.watch : null;
		if (watch != null) {
			watch.close();
		}
	}

	private void replace(List<Source.Entry> entries) {
		Map<String, Map<String, List<Service>>> present = new LinkedHashMap<>();
		for (Source.Entry entry : entries) {
			if (!entry.services().isEmpty()) {
				present.computeIfAbsent(entry.group(), (group) -> new LinkedHashMap<>())
					.put(entry.object(), entry.services());
			}
		}
		Map<String, Map<String, List<Service>>> former = this.known;
		this.known = present;
		former.forEach((group, services) -> tell(services, present.getOrDefault(group, Map.of())));
		present.forEach((group, services) -> {
			if (!former.containsKey(group)) {
				tell(Map.of(), services);
			}
		});
	}

	private void apply(Source.Entry entry) {
		Map<String, List<Service>> former = this.known.getOrDefault(entry.group(), Map.of());
		Map<String, List<Service>> present = new LinkedHashMap<>(former);
		if (entry.services().isEmpty()) {
			present.remove(entry.object());
		}
		else {
			present.put(entry.object(), entry.services());
		}
		if (present.isEmpty()) {
			this.known.remove(entry.group());
		}
		else {
			this.known.put(entry.group(), present);
		}
		tell(former, present);
	}

	private void tell(Map<String, List<Service>> former, Map<String, List<Service>> present) {
		Map<String, List<Service>> before = byName(former.values());
		Map<String, List<Service>> now = byName(present.values());
		Set<String> names = new LinkedHashSet<>(before.keySet());
		names.addAll(now.keySet());
		for (String service : names) {
			Change.between(before.getOrDefault(service, List.of()), now.getOrDefault(service, List.of()))
				.forEach(this.changes::offer);
		}
	}

	private static Map<String, List<Service>> byName(Collection<List<Service>> entries) {
		Map<String, List<Service>> names = new HashMap<>();
		Service.byVersion(entries.stream().flatMap(List::stream).toList())
			.forEach((service) -> names.computeIfAbsent(service.name(), (name) -> new ArrayList<>()).add(service));
		return names;
	}

	/** The present watch is over, by itself: begins anew, soon unless that is usual. */
	private void ended(Events events) {
		this.failures = (System.nanoTime() - events.begun > SHORT_LIFE.toNanos()) ? 0 : this.failures + 1;
		end();
		beginAfter(pause());
	}

	private Duration pause() {
		return jittered(Duration.ofMillis(Math.min(LONGEST_PAUSE, SHORTEST_PAUSE << Math.min(this.failures, 10))));
	}

	/** Not all at the same time. */
	private static Duration jittered(Duration time) {
		long millis = time.toMillis();
		return Duration.ofMillis(millis - ThreadLocalRandom.current().nextLong(millis / 5 + 1));
	}

	private void beginAfter(Duration pause) {
		this.next = Threads.after(pause, () -> this.registry.execute(this::beginAgain));
	}

	private void beginAgain() {
		Events former;
		this.lock.lock();
		try {
			former = end();
		}
		finally {
			this.lock.unlock();
		}
		close(former);
		try {
			begin();
		}
		catch (RuntimeException ex) {
			this.lock.lock();
			try {
				if (!this.closed) {
					this.registry.interrupted(String.valueOf(ex.getMessage()));
					this.failures++;
					end();
					beginAfter(pause());
				}
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	/**
	 * One watch. What comes when it is no longer the present one is passed over.
	 */
	private final class Events implements Source.Listener {

		private final long begun = System.nanoTime();

		private volatile @Nullable Watch watch;

		/** Before it was known that it began. */
		private boolean ended;

		@Override
		public void changed(Source.Entry entry) {
			KubernetesWatch.this.lock.lock();
			try {
				if (KubernetesWatch.this.events == this) {
					apply(entry);
				}
			}
			finally {
				KubernetesWatch.this.lock.unlock();
			}
		}

		@Override
		public void ended() {
			KubernetesWatch.this.lock.lock();
			try {
				if (this.watch == null) {
					this.ended = true;
				}
				else if (KubernetesWatch.this.events == this) {
					KubernetesWatch.this.ended(this);
				}
			}
			finally {
				KubernetesWatch.this.lock.unlock();
			}
		}

	}

}
