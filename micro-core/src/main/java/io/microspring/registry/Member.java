package io.microspring.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of several registries: what it told last, whether it is out of order, and what it
 * still has to be told. Thread-safe.
 */
final class Member {

	private static final Logger log = LoggerFactory.getLogger(Member.class);

	/** Names beyond it are not remembered for an outage. */
	private static final int MAX_NAMES = 10_000;

	private static final Duration FIRST_RETRY = Duration.ofSeconds(1);

	private static final Duration LAST_RETRY = Duration.ofSeconds(30);

	private final Registry registry;

	private final Executor executor;

	private final Consumer<Service> isGone;

	private final Consumer<Member> isBack;

	private final Map<String, List<Service>> known = new ConcurrentHashMap<>();

	private volatile List<Service> listed = List.of();

	/** What could not be told yet. */
	private final Map<NodeKey, Debt> debts = new ConcurrentHashMap<>();

	private final AtomicReference<@Nullable Outage> outage = new AtomicReference<>();

	private final AtomicBoolean retrying = new AtomicBoolean();

	private volatile boolean closed;

	/**
	 * A member.
	 * @param registry the registry
	 * @param executor runs what is done in the background
	 * @param isGone is told of nodes that were known and are no longer
	 * @param isBack is told that it answers again
	 */
	Member(Registry registry, Executor executor, Consumer<Service> isGone, Consumer<Member> isBack) {
		this.registry = registry;
		this.executor = executor;
		this.isGone = isGone;
		this.isBack = isBack;
	}

	String name() {
		return this.registry.name();
	}

	boolean isDown() {
		return this.outage.get() != null;
	}

	// registering

	void register(Service service, Duration ttl) {
		this.registry.register(service, ttl);
		settled(service, ttl);
	}

	void deregister(Service service) {
		this.registry.deregister(service);
		settled(service, null);
	}

	/** What is being retried just now may come after this: it is said once more. */
	private void settled(Service service, @Nullable Duration ttl) {
		eachNode(service, ttl,
				(key, debt) -> this.debts.computeIfPresent(key, (same, former) -> former.beingPaid ? debt : null));
	}

	/**
	 * The registry could not be told: it will be.
	 * @param service the service
	 * @param ttl how long its nodes live; null: they are taken back
	 * @param reason why it could not be told
	 */
	void owe(Service service, @Nullable Duration ttl, @Nullable RuntimeException reason) {
		boolean first = this.debts.isEmpty();
		eachNode(service, ttl, this.debts::put);
		if (first) {
			log.warn("{} is {} in {} as soon as that works: {}", service.name(), word(ttl), name(),
					(reason != null) ? reason.getMessage() : "");
		}
		retryLater(FIRST_RETRY);
	}

	private static String word(@Nullable Duration ttl) {
		return (ttl != null) ? "registered" : "deregistered";
	}

	private static void eachNode(Service service, @Nullable Duration ttl, BiConsumer<NodeKey, Debt> consumer) {
		for (Node node : service.nodes()) {
			consumer.accept(new NodeKey(service.name(), service.version(), node.id()),
					new Debt(service.withNodes(List.of(node)), ttl));
		}
	}

	// finding

	List<Service> get(String name) {
		Outage present = this.outage.get();
		if (present == null) {
			try {
				List<Service> answer = this.registry.get(name);
				remember(name, answer);
				return answer;
			}
			catch (RuntimeException ex) {
				present = failed(name, ex);
			}
		}
		List<Service> last = this.known.get(name);
		if (last == null) {
			throw present.failure;
		}
		return last;
	}

	List<Service> list() {
		Outage present = this.outage.get();
		if (present == null) {
			try {
				List<Service> answer = this.registry.list();
				this.listed = answer;
				return answer;
			}
			catch (RuntimeException ex) {
				present = failed("", ex);
			}
		}
		List<Service> last = this.listed;
		if (last.isEmpty()) {
			throw present.failure;
		}
		return last;
	}

	Registry.Watcher watch(String name, Consumer<Change> listener) {
		try {
			return this.registry.watch(name, (change) -> {
				learn(change);
				listener.accept(change);
			});
		}
		catch (RuntimeException ex) {
			throw failed(name, ex).failure;
		}
	}

	private void remember(String name, List<Service> answer) {
		List<Service> former = this.known.getOrDefault(name, List.of());
		if (answer.isEmpty()) {
			this.known.remove(name);
		}
		else if (this.known.size() < MAX_NAMES || this.known.containsKey(name)) {
			this.known.put(name, answer);
		}
		if (former != answer) {
			Change.between(former, answer)
				.stream()
				.filter((change) -> change.action() == Change.Action.DELETE)
				.forEach((change) -> this.isGone.accept(change.service()));
		}
	}

