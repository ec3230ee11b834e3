package io.microspring.plugins.registry.gossip;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Services without any server: each process is a member of a cluster and tells the
 * others, by hashicorp/memberlist's protocol (SWIM), so that go-micro's gossip registry
 * and this one form one cluster (protocol reference §7.7). Works across networks without
 * multicast; one of the members has to be known to join.
 * <p>
 * The nodes that were registered here go with the process: at once when it is closed, and
 * when it is killed as soon as the others miss it, some seconds later. Look-ups are
 * answered from memory. The sockets are opened when they are first needed; then, when
 * seeds are given, every call throws {@link RegistryException} until one of them is
 * joined, or another member comes, which is tried for as long as it takes.
 * <p>
 * Thread-safe. Needs nothing that micro-core does not bring. go-micro:
 * {@code registry/gossip}.
 */
public final class GossipRegistry implements Registry {

	private static final Logger log = LoggerFactory.getLogger(GossipRegistry.class);

	/** How often seeds are tried that have never let it in; go-micro's. */
	private static final Duration RETRY = Duration.ofSeconds(1);

	/** How long the one thread may take for what needs no waiting. */
	private static final Duration BUSY = Duration.ofSeconds(30);

	private static final int MAX_HOST = 128;

	private final GossipOptions options;

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-registry-gossip");

	private final Watches watches = new Watches(this.executor);

	/** Guards opening and closing. */
	private final ReentrantLock lock = new ReentrantLock();

	private volatile @Nullable Services services;

	private Threads.@Nullable Scheduled rejoining;

	private long joinedLast;

	private boolean complained;

	private volatile boolean closed;

	/**
	 * A registry; nothing is opened yet.
	 * @param options where to listen, whom to join, and how
	 */
	public GossipRegistry(GossipOptions options) {
		this.options = options;
	}

	@Override
	public String name() {
		return "gossip";
	}

	@Override
	public void register(Service service, Duration ttl) {
		if (service.nodes().isEmpty()) {
			throw new IllegalArgumentException("register " + service.name() + ": at least one node is needed");
		}
		Services services = joined("register " + service.name());
		await("register " + service.name(), services, () -> {
			services.register(service, ttl);
			return true;
		});
	}

	@Override
	public void deregister(Service service) {
		Services services = open();
		await("deregister " + service.name(), services, () -> {
			services.deregister(service);
			return true;
		});
	}

	@Override
	public List<Service> get(String name) {
		return joined("look up " + name).table().get(name);
	}

	@Override
	public List<Service> list() {
		return joined("list services").table().list();
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		Services services = joined("watch " + (name.isEmpty() ? "all services" : name));
		return await("watch " + name, services, () -> this.watches.add(name, listener, services.table()));
	}

	@Override
	public HealthReport health() {
		Services services = this.services;
		if (services == null || this.closed) {
			return HealthReport.up(this.closed ? "closed" : "not needed yet").with(details(null));
		}
		Cluster cluster = services.cluster();
		Map<String, String> details = details(cluster);
		if (!cluster.isJoined()) {
			return HealthReport.down(notJoined(cluster)).with(details);
		}
		if (cluster.others() == 0 && !this.options.seeds().isEmpty()) {
			return HealthReport.degraded("no other member is there; seeds are tried: " + this.options.seeds())
				.with(details);
		}
		return HealthReport.up("member of a cluster of " + (cluster.others() + 1)).with(details);
	}

	private Map<String, String> details(@Nullable Cluster cluster) {
		Map<String, String> details = new TreeMap<>();
		details.put("seeds", this.options.seeds());
		details.put("encrypted", String.valueOf(!this.options.secret().isEmpty()));
		if (cluster != null) {
			details.put("member", cluster.name());
			details.put("address", HostPort.text(cluster.address()));
			details.put("members", String.valueOf(cluster.others() + 1));
		}
		return details;
	}

	/**
	 * Where other members reach this one, to be a seed of theirs. Opens the sockets.
	 * @return {@code host:port}
	 * @throws RegistryException when it cannot listen
	 */
	public String address() {
		return HostPort.text(cluster().address());
	}

