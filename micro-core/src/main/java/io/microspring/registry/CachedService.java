package io.microspring.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.concurrent.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a caching registry knows of one name, and how it stays current: one question to
 * the registry at a time, and a watch once it is known. Thread-safe.
 */
final class CachedService {

	private static final Logger log = LoggerFactory.getLogger(CachedService.class);

	private static final Duration MAX_WATCH_RETRY = Duration.ofMinutes(1);

	private final String name;

	private final CachedRegistry cache;

	private final ReentrantLock lock = new ReentrantLock();

	/** What was heard while a question is under way; its answer may be older. */
	private final List<Change> heard = new ArrayList<>();

	private volatile List<Service> services = List.of();

	/** Until when what is known counts as fresh. */
	private long freshUntil;

	private boolean stale;

	private Threads.@Nullable Scheduled expiry;

	private long expiryAt;

	private @Nullable CompletableFuture<List<Service>> asking;

	private @Nullable Throwable failure;

	/** Until when a failure, or an empty answer, counts. */
	private long heldUntil = System.nanoTime();

	private boolean watching;

	private boolean dropped;

	private Registry.@Nullable Watcher watcher;

	CachedService(String name, CachedRegistry cache) {
		this.name = name;
		this.cache = cache;
	}

	String name() {
		return this.name;
	}

	boolean isUnknown() {
		return this.services.isEmpty();
	}

	/**
	 * What is known, without waiting; when it is no longer fresh, the registry is asked
	 * in the background.
	 * @return the same instance until it changes; empty when the registry must be asked
	 */
	List<Service> known() {
		List<Service> known = this.services;
		if (!known.isEmpty() && !this.cache.isDown() && isStale()) {
			freshFor(this.cache.options().retry());
			refresh();
		}
		return known;
	}

