package io.microspring.broker;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;

/** A registry that refuses to register some services. */
class FailingRegistry implements Registry {

	private final Registry registry;

	/** When somebody tried to register a service of the name asked for. */
	final List<Long> attempts = new CopyOnWriteArrayList<>();

	private final String observed;

	volatile Predicate<Service> refused;

	FailingRegistry(Registry registry, Predicate<Service> refused) {
		this(registry, refused, "");
	}

	FailingRegistry(Registry registry, Predicate<Service> refused, String observed) {
		this.registry = registry;
		this.observed = observed;
		this.refused = refused;
	}

	@Override
	public String name() {
		return this.registry.name();
	}

	@Override
	public void register(Service service, Duration ttl) {
		if (service.name().equals(this.observed)) {
			this.attempts.add(System.nanoTime());
		}
		if (this.refused.test(service)) {
			throw new RegistryException("no registry here", null);
		}
		this.registry.register(service, ttl);
	}

	@Override
	public void deregister(Service service) {
		this.registry.deregister(service);
	}

	@Override
	public List<Service> get(String name) {
		return this.registry.get(name);
	}

	@Override
	public List<Service> list() {
		return this.registry.list();
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		return this.registry.watch(name, listener);
	}

	@Override
	public void close() {
		// the test closes it
	}

}
