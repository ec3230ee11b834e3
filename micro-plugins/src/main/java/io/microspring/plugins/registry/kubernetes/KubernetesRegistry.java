package io.microspring.plugins.registry.kubernetes;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Mailbox;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.plugins.registry.kubernetes.KubernetesOptions.Lookup;
import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.microspring.registry.WatchOutage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Services in Kubernetes, in one of two ways. On their pods, as go-micro writes and reads
 * them (protocol reference §7.6): each process writes its services on the pod that it
 * runs in, as labels and annotations. Or read-only, behind the cluster's own Services, by
 * their EndpointSlices.
 * <p>
 * There is no time to live: a node is there as long as its pod runs, is not being deleted
 * and does not say that it is not ready, which is the kubelet's to find out. So a renewal
 * writes nothing that is there already.
 * <p>
 * Thread-safe. Needs {@code io.fabric8:kubernetes-client}. go-micro:
 * {@code registry/kubernetes}.
 */
public final class KubernetesRegistry implements Registry {

	private static final Logger log = LoggerFactory.getLogger(KubernetesRegistry.class);

	private final KubernetesApi api;

	private final OwnPod pod;

	private final Source<?> source;

	private final boolean readOnly;

	private final ExecutorService executor;

	/** How long a watch is believed at the most. */
	private final Duration resync;

	private final Set<KubernetesWatch> watches = ConcurrentHashMap.newKeySet();

	/** Whether it was said that registering does nothing. */
	private final AtomicBoolean readOnlySaid = new AtomicBoolean();

	private final WatchOutage outage = new WatchOutage(log, this::toString);

	private volatile boolean closed;

	/**
	 * A registry; nothing is asked of Kubernetes yet.
	 * @param options where its API server is and how to ask it
	 * @throws IllegalArgumentException when a file cannot be read
	 */
	public KubernetesRegistry(KubernetesOptions options) {
		this(options, Duration.ofMinutes(10));
	}

	KubernetesRegistry(KubernetesOptions options, Duration resync) {
		this.resync = resync;
		this.api = new KubernetesApi(options);
		this.readOnly = options.lookup() == Lookup.ENDPOINT_SLICES;
		this.source = this.readOnly ? Source.endpointSlices(this.api, options.port())
				: Source.pods(this.api, options.readyOnly());
		this.pod = new OwnPod(this.api,
				options.pod().isEmpty() ? Objects.requireNonNullElse(System.getenv("HOSTNAME"), "") : options.pod());
		this.executor = Threads.executor(ExecutorMode.AUTO, "micro-registry-kubernetes");
	}

	@Override
	public String name() {
		return "kubernetes";
	}

	/**
	 * Writes the nodes on the own pod, where they stay as long as the pod runs.
	 * @param service the service with at least one node
	 * @param ttl is of no importance
	 */
	@Override
	public void register(Service service, Duration ttl) {
		if (service.nodes().isEmpty()) {
			throw new IllegalArgumentException("register " + service.name() + ": at least one node is needed");
		}
		if (!this.readOnly) {
			this.pod.add(service);
		}
		else if (this.readOnlySaid.compareAndSet(false, true)) {
			log.info("Registering {} is left to the cluster: it is found when a Service called {} selects its pod",
					service.name(), EndpointSlices.serviceName(service.name()));
		}
	}

	@Override
	public void deregister(Service service) {
		if (!this.readOnly) {
			this.pod.remove(service);
		}
	}

	@Override
	public List<Service> get(String name) {
		return services("look up " + name, name);
	}

	@Override
	public List<Service> list() {
		return services("list services", "");
	}

	private List<Service> services(String what, String name) {
		return Service
			.byVersion(this.source.list(what, name).entries().stream().flatMap((e) -> e.services().stream()).toList());
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		if (this.closed) {
			throw new RegistryException("registry kubernetes is closed", null);
		}
		Mailbox<Change> changes = new Mailbox<>("A listener of registry kubernetes", Integer.MAX_VALUE, this.executor,
				listener);
		try {
			KubernetesWatch watch = new KubernetesWatch(this, this.source, name, changes, this.watches::remove);
			this.watches.add(watch);
			if (this.closed) {
				watch.close();
			}
			return watch;
		}
		catch (RuntimeException ex) {
			changes.close();
			throw ex;
		}
	}

	@Override
	public HealthReport health() {
		Map<String, String> details = Map.of("address", this.api.address(), "namespace", this.api.namespace(),
				"registration",
				this.readOnly ? "none: the cluster knows what its Services select" : this.pod.toString());
		try {
			this.source.ping();
			return HealthReport.up(this + " answers").with(details);
		}
		catch (RegistryException ex) {
			return HealthReport.down(String.valueOf(ex.getMessage())).with(details);
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.watches.forEach(KubernetesWatch::close);
		this.api.close();
		this.executor.shutdown();
	}

	@Override
	public String toString() {
		return this.api.toString();
	}

	Duration resync() {
		return this.resync;
	}

	/** Runs what may block, later when all threads are busy. */
	void execute(Runnable task) {
		Threads.executeWhenFree(this.executor, task);
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

}
