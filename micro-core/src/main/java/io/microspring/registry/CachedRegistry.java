package io.microspring.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers from memory what was looked up before. go-micro: {@code registry/cache}.
 * <p>
 * A registry that fails is asked again in the background until it answers, one question
 * at a time; meanwhile what is known is served as it is.
 */
final class CachedRegistry implements Registry {

	private static final int MAX_NAMES = 10_000;

	private static final Logger log = LoggerFactory.getLogger(CachedRegistry.class);

	private final Registry registry;

	private final CacheOptions options;

	/** Names beyond it are looked up each time. */
	private final int maxNames;

	private final Map<String, CachedService> services = new ConcurrentHashMap<>();

	/** What counts as fresh: looking that up asks neither a clock nor a lock. */
	private final Map<String, List<Service>> fresh = new ConcurrentHashMap<>();

	private final AtomicReference<@Nullable Outage> outage = new AtomicReference<>();

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-registry-cache");

	private volatile @Nullable Listing listing;

	private volatile boolean closed;

	CachedRegistry(Registry registry, CacheOptions options) {
		this(registry, options, MAX_NAMES);
	}

	CachedRegistry(Registry registry, CacheOptions options, int maxNames) {
		this.registry = registry;
		this.options = options;
		this.maxNames = maxNames;
	}

	@Override
	public String name() {
		return this.registry.name();
	}

	@Override
	public void register(Service service, Duration ttl) {
		this.registry.register(service, ttl);
		CachedService cached = this.services.get(service.name());
		if (cached != null) {
			cached.onChange(new Change(Change.Action.CREATE, service));
		}
	}

	@Override
	public void deregister(Service service) {
		this.registry.deregister(service);
		CachedService cached = this.services.get(service.name());
		if (cached != null) {
			cached.onChange(new Change(Change.Action.DELETE, service));
		}
	}

	@Override
	public List<Service> get(String name) {
		List<Service> fresh = this.fresh.get(name);
		return (fresh != null) ? fresh : getStale(name);
	}

	private List<Service> getStale(String name) {
		CachedService cached = this.services.get(name);
		if (cached != null) {
			List<Service> known = cached.known();
			if (!known.isEmpty()) {
				return known;
			}
		}
		return lookUp(name, (cached != null) ? cached : admit(name));
	}

	private CachedService admit(String name) {
		if (this.closed || this.services.size() >= this.maxNames) {
			return new CachedService(name, this);
		}
		return this.services.computeIfAbsent(name, (key) -> new CachedService(key, this));
	}

	private List<Service> lookUp(String name, CachedService cached) {
		try {
			return cached.find().get();
		}
		catch (ExecutionException ex) {
			Throwable cause = ex.getCause();
			throw new RegistryException(
					"registry " + name() + " could not look up " + name + ", of which nothing is known" + " yet: "
							+ ((cause != null) ? cause.getMessage() : ex.getMessage()),
					cause);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RegistryException("interrupted while registry " + name() + " looked up " + name, ex);
		}
	}

	@Override
	public List<Service> list() {
		Listing last = this.listing;
		if (last != null && last.failure != null && System.nanoTime() - last.retryAt < 0) {
			return last.orThrow(name());
		}
		try {
			List<Service> answer = this.registry.list();
			this.listing = new Listing(answer, null, 0);
			answered();
			return answer;
		}
		catch (RuntimeException ex) {
			Listing failed = new Listing((last != null) ? last.services : null, ex,
					System.nanoTime() + this.options.retry().toNanos());
			this.listing = failed;
			failed("", ex);
			return failed.orThrow(name());
		}
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		if (this.closed) {
			throw new RegistryException("registry " + name() + " is closed", null);
		}
		return this.registry.watch(name, listener);
	}

	@Override
	public HealthReport health() {
		Outage present = this.outage.get();
		if (present == null) {
			return this.registry.health();
		}
		long known = this.services.values().stream().filter((s) -> !s.isUnknown()).count();
		String detail = "registry " + name() + " has not answered since " + present.since + " (" + present.reason + ")";
		HealthReport report = (known > 0)
				? HealthReport.degraded(detail + "; serving what is known of " + known + " services")
				: HealthReport.down(detail + "; nothing is known");
		return report
			.with(Map.of("registry", name(), "since", present.since.toString(), "known", String.valueOf(known)));
	}

	@Override
	public String hint() {
		return this.registry.hint();
	}

	@Override
	public void close() {
		this.closed = true;
		this.outage.set(null);
		this.services.values().forEach(CachedService::drop);
		this.executor.shutdown();
	}

	@Override
	public String toString() {
		return "cached " + this.registry;
	}

	Registry registry() {
		return this.registry;
	}

	CacheOptions options() {
		return this.options;
	}

	/** Until it is stale, callers are given this; of what is not known, nothing is. */
	void fresh(String name, List<Service> known) {
		if (known.isEmpty()) {
			stale(name);
		}
		else {
			this.fresh.put(name, known);
		}
	}

	void stale(String name) {
		this.fresh.remove(name);
	}

	boolean isDown() {
		return this.outage.get() != null;
	}

	boolean holds(CachedService service) {
		return this.services.get(service.name()) == service;
	}

	void forget(CachedService service) {
		this.services.remove(service.name(), service);
	}

	/** Runs what may block, here when all threads are busy. */
	void execute(Runnable task) {
		try {
			this.executor.execute(task);
		}
		catch (RejectedExecutionException ex) {
			if (this.closed) {
				throw new RegistryException("registry " + name() + " is closed", ex);
			}
			task.run();
		}
	}

	/** Runs what may block later, unless closed by then. */
	void executeAfter(Duration delay, Runnable task) {
		Threads.after(delay, () -> {
			try {
				this.executor.execute(task);
			}
			catch (RejectedExecutionException ex) {
				if (!this.closed) {
					executeAfter(delay, task);
				}
			}
		});
	}

	/** Between four fifths of a time and all of it: callers do not come all at once. */
	static Duration jittered(Duration time) {
		long nanos = time.toNanos();
		return Duration.ofNanos(nanos - ThreadLocalRandom.current().nextLong(nanos / 5 + 1));
	}

	void answered() {
		Outage over = this.outage.getAndSet(null);
		if (over != null) {
			log.info("registry {} answers again, after {} s", name(),
					Duration.between(over.since, Instant.now()).toSeconds());
			this.services.values().forEach(CachedService::expire);
		}
	}

	void failed(String name, Throwable failure) {
		Outage news = new Outage(Instant.now(), String.valueOf(failure.getMessage()));
		if (!this.closed && this.outage.compareAndSet(null, news)) {
			log.warn("registry {} does not answer; going on with what is known: {}", name(), news.reason);
			probeLater(name, news);
		}
	}

	private void probeLater(String name, Outage present) {
		executeAfter(jittered(this.options.retry()), () -> {
			if (this.outage.get() != present) {
				return;
			}
			try {
				if (name.isEmpty()) {
					this.registry.list();
				}
				else {
					this.registry.get(name);
				}
				answered();
			}
			catch (RuntimeException ex) {
				probeLater(name, present);
			}
		});
	}

	/** The registry has not answered since. */
	private record Outage(Instant since, String reason) {

	}

	/** The last list, and why it is no newer. */
	private record Listing(@Nullable List<Service> services, @Nullable RuntimeException failure, long retryAt) {

		List<Service> orThrow(String registry) {
			if (this.services == null) {
				throw new RegistryException("registry " + registry + " could not list its services: "
						+ ((this.failure != null) ? this.failure.getMessage() : ""), this.failure);
			}
			return this.services;
		}

	}

}
