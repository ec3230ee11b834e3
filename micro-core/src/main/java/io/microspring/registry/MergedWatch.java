package io.microspring.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.microspring.concurrent.Mailbox;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches several registries and tells of their union: a node comes with the first that
 * has it and goes with the last. Changes of all are read one after the other.
 */
final class MergedWatch implements Registry.Watcher {

	private static final Logger log = LoggerFactory.getLogger(MergedWatch.class);

	private static final int MAX_NAMES = 10_000;

	private final String name;

	private final List<Member> members;

	private final Mailbox<Runnable> news;

	private final Mailbox<Change> changes;

	private final Consumer<MergedWatch> onClose;

	private final AtomicReferenceArray<Registry.@Nullable Watcher> watchers;

	/** By registry, how many changes it has told. */
	private final AtomicLongArray counts;

	/** Read and written by the reader of the news only. */
	private final Map<String, Merged> services = new HashMap<>();

	private volatile boolean closed;

	MergedWatch(String name, List<Member> members, Executor executor, Consumer<Change> listener,
			Consumer<MergedWatch> onClose) {
		this.name = name;
		this.members = members;
		this.news = new Mailbox<>("Watching several registries", Integer.MAX_VALUE, executor, Runnable::run);
		this.changes = new Mailbox<>("A listener of several registries", Integer.MAX_VALUE, executor, listener);
		this.onClose = onClose;
		this.watchers = new AtomicReferenceArray<>(members.size());
		this.counts = new AtomicLongArray(members.size());
	}

	/** Watches them all; those that fail are watched when they are back. */
	List<RuntimeException> start() {
		List<RuntimeException> failures = new ArrayList<>();
		for (int i = 0; i < this.members.size(); i++) {
			try {
				attach(i);
			}
			catch (RuntimeException ex) {
				failures.add(ex);
			}
		}
		return failures;
	}

	private void attach(int member) {
		Registry.Watcher watcher = this.members.get(member).watch(this.name, (change) -> {
			long number = this.counts.incrementAndGet(member);
			this.news.offer(() -> changed(member, change, number));
		});
		if (!this.watchers.compareAndSet(member, null, watcher)) {
			// It came back while the watch began.
			watcher.close();
		}
		if (this.closed) {
			detach(member);
		}
	}

	private void detach(int member) {
		Registry.Watcher watcher = this.watchers.getAndSet(member, null);
		if (watcher != null) {
			watcher.close();
		}
	}

	/** A registry is back: whatever was missed is told. */
	void lookAgain(int member) {
		this.news.offer(() -> {
			try {
				if (this.watchers.get(member) == null) {
					attach(member);
				}
				for (String service : names(member)) {
					Merged merged = merged(service);
					merged.look(member);
					tell(merged);
				}
			}
			catch (RuntimeException ex) {
				// It is out of order once more, and will be back once more.
				log.debug("{} went again: {}", this.members.get(member).name(), ex.getMessage());
			}
		});
	}

	private Set<String> names(int member) {
		if (!this.name.isEmpty()) {
			return Set.of(this.name);
		}
		Set<String> names = new HashSet<>(this.services.keySet());
		this.members.get(member).list().forEach((service) -> names.add(service.name()));
		return names;
	}

	private void changed(int member, Change change, long number) {
		Service service = change.service();
		Merged merged = merged(service.name());
		if (number <= merged.askedAfter.getOrDefault(member, 0L)) {
			return;
		}
		if (service.nodes().isEmpty()) {
			// Something is different, it cannot say what.
			merged.look(member);
			this.changes.offer(change);
		}
		else if (change.action() == Change.Action.DELETE) {
			merged.went(member, service);
		}
		else {
			merged.present.set(member, Service.merge(merged.present.get(member), service));
		}
		tell(merged);
	}

	private Merged merged(String service) {
		return this.services.computeIfAbsent(service, Merged::new);
	}

	private void tell(Merged merged) {
		List<Service> present = MultiRegistry.merge(merged.present);
		Change.between(merged.told, present).forEach(this.changes::offer);
		merged.told = present;
		if (this.services.size() > MAX_NAMES) {
			// What is gone is kept so that it does not go twice.
			this.services.values().removeIf((each) -> each.told.isEmpty());
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.news.close();
		this.changes.close();
		for (int i = 0; i < this.members.size(); i++) {
			detach(i);
		}
		this.onClose.accept(this);
	}

	/** What each registry knows of a service, and what was told of it. */
	private final class Merged {

		private final String service;

		private final List<List<Service>> present = new ArrayList<>();

		/**
		 * Which registries were asked for all they know, and after how many changes; of
		 * the others it is known what they told.
		 */
		private final Map<Integer, Long> askedAfter = new HashMap<>();

		private List<Service> told = List.of();

		Merged(String service) {
			this.service = service;
			MergedWatch.this.members.forEach((member) -> this.present.add(List.of()));
		}

		void look(int member) {
			long count = MergedWatch.this.counts.get(member);
			this.present.set(member, MergedWatch.this.members.get(member).get(this.service));
			this.askedAfter.put(member, count);
		}

		/** Nodes went from one registry: gone are those that no other has. */
		void went(int member, Service gone) {
			if (!this.askedAfter.containsKey(member)) {
				this.told = withMissing(this.told, gone);
			}
			for (int i = 0; i < this.present.size(); i++) {
				if (i != member) {
					lookOnce(i);
				}
				if (i == member || MergedWatch.this.members.get(i).isDown()) {
					this.present.set(i, Service.without(this.present.get(i), gone));
				}
			}
		}

		private void lookOnce(int member) {
			if (!this.askedAfter.containsKey(member)) {
				try {
					look(member);
				}
				catch (RuntimeException ex) {
					log.debug("{} does not say whether it has nodes of {}: {}",
							MergedWatch.this.members.get(member).name(), this.service, ex.getMessage());
				}
			}
		}

		/** Nodes that were there before the watch began went, too. */
		private static List<Service> withMissing(List<Service> told, Service gone) {
			Service known = told.stream()
				.filter((service) -> service.version().equals(gone.version()))
				.findFirst()
				.orElse(gone.withNodes(List.of()));
			Set<String> ids = known.nodes().stream().map(Node::id).collect(Collectors.toSet());
			List<Node> missing = gone.nodes().stream().filter((node) -> !ids.contains(node.id())).toList();
			return missing.isEmpty() ? told : Service.merge(told, known.withNodes(missing));
		}

	}

}
