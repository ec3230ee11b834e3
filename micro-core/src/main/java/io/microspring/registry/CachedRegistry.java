package io.microspring.registry;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Placeholder.
 */
final class CachedRegistry implements Registry {

	CachedRegistry(Registry registry, CacheOptions options) {
	}

	@Override
	public String name() {
		throw new UnsupportedOperationException();
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
