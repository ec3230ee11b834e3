package io.microspring.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Mailbox;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import org.jspecify.annotations.Nullable;

/**
 * Inside the process. What is known of a name is an immutable list that a change
 * replaces, so that reading takes no lock and gives the same instance until something
 * changes. go-micro: {@code registry/memory}; unlike there, watchers hear of nodes that
 * expire.
 */
final class MemoryRegistry implements Registry {

	private final Map<String, List<Service>> services = new ConcurrentHashMap<>();

	private final Map<NodeKey, Lease> leases = new HashMap<>();

	/** By the name that is watched; empty for all. A cache watches each name it knows. */
	private final Map<String, List<Watch>> watches = new ConcurrentHashMap<>();

	/** Guards changes; listeners are called outside. */
	private final ReentrantLock lock = new ReentrantLock();

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-registry-memory");

	private volatile boolean closed;

	@Override
	public String name() {
		return "memory";
	}

	@Override
	public void register(Service service, Duration ttl) {
		if (service.nodes().isEmpty()) {
			throw new IllegalArgumentException("register " + service.name() + ": at least one node is needed");
		}
		this.lock.lock();
		try {
			requireOpen();
			List<Service> before = this.services.getOrDefault(service.name(), List.of());
			List<Service> after = Service.merge(before, service);
			if (after != before) {
				this.services.put(service.name(), after);
				tellOfNews(before, service);
			}
			renew(service, ttl);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void deregister(Service service) {
		this.lock.lock();
		try {
			requireOpen();
			for (Node node : service.nodes()) {
				Lease lease = this.leases.remove(new NodeKey(service.name(), service.version(), node.id()));
				if (lease != null) {
					lease.cancel();
				}
			}
			remove(service);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public List<Service> get(String name) {
		requireOpen();
		return this.services.getOrDefault(name, List.of());
	}

	@Override
	public List<Service> list() {
		return this.services.values().stream().flatMap(List::stream).toList();
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		this.lock.lock();
		try {
			requireOpen();
			Watch watch = new Watch(name, listener);
			this.watches.merge(name, List.of(watch),
					(before, one) -> Stream.concat(before.stream(), one.stream()).toList());
			return watch;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public HealthReport health() {
		return HealthReport.up("in this process").with(Map.of("services", String.valueOf(this.services.size())));
	}

	@Override
	public void close() {
		this.lock.lock();
		try {
			this.closed = true;
			this.leases.values().forEach(Lease::cancel);
			this.leases.clear();
			this.services.clear();
			this.watches.values().forEach((each) -> each.forEach(Watch::close));
		}
		finally {
			this.lock.unlock();
		}
		this.executor.shutdown();
	}

	private void requireOpen() {
		if (this.closed) {
			throw new RegistryException("registry memory is closed", null);
		}
	}

	private void renew(Service service, Duration ttl) {
		for (Node node : service.nodes()) {
			NodeKey key = new NodeKey(service.name(), service.version(), node.id());
			Lease former = this.leases.remove(key);
			if (former != null) {
				former.cancel();
			}
			if (!ttl.isZero()) {
				Lease lease = new Lease(key, service.withNodes(List.of(node)));
				this.leases.put(key, lease);
				lease.start(ttl);
			}
		}
	}

	private void remove(Service service) {
		List<Service> before = this.services.getOrDefault(service.name(), List.of());
		List<Service> after = Service.without(before, service);
		if (after == before) {
			return;
		}
		if (after.isEmpty()) {
			this.services.remove(service.name());
		}
		else {
			this.services.put(service.name(), after);
		}
		Service known = version(before, service.version());
		if (known != null) {
			List<String> ids = service.nodes().stream().map(Node::id).toList();
			tell(Change.Action.DELETE, known, known.nodes().stream().filter((n) -> ids.contains(n.id())).toList());
		}
	}

	private void tellOfNews(List<Service> before, Service service) {
		Service known = version(before, service.version());
		boolean sameService = known != null && known.metadata().equals(service.metadata())
				&& known.endpoints().equals(service.endpoints());
		List<Node> created = new ArrayList<>();
		List<Node> updated = new ArrayList<>();
		for (Node node : service.nodes()) {
			Node former = (known != null) ? node(known, node.id()) : null;
			if (former == null) {
				created.add(node);
			}
			else if (!sameService || !former.equals(node)) {
				updated.add(node);
			}
		}
		tell(Change.Action.UPDATE, service, updated);
		tell(Change.Action.CREATE, service, created);
	}

	/**
	 * Called with the lock held, so that every watcher hears of changes in their order.
	 */
	private void tell(Change.Action action, Service service, List<Node> nodes) {
		if (nodes.isEmpty()) {
			return;
		}
		Change change = new Change(action, nodes.equals(service.nodes()) ? service : service.withNodes(nodes));
		offer(service.name(), change);
		if (!service.name().isEmpty()) {
			offer("", change);
		}
	}

	private void offer(String name, Change change) {
		for (Watch watch : this.watches.getOrDefault(name, List.of())) {
			watch.changes.offer(change);
		}
	}

	private static @Nullable Service version(List<Service> services, String version) {
		for (Service service : services) {
			if (service.version().equals(version)) {
				return service;
			}
		}
		return null;
	}

	private static @Nullable Node node(Service service, String id) {
		for (Node node : service.nodes()) {
			if (node.id().equals(id)) {
				return node;
			}
		}
		return null;
	}

	/** Node ids are unique within a version only: go-micro's http broker has it so. */
	private record NodeKey(String service, String version, String id) {

	}

	/** The time a node has left. */
	private final class Lease {

		private final NodeKey key;

		private final Service service;

		private Threads.@Nullable Scheduled expiry;

		Lease(NodeKey key, Service service) {
			this.key = key;
			this.service = service;
		}

		void start(Duration ttl) {
			this.expiry = Threads.after(ttl, this::expire);
		}

		void cancel() {
			if (this.expiry != null) {
				this.expiry.cancel();
			}
		}

		private void expire() {
			MemoryRegistry.this.lock.lock();
			try {
				// Renewed just now: another lease has taken the place of this one.
				if (MemoryRegistry.this.leases.remove(this.key, this)) {
					remove(this.service);
				}
			}
			finally {
				MemoryRegistry.this.lock.unlock();
			}
		}

	}

	/** One listener with the changes it has not seen yet. */
	private final class Watch implements Watcher {

		private final String name;

		private final Mailbox<Change> changes;

		Watch(String name, Consumer<Change> listener) {
			this.name = Objects.requireNonNull(name, "name");
			Objects.requireNonNull(listener, "listener");
			// A change may not get lost, and whoever registers may not have to wait.
			this.changes = new Mailbox<>("A listener of registry memory", Integer.MAX_VALUE,
					MemoryRegistry.this.executor, listener);
		}

		@Override
		public void close() {
			this.changes.close();
			MemoryRegistry.this.watches.computeIfPresent(this.name, (name, before) -> {
				List<Watch> left = before.stream().filter((watch) -> watch != this).toList();
				return left.isEmpty() ? null : left;
			});
		}

	}

}
