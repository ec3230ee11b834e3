package io.microspring.server;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a server registered: at once, then at each interval, so that a registry that
 * forgot it learns of it again; sooner while the registry is down.
 */
final class Registrar {

	private static final Logger log = LoggerFactory.getLogger(Server.class);

	private static final Duration FIRST_RETRY = Duration.ofMillis(500);

	private final Registry registry;

	private final ServerOptions options;

	private final Supplier<Service> service;

	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable ExecutorService executor;

	private Threads.@Nullable Scheduled next;

	private @Nullable Service announced;

	private boolean active;

	private int failures;

	private volatile boolean registered;

	private volatile @Nullable String trouble;

	Registrar(Registry registry, ServerOptions options, Supplier<Service> service) {
		this.registry = registry;
		this.options = options;
		this.service = service;
	}

	void start() {
		this.lock.lock();
		try {
			if (this.active) {
				return;
			}
			this.active = true;
			Duration ttl = this.options.registerTtl();
			if (!ttl.isZero() && ttl.compareTo(this.options.registerInterval()) <= 0) {
				log.warn("{} is registered for {} and renewed only each {}: it will be missing in between",
						this.options.name(), ttl, this.options.registerInterval());
			}
			announce();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Takes the registration back and gives the news time to travel. */
	void stop() {
		this.lock.lock();
		try {
			if (!this.active) {
				return;
			}
			this.active = false;
			if (this.next != null) {
				this.next.cancel();
			}
			boolean known = this.registered;
			this.registered = false;
			try {
				if (this.announced != null) {
					this.registry.deregister(this.announced);
					log.info("{} is no longer registered in {}", this.options.name(), this.registry.name());
				}
			}
			catch (RuntimeException ex) {
				log.warn("{} could not be deregistered from {}: {}", this.options.name(), this.registry.name(),
						ex.getMessage());
			}
			if (this.executor != null) {
				this.executor.shutdown();
				this.executor = null;
			}
			if (known) {
				pause(this.options.deregisterDelay());
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	boolean isRegistered() {
		return this.registered;
	}

	HealthReport health() {
		String problem = this.trouble;
		return (problem == null) ? HealthReport.up(this.options.name() + " serves")
				: HealthReport.degraded(this.options.name() + " could not be registered: " + problem);
	}

	/** Under the lock. */
	private void announce() {
		if (!this.active) {
			return;
		}
		Duration wait = this.options.registerInterval();
		try {
			Service current = this.service.get();
			this.announced = current;
			this.registry.register(current, this.options.registerTtl());
			if (!this.registered) {
				log.info("{} is registered in {} as {} at {}", current.name(), this.registry.name(),
						current.nodes().get(0).id(), current.nodes().get(0).address());
			}
			this.registered = true;
			this.trouble = null;
			this.failures = 0;
		}
		catch (RuntimeException ex) {
			String reason = (ex instanceof RegistryException) ? String.valueOf(ex.getMessage()) : ex.toString();
			if (this.trouble == null) {
				log.warn("{} could not be registered in {}, which is tried again: {}", this.options.name(),
						this.registry.name(), reason);
			}
			this.registered = false;
			this.trouble = reason;
			Duration sooner = FIRST_RETRY.multipliedBy(1L << Math.min(this.failures++, 6));
			wait = (sooner.compareTo(wait) < 0) ? sooner : wait;
		}
		if (this.executor == null) {
			this.executor = Threads.executor(ExecutorMode.AUTO, "micro-register-" + this.options.name());
		}
		ExecutorService runner = this.executor;
		this.next = Threads.after(wait, () -> {
			if (!runner.isShutdown()) {
				runner.execute(this::again);
			}
		});
	}

	private void again() {
		this.lock.lock();
		try {
			announce();
		}
		finally {
			this.lock.unlock();
		}
	}

	private static void pause(Duration time) {
		try {
			// Nothing ends the wait early: nobody says when the last client has heard the
			// news.
			if (new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS)) {
				throw new IllegalStateException("unreachable");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
