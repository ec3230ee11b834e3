package io.microspring.plugins.registry.etcd;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KeyValue;
import io.microspring.concurrent.Mailbox;
import io.microspring.health.HealthReport;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.microspring.registry.WatchOutage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Services in etcd, as go-micro writes and reads them in all its generations (protocol
 * reference §7.4): a node is a key with a lease, its value the service's JSON with this
 * node alone.
 * <p>
 * Thread-safe. Needs {@code io.etcd:jetcd-grpc}: etcd's own interface for gRPC, version 3
 * of its API. jetcd's client above it is not used: its calls have no time limit, its
 * leases are not renewed after a token went stale, and its watches wait for a revision
 * that a store begun anew may never reach. go-micro: {@code registry/etcd}.
 */
public final class EtcdRegistry implements Registry {

	private static final Logger log = LoggerFactory.getLogger(EtcdRegistry.class);

	private final EtcdOptions options;

	private final EtcdCluster cluster;

	private final EtcdStore store;

	/** What was registered by key, so that a renewal is no change. */
	private final Map<ByteString, Registration> registrations = new ConcurrentHashMap<>();

	private final Set<EtcdWatch> watches = ConcurrentHashMap.newKeySet();

	private final WatchOutage outage = new WatchOutage(log, this::toString);

	private volatile boolean closed;

	/**
	 * A registry; nothing is asked of etcd yet.
	 * @param options where the members are and how to ask them
	 * @throws IllegalArgumentException when a file of TLS cannot be read
	 */
	public EtcdRegistry(EtcdOptions options) {
		this.options = options;
		this.cluster = new EtcdCluster(options);
		this.store = new EtcdStore(this.cluster);
	}

	@Override
	public String name() {
		return "etcd";
	}

	@Override
	public void register(Service service, Duration ttl) {
		if (service.nodes().isEmpty()) {
			throw new IllegalArgumentException("register " + service.name() + ": at least one node is needed");
		}
		for (Node node : service.nodes()) {
			String what = "register " + node.id();
			ByteString key = EtcdKeys.node(service.name(), node.id());
			ByteString value = EtcdKeys.value(service.withNodes(List.of(node)));
			// Out of sight until it is known to be good: what fails is registered anew.
			Registration known = this.registrations.remove(key);
			this.registrations.put(key,
					(known != null && renew(what, key, known, value, ttl)) ? known : register(what, key, value, ttl));
		}
	}

	/**
	 * Whether the node still stands there as it was registered; its lease begins anew.
	 */
	private boolean renew(String what, ByteString key, Registration known, ByteString value, Duration ttl) {
		return known.value().equals(value) && known.ttl().equals(ttl)
				&& (ttl.isZero() || this.store.keepAlive(what, known.lease()))
				&& this.store.revision(what, key) == known.revision();
	}

	private Registration register(String what, ByteString key, ByteString value, Duration ttl) {
		long lease = ttl.isZero() ? EtcdStore.NO_LEASE : this.store.grant(what, ttl);
		return new Registration(value, ttl, lease, this.store.put(what, key, value, lease));
	}

	@Override
	public void deregister(Service service) {
		for (Node node : service.nodes()) {
			ByteString key = EtcdKeys.node(service.name(), node.id());
			this.registrations.remove(key);
			this.store.delete("deregister " + node.id(), key);
		}
	}

	@Override
	public List<Service> get(String name) {
		return services(this.store.list("look up " + name, EtcdKeys.prefix(name)).entries(), name);
	}

	@Override
	public List<Service> list() {
		return services(this.store.list("list services", EtcdKeys.prefix("")).entries(), "");
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		if (this.closed) {
			throw new RegistryException("registry etcd is closed", null);
		}
		Mailbox<Change> changes = new Mailbox<>("A listener of registry etcd", Integer.MAX_VALUE,
				this.cluster.executor(), listener);
		EtcdWatch watch = new EtcdWatch(this, name, changes, this.watches::remove);
		this.watches.add(watch);
		if (this.closed) {
			watch.close();
		}
		return watch;
	}

	@Override
	public HealthReport health() {
		Map<String, String> details = Map.of("address", this.options.address());
		try {
			this.store.ping();
			return HealthReport.up("etcd at " + address() + " answers").with(details);
		}
		catch (RegistryException ex) {
			return HealthReport.down(String.valueOf(ex.getMessage())).with(details);
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.watches.forEach(EtcdWatch::close);
		this.cluster.close();
	}

	@Override
	public String toString() {
		return this.cluster.toString();
	}

	EtcdStore store() {
		return this.store;
	}

	EtcdCluster cluster() {
		return this.cluster;
	}

	/** The member in use. */
	String address() {
		return this.cluster.address();
	}

	/** A watch cannot go on: said once, however many there are. */
	void interrupted(String reason) {
		if (!this.closed) {
			this.outage.failed(reason);
		}
	}

	/** A watch goes on. */
	void resumed() {
		this.outage.answered();
	}

	/** One entry per name and version. */
	private static List<Service> services(List<KeyValue> entries, String name) {
		List<Service> services = new ArrayList<>();
		for (KeyValue entry : entries) {
			Service service = EtcdKeys.read(entry, name);
			if (service != null) {
				services.add(service);
			}
		}
		return Service.byVersion(services);
	}

	/**
	 * A node, as it was registered.
	 *
	 * @param value what was put there
	 * @param ttl how long it lives when it is not renewed
	 * @param lease what it lives by
	 * @param revision the change by which it was put there
	 */
	private record Registration(ByteString value, Duration ttl, long lease, long revision) {

	}

}
