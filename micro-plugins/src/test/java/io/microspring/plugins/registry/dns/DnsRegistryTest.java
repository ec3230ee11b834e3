package io.microspring.plugins.registry.dns;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.microspring.health.HealthReport;
import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.test.RegistryContract;
import io.microspring.test.server.ExternalServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract, with somebody who writes the records of what is registered. */
class DnsRegistryTest extends RegistryContract {

	private static final DnsZone ZONE = new DnsZone();

	@RegisterExtension
	static final ExternalServer DNS = new ExternalServer(ZONE.recipe(Duration.ofSeconds(1)));

	private static final ReentrantLock WRITING = new ReentrantLock();

	@Override
	protected Registry open() {
		return new WrittenByHand(new DnsRegistry(DnsOptions.defaults()
			.withAddress(DNS.address())
			.withDomain(DnsZone.DOMAIN)
			.withTtl(Duration.ofMillis(100), Duration.ofMinutes(1))));
	}

	/** Records have a life for those who ask, and none of their own. */
	@Override
	protected boolean expires() {
		return false;
	}

	/** There is no place for trees of endpoints. */
	@Override
	protected boolean keepsDescription() {
		return false;
	}

	/** Nobody is told what names there are. */
	@Override
	protected boolean lists() {
		return false;
	}

	@AfterEach
	void empty() {
		ZONE.clear();
	}

	/** Reads by DNS, and writes what DNS reads. */
	private record WrittenByHand(DnsRegistry dns) implements Registry {

		@Override
		public String name() {
			return this.dns.name();
		}

		@Override
		public void register(Service service, Duration ttl) {
			this.dns.register(service, ttl);
			write(() -> ZONE.put(service));
		}

		@Override
		public void deregister(Service service) {
			this.dns.deregister(service);
			write(() -> ZONE.remove(service));
		}

		private static void write(Runnable change) {
			WRITING.lock();
			try {
				change.run();
				DNS.restart();
			}
			finally {
				WRITING.unlock();
			}
		}

		@Override
		public List<Service> get(String name) {
			return this.dns.get(name);
		}

		@Override
		public List<Service> list() {
			return this.dns.list();
		}

		@Override
		public Watcher watch(String name, Consumer<Change> listener) {
			return this.dns.watch(name, listener);
		}

		@Override
		public HealthReport health() {
			return this.dns.health();
		}

		@Override
		public void close() {
			this.dns.close();
		}

	}

}