	private void learn(Change change) {
		Service service = change.service();
		if (change.action() == Change.Action.DELETE) {
			this.isGone.accept(service);
		}
		else if (!service.nodes().isEmpty()) {
			this.known.computeIfPresent(service.name(), (name, known) -> Service.merge(known, service));
		}
	}

	/** Nodes went: an outage does not bring them back. */
	void forget(Service gone) {
		this.known.computeIfPresent(gone.name(), (name, known) -> left(known, gone));
	}

	private static @Nullable List<Service> left(List<Service> known, Service gone) {
		List<Service> left = Service.without(known, gone);
		return left.isEmpty() ? null : left;
	}

	// outages

	/** A question, empty for a list, was not answered. */
	private Outage failed(String name, RuntimeException ex) {
		Outage news = new Outage(Instant.now(), name, ex);
		if (!isOutage(ex)) {
			return news;
		}
		if (!this.closed && this.outage.compareAndSet(null, news)) {
			log.warn("registry {} does not answer; going on with what it told last: {}", name(), ex.getMessage());
			retryLater(FIRST_RETRY);
		}
		Outage present = this.outage.get();
		return (present != null) ? present : news;
	}

	/** A wrong question, or one that nobody waits for, says nothing of the registry. */
	private static boolean isOutage(RuntimeException ex) {
		return !(ex instanceof IllegalArgumentException || ex.getCause() instanceof InterruptedException);
	}

	private void retryLater(Duration wait) {
		if (this.retrying.compareAndSet(false, true)) {
			again(wait);
		}
	}

	private void again(Duration wait) {
		Threads.after(wait, () -> {
			try {
				this.executor.execute(() -> retry(wait));
			}
			catch (RejectedExecutionException ex) {
				if (!this.closed) {
					again(wait);
				}
			}
		});
	}

	private void retry(Duration wait) {
		if (this.closed) {
			return;
		}
		askAgain();
		this.debts.forEach(this::pay);
		if (isDown() || !this.debts.isEmpty()) {
			Duration longer = wait.multipliedBy(2);
			again((longer.compareTo(LAST_RETRY) < 0) ? longer : LAST_RETRY);
			return;
		}
		this.retrying.set(false);
		if (isDown() || !this.debts.isEmpty()) {
			retryLater(FIRST_RETRY);
		}
	}

	private void askAgain() {
		Outage present = this.outage.get();
		if (present == null) {
			return;
		}
		try {
			// What failed is asked again: not everybody may ask everything.
			if (present.name.isEmpty()) {
				this.listed = this.registry.list();
			}
			else {
				remember(present.name, this.registry.get(present.name));
			}
			this.outage.set(null);
			log.info("registry {} answers again, after {} s", name(),
					Duration.between(present.since, Instant.now()).toSeconds());
			this.isBack.accept(this);
		}
		catch (RuntimeException ex) {
			log.debug("registry {} does not answer yet: {}", name(), ex.getMessage());
		}
	}

	private void pay(NodeKey key, Debt debt) {
		debt.beingPaid = true;
		try {
			if (this.debts.get(key) != debt) {
				return;
			}
			if (debt.ttl != null) {
				this.registry.register(debt.service, debt.ttl);
			}
			else {
				this.registry.deregister(debt.service);
			}
			if (this.debts.remove(key, debt)) {
				log.info("{} is {} in {} now", debt.service.name(), word(debt.ttl), name());
			}
		}
		catch (RuntimeException ex) {
			debt.beingPaid = false;
			log.debug("registry {} still refuses {}: {}", name(), key.id, ex.getMessage());
		}
	}

	HealthReport health() {
		Outage present = this.outage.get();
		HealthReport report = (present == null) ? this.registry.health()
				: HealthReport.down("has not answered since " + present.since + " (" + present.failure.getMessage()
						+ "); serving what it told last of " + this.known.size() + " services");
		if (this.debts.isEmpty() || report.state() == HealthReport.State.DOWN) {
			return report;
		}
		String waiting = this.debts.values()
			.stream()
			.map((debt) -> debt.service.name())
			.distinct()
			.sorted()
			.reduce((a, b) -> a + ", " + b)
			.orElse("");
		return HealthReport.degraded(report.detail() + "; not told yet of " + waiting).with(report.details());
	}

	String hint() {
		return this.registry.hint();
	}

	void close() {
		this.closed = true;
		this.registry.close();
	}

	@Override
	public String toString() {
		return this.registry.toString();
	}

	/** Node ids are unique within a version only. */
	private record NodeKey(String service, String version, String id) {

	}

	/** It has not answered since, when this name, or empty for a list, was asked for. */
	private record Outage(Instant since, String name, RuntimeException failure) {

	}

	/** What the registry is to be told of a node. */
	private static final class Debt {

		private final Service service;

		/** How long it is to live; null: it is to be taken back. */
		private final @Nullable Duration ttl;

		private volatile boolean beingPaid;

		Debt(Service service, @Nullable Duration ttl) {
			this.service = service;
			this.ttl = ttl;
		}

	}

}