	@Override
	public void close() {
		this.lock.lock();
		try {
			if (this.closed) {
				return;
			}
			this.closed = true;
			if (this.rejoining != null) {
				this.rejoining.cancel();
			}
			this.watches.close();
			Services services = this.services;
			if (services != null) {
				leave(services);
				services.cluster().sockets().close();
			}
		}
		finally {
			this.lock.unlock();
		}
		this.executor.shutdown();
	}

	private void leave(Services services) {
		try {
			services.leave().get(this.options.timing().gossip().toMillis() + 1000, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			log.debug("Gossip could not say goodbye: {}", String.valueOf(ex.getMessage()));
		}
	}

	/** The member; opens the sockets. */
	Cluster cluster() {
		return open().cluster();
	}

	/** The services, once a member of the cluster. */
	private Services joined(String what) {
		Services services = open();
		if (!services.cluster().isJoined()) {
			throw new RegistryException(
					"registry gossip cannot " + what + ": " + notJoined(services.cluster()) + "; it goes on trying",
					null);
		}
		return services;
	}

	private String notJoined(Cluster cluster) {
		return "no seed of " + this.options.seeds() + " could be joined from " + HostPort.text(cluster.address()) + ": "
				+ cluster.trouble();
	}

	private Services open() {
		Services opened = this.services;
		if (opened != null && !this.closed) {
			return opened;
		}
		this.lock.lock();
		try {
			if (this.closed) {
				throw new RegistryException("registry gossip is closed", null);
			}
			Services services = this.services;
			if (services == null) {
				services = new Services(memberName(), this.options, this.watches::tell);
				services.cluster().start();
				log.info("Gossip member {} at {}, {}, {}", services.cluster().name(),
						HostPort.text(services.cluster().address()),
						this.options.seeds().isBlank() ? "the first of its cluster: no seeds are set"
								: "seeds " + this.options.seeds(),
						this.options.secret().isEmpty() ? "not encrypted" : "encrypted");
				join(services.cluster());
				this.rejoining = Threads.every(shorter(RETRY, this.options.timing().rejoin()), this.executor,
						this::rejoin);
				// Seen by others, who take no lock, when it is ready.
				this.services = services;
			}
			return services;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void rejoin() {
		Services services = this.services;
		if (services == null || this.closed) {
			return;
		}
		boolean due = System.nanoTime() - this.joinedLast >= this.options.timing().rejoin().toNanos();
		if (due || !services.cluster().isJoined()) {
			join(services.cluster());
		}
	}

	private void join(Cluster cluster) {
		boolean before = cluster.isJoined();
		try {
			cluster.join().get(2 * this.options.timeout().toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			log.debug("Gossip could not join: {}", String.valueOf(ex.getMessage()));
		}
		this.joinedLast = System.nanoTime();
		if (!cluster.isJoined() && !this.complained) {
			this.complained = true;
			log.warn("Gossip goes on trying: {}", notJoined(cluster));
		}
		else if (cluster.isJoined() && !before && !this.options.seeds().isBlank()) {
			log.info("Gossip has joined a cluster of {} members", cluster.others() + 1);
		}
	}

	private <T> T await(String what, Services services, Supplier<T> task) {
		try {
			return services.cluster().sockets().submit(task).get(BUSY.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RegistryException("interrupted while registry gossip was to " + what, ex);
		}
		catch (ExecutionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			throw new RegistryException("registry gossip cannot " + what + ": " + cause.getMessage(), cause);
		}
		catch (TimeoutException ex) {
			throw new RegistryException("registry gossip could not " + what + " within " + BUSY, ex);
		}
	}

	/** As go-micro calls its members. */
	private static String memberName() {
		String host;
		try {
			host = InetAddress.getLocalHost().getHostName();
		}
		catch (UnknownHostException ex) {
			host = "unknown";
		}
		return "micro-" + host.substring(0, Math.min(MAX_HOST, host.length())) + "-" + UUID.randomUUID();
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

	@Override
	public String toString() {
		return "gossip" + (this.options.seeds().isBlank() ? "" : " with "
				+ String.join(", ", HostPort.all(this.options.seeds()).stream().map(HostPort::toString).toList()));
	}

}
