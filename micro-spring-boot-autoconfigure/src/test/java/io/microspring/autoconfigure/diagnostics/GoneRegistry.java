package io.microspring.autoconfigure.diagnostics;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;

/**
 * A registry that nobody answers for.
 */
final class GoneRegistry implements Registry {

	@Override
	public String name() {
		return "gone";
	}

	@Override
	public void register(Service service, Duration ttl) {
		throw unreachable();
	}

	@Override
	public void deregister(Service service) {
		throw unreachable();
	}

	@Override
	public List<Service> get(String name) {
		throw unreachable();
	}

	@Override
	public List<Service> list() {
		throw unreachable();
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		throw unreachable();
	}

	@Override
	public void close() {
	}

	private static RegistryException unreachable() {
		return new RegistryException("nobody at gone:1", null);
	}

}
