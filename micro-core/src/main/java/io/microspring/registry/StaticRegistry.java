package io.microspring.registry;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.microspring.health.HealthReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Addresses that were written down. Registering changes nothing, watchers hear nothing.
 * go-micro: the selector {@code static}, which knows the pattern only.
 */
final class StaticRegistry implements Registry {

	private static final Logger log = LoggerFactory.getLogger(StaticRegistry.class);

	private final StaticOptions options;

	private final AtomicBoolean told = new AtomicBoolean();

	StaticRegistry(StaticOptions options) {
		this.options = options;
	}

	@Override
	public String name() {
		return "static";
	}

	@Override
	public void register(Service service, Duration ttl) {
		if (service.nodes().isEmpty()) {
			throw new IllegalArgumentException("register " + service.name() + ": at least one node is needed");
		}
		if (this.told.compareAndSet(false, true)) {
			log.info("Registry static holds fixed addresses: {} at {} is found only by those whose own list has it",
					service.name(), service.nodes().get(0).address());
		}
	}

	@Override
	public void deregister(Service service) {
		// What was not registered need not be taken back.
	}

	@Override
	public List<Service> get(String name) {
		return this.options.find(name);
	}

	@Override
	public List<Service> list() {
		return this.options.services();
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		return () -> {
		};
	}

	@Override
	public HealthReport health() {
		long nodes = this.options.services().stream().mapToLong((service) -> service.nodes().size()).sum();
		return HealthReport.up("fixed addresses")
			.with(Map.of("nodes", String.valueOf(nodes), "pattern", this.options.pattern()));
	}

	@Override
	public void close() {
		// It holds nothing.
	}

	@Override
	public String toString() {
		return "static, " + this.options.services().size() + " services";
	}

}
