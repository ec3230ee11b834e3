package io.microspring.plugins.registry.consul;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;

/**
 * Placeholder.
 */
public final class ConsulRegistry implements Registry {

	/**
	 * A registry; nothing is asked of Consul yet.
	 * @param options its options
	 */
	public ConsulRegistry(ConsulOptions options) {
	}

	@Override
	public String name() {
		return "consul";
	}

	@Override
	public void register(Service service, Duration ttl) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void deregister(Service service) {
		throw new UnsupportedOperationException();
	}

	@Override
	public List<Service> get(String name) {
		throw new UnsupportedOperationException();
	}

	@Override
	public List<Service> list() {
		throw new UnsupportedOperationException();
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void close() {
	}

}