	private boolean isStale() {
		this.lock.lock();
		try {
			if (!this.stale) {
				// It was made fresh since the caller looked.
				publish();
			}
			return this.stale;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void publish() {
		if (!this.dropped && this.cache.holds(this)) {
			this.cache.fresh(this.name, this.services);
		}
	}

	/** The next caller asks the registry again, in the background. */
	void expire() {
		this.lock.lock();
		try {
			this.stale = true;
			this.cache.stale(this.name);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** One timer for a name, however often it is renewed meanwhile. */
	private void freshFor(Duration time) {
		this.lock.lock();
		try {
			this.freshUntil = after(time);
			this.stale = false;
			publish();
			if (this.expiry != null && this.expiryAt - this.freshUntil > 0) {
				this.expiry.cancel();
				this.expiry = null;
			}
			if (this.expiry == null && !isUnknown()) {
				expireLater(time);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void expireLater(Duration time) {
		if (!this.dropped && this.cache.holds(this)) {
			this.expiryAt = after(time);
			this.expiry = Threads.after(time, this::expireOrWait);
		}
	}

	private void expireOrWait() {
		this.lock.lock();
		try {
			this.expiry = null;
			long left = this.freshUntil - System.nanoTime();
			if (left > 0) {
				expireLater(Duration.ofNanos(left));
			}
			else if (!this.dropped) {
				expire();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * What is known, or else the registry's answer: whoever came as it arrived does not
	 * ask once more.
	 */
	CompletableFuture<List<Service>> find() {
		return ask(false);
	}

	/** Asks the registry, or joins whoever is asking it. */
	private void refresh() {
		ask(true);
	}

	private CompletableFuture<List<Service>> ask(boolean anew) {
		CompletableFuture<List<Service>> future;
		this.lock.lock();
		try {
			if (!anew && !this.services.isEmpty()) {
				return CompletableFuture.completedFuture(this.services);
			}
			if (this.asking != null) {
				return this.asking;
			}
			if (this.services.isEmpty() && System.nanoTime() - this.heldUntil < 0) {
				return (this.failure != null) ? CompletableFuture.failedFuture(this.failure)
						: CompletableFuture.completedFuture(List.of());
			}
			future = new CompletableFuture<>();
			this.asking = future;
			this.heard.clear();
		}
		finally {
			this.lock.unlock();
		}
		try {
			this.cache.execute(() -> ask(future));
		}
		catch (RegistryException ex) {
			future.completeExceptionally(ex);
		}
		return future;
	}

	private void ask(CompletableFuture<List<Service>> future) {
		try {
			List<Service> answer = this.cache.registry().get(this.name);
			List<Service> present = onAnswer(answer);
			this.cache.answered();
			if (!present.isEmpty()) {
				watch(this.cache.options().retry());
			}
			future.complete(present);
		}
		catch (RuntimeException | Error ex) {
			onFailure(ex);
			this.cache.failed(this.name, ex);
			future.completeExceptionally(ex);
		}
	}

	private List<Service> onAnswer(List<Service> answer) {
		List<Service> present = List.copyOf(answer);
		this.lock.lock();
		try {
			for (Change change : this.heard) {
				present = applied(present, change);
			}
			this.asking = null;
			this.failure = null;
			if (!present.equals(this.services)) {
				this.services = present;
			}
			freshFor(CachedRegistry.jittered(this.cache.options().ttl()));
			this.heldUntil = after(this.cache.options().missTtl());
			present = this.services;
		}
		finally {
			this.lock.unlock();
		}
		if (present.isEmpty()) {
			holdOrDrop(this.cache.options().missTtl());
		}
		return present;
	}

	private void onFailure(Throwable ex) {
		Duration retry = this.cache.options().retry();
		this.lock.lock();
		try {
			this.asking = null;
			this.failure = ex;
			this.heldUntil = after(retry);
			freshFor(retry);
		}
		finally {
			this.lock.unlock();
		}
		if (isUnknown()) {
			holdOrDrop(retry);
		}
	}

	/** Unknown names do not pile up. */
	private void holdOrDrop(Duration time) {
		if (time.isZero()) {
			drop();
		}
		else {
			this.cache.executeAfter(time, () -> {
				if (isUnknown()) {
					drop();
				}
			});
		}
	}

	/** The registry tells of a change. */
	void onChange(Change change) {
		this.lock.lock();
		try {
			if (change.service().nodes().isEmpty()) {
				expire();
				return;
			}
			if (this.asking != null) {
				this.heard.add(change);
			}
			if (this.services.isEmpty()) {
				// One node is not all of them: the next caller asks.
				this.heldUntil = System.nanoTime();
				return;
			}
			List<Service> present = applied(this.services, change);
			if (present != this.services) {
				this.services = present;
			}
			freshFor(CachedRegistry.jittered(this.cache.options().ttl()));
		}
		finally {
			this.lock.unlock();
		}
	}

	private static List<Service> applied(List<Service> known, Change change) {
		return (change.action() == Change.Action.DELETE) ? Service.without(known, change.service())
				: Service.merge(known, change.service());
	}

	private void watch(Duration retry) {
		this.lock.lock();
		try {
			if (this.watching || this.dropped || !this.cache.holds(this)) {
				return;
			}
			this.watching = true;
		}
		finally {
			this.lock.unlock();
		}
		this.cache.execute(() -> startWatching(retry));
	}

	private void startWatching(Duration retry) {
		Registry.@Nullable Watcher started;
		try {
			started = this.cache.registry().watch(this.name, this::onChange);
		}
		catch (RuntimeException ex) {
			log.debug("watching {} failed; asking for it each {} instead: {}", this.name, this.cache.options().ttl(),
					ex.getMessage());
			Duration longer = retry.multipliedBy(2);
			this.cache.executeAfter(CachedRegistry.jittered(retry), () -> {
				if (!isDropped()) {
					startWatching((longer.compareTo(MAX_WATCH_RETRY) < 0) ? longer : MAX_WATCH_RETRY);
				}
			});
			return;
		}
		this.lock.lock();
		try {
			if (!this.dropped) {
				this.watcher = started;
				started = null;
			}
		}
		finally {
			this.lock.unlock();
		}
		if (started != null) {
			started.close();
		}
		else {
			// Whatever changed between the look-up and now was not heard of.
			refresh();
		}
	}

	private boolean isDropped() {
		this.lock.lock();
		try {
			return this.dropped;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The name is no longer remembered. */
	void drop() {
		this.cache.forget(this);
		Registry.Watcher former;
		this.lock.lock();
		try {
			this.dropped = true;
			expire();
			former = this.watcher;
			this.watcher = null;
			if (this.expiry != null) {
				this.expiry.cancel();
				this.expiry = null;
			}
		}
		finally {
			this.lock.unlock();
		}
		if (former != null) {
			former.close();
		}
	}

	private static long after(Duration delay) {
		return System.nanoTime() + delay.toNanos();
	}

}
