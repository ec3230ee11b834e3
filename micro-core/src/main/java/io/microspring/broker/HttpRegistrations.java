package io.microspring.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.microspring.concurrent.Threads;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the subscriptions of a process registered: at once, then at each interval, so
 * that a registry that forgot them learns of them again; sooner while the registry is
 * down, which keeps nobody from subscribing. Thread-safe.
 */
final class HttpRegistrations {

	private static final Logger log = LoggerFactory.getLogger(HttpBroker.class);

	private static final Duration FIRST_RETRY = Duration.ofMillis(500);

	private final HttpBroker broker;

	private final Registry registry;

	/** Guards the fields below; never held while the registry is asked. */
	private final ReentrantLock lock = new ReentrantLock();

	private Threads.@Nullable Scheduled next;

	private boolean renewing;

	private boolean stopped;

	private int failures;

	/** Since when the registry does not know them all. */
	private volatile @Nullable Instant incompleteSince;

	HttpRegistrations(HttpBroker broker, Registry registry) {
		this.broker = broker;
		this.registry = registry;
	}

	void start() {
		schedule(this.broker.options().registerInterval());
	}

	/** Does not wait for a round under way. */
	void stop() {
		this.lock.lock();
		try {
			this.stopped = true;
			if (this.next != null) {
				this.next.cancel();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Registers a subscription, later when the registry is down. */
	void add(HttpSubscription subscription) {
		try {
			register(subscription);
		}
		catch (RegistryException ex) {
			this.lock.lock();
			try {
				subscription.unregistered(true);
				if (this.incompleteSince == null) {
					incomplete(ex);
					schedule(retryDelay());
				}
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	void remove(HttpSubscription subscription) {
		try {
			deregister(subscription);
		}
		catch (RegistryException ex) {
			log.warn("The subscription {} stays registered for up to {}: {}", subscription,
					this.broker.options().registerTtl(), ex.getMessage());
		}
	}

	/** What is wrong; null when nothing is. */
	@Nullable String trouble() {
		Instant since = this.incompleteSince;
		return (since == null) ? null : "subscriptions could not be registered since " + since;
	}

	private void schedule(Duration wait) {
		this.lock.lock();
		try {
			if (this.next != null) {
				this.next.cancel();
			}
			this.next = this.stopped ? null : Threads.after(wait, this::hand);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void hand() {
		try {
			this.broker.executor().execute(this::renew);
		}
		catch (RejectedExecutionException ex) {
			// Busy; when the broker is closed, nothing is scheduled any more.
			schedule(FIRST_RETRY);
		}
	}

	private void renew() {
		if (!begin()) {
			return;
		}
		RuntimeException failure = null;
		for (HttpSubscription subscription : this.broker.subscriptions()) {
			try {
				register(subscription);
				if (subscription.isLeaving()) {
					// It may have been taken out before this round put it in again.
					deregister(subscription);
				}
			}
			catch (RuntimeException ex) {
				subscription.unregistered(true);
				failure = ex;
			}
		}
		settle(failure);
	}

	private boolean begin() {
		this.lock.lock();
		try {
			if (this.renewing || this.stopped) {
				return false;
			}
			this.renewing = true;
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void settle(@Nullable RuntimeException failure) {
		this.lock.lock();
		try {
			this.renewing = false;
			// Some may have been added, or have gone, in the meantime.
			if (this.broker.subscriptions().stream().anyMatch(HttpSubscription::isUnregistered)) {
				if (this.incompleteSince == null && failure != null) {
					incomplete(failure);
				}
				schedule(retryDelay());
				return;
			}
			this.failures = 0;
			if (this.incompleteSince != null) {
				this.incompleteSince = null;
				log.info("The subscriptions of broker http are registered again");
			}
			schedule(this.broker.options().registerInterval());
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Under the lock. */
	private void incomplete(RuntimeException cause) {
		this.incompleteSince = Instant.now();
		log.warn("Subscriptions of broker http could not be registered, which is tried again: {}",
				(cause instanceof RegistryException) ? cause.getMessage() : cause.toString());
	}

	/** Under the lock. */
	private Duration retryDelay() {
		Duration retry = FIRST_RETRY.multipliedBy(1L << Math.min(this.failures++, 6));
		Duration interval = this.broker.options().registerInterval();
		return (retry.compareTo(interval) < 0) ? retry : interval;
	}

	/** For publishers of each dialect, also when the registry refuses one of them. */
	private void register(HttpSubscription subscription) {
		Duration ttl = this.broker.options().registerTtl();
		forEachDialect((dialect) -> this.registry.register(registered(subscription, dialect), ttl));
		subscription.unregistered(false);
	}

	private void deregister(HttpSubscription subscription) {
		forEachDialect((dialect) -> this.registry.deregister(registered(subscription, dialect)));
	}

	private static void forEachDialect(Consumer<HttpDialect> action) {
		RuntimeException failure = null;
		for (HttpDialect dialect : HttpDialect.values()) {
			try {
				action.accept(dialect);
			}
			catch (RuntimeException ex) {
				failure = ex;
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

	private Service registered(HttpSubscription subscription, HttpDialect dialect) {
		Map<String, String> metadata = Map.of(HttpRoutes.BROKER, this.broker.name(), HttpRoutes.SECURE,
				String.valueOf(this.broker.isSecure()), HttpRoutes.TOPIC, subscription.topic());
		String version = subscription.queue().isEmpty() ? HttpRoutes.BROADCAST : subscription.queue();
		return Service.of(dialect.service(), version,
				new Node(subscription.id(dialect), this.broker.address(), metadata));
	}

}
