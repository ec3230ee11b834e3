package io.microspring.plugins.registry.zookeeper;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Mailbox;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import org.apache.curator.framework.state.ConnectionState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Services in ZooKeeper, at the paths and with the data of go-micro (protocol reference
 * §7.5). Other than go-micro's, a node is ephemeral unless the options say otherwise: it
 * lives no longer than the session of the process that registered it. A session that is
 * over is followed by a new one, in which everything is registered again.
 * <p>
 * Thread-safe. Needs {@code org.apache.curator:curator-framework}, and ZooKeeper 3.6 or
 * newer for watching. go-micro: {@code plugins/registry/zookeeper}.
 */
public final class ZooKeeperRegistry implements Registry {

	private static final Logger log = LoggerFactory.getLogger(ZooKeeperRegistry.class);

	private final ZooKeeperOptions options;

	private final ZNodes zNodes;

	private final ZooKeeperSession session;

	/** What was registered, and what is not taken back yet, by path. */
	private final Map<String, Registration> registrations = new ConcurrentHashMap<>();

	private final ZooKeeperWatches watches = new ZooKeeperWatches();

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-registry-zookeeper");

	/**
	 * A registry; nothing is asked of ZooKeeper yet.
	 * @param options where the servers are and how to talk to them
	 * @throws IllegalArgumentException when the namespace is no path
	 */
	public ZooKeeperRegistry(ZooKeeperOptions options) {
		this.options = options;
		this.zNodes = ZNodes.in(options.namespace());
		this.session = new ZooKeeperSession(options, this.zNodes, this.executor, () -> execute(this::restore));
	}

	@Override
	public String name() {
		return "zookeeper";
	}

	/**
	 * Announces the nodes of a service, or sees that they still are. An ephemeral node
	 * that is not renewed within its time to live is taken back by this process, and goes
	 * with its session at the latest; a persistent one stays until it is deregistered.
	 * @throws IllegalArgumentException when ZooKeeper can have no path of that name, or
	 * the description is too large for it
	 */
	@Override
	public void register(Service service, Duration ttl) {
		if (service.nodes().isEmpty()) {
			throw new IllegalArgumentException("register " + service.name() + ": at least one node is needed");
		}
		for (Node node : service.nodes()) {
			String path = this.zNodes.path(service.name(), node.id());
			byte[] data = RegistryJson.write(service.withNodes(List.of(node))).getBytes(StandardCharsets.UTF_8);
			if (data.length > this.session.capacity()) {
				throw new IllegalArgumentException("register " + node.id() + ": its description takes " + data.length
						+ " bytes, and ZooKeeper takes " + this.session.capacity() + " (jute.maxbuffer)");
			}
			Duration life = this.options.ephemeral() ? ttl : Duration.ZERO;
			Registration registration = this.registrations.compute(path, (key, known) -> {
				Registration wanted = (known != null) ? known : new Registration(key, this.options.ephemeral());
				wanted.want(data, life, (ended) -> expire(node.id(), wanted, ended));
				return wanted;
			});
			settle("register " + node.id(), registration);
		}
	}

	/**
	 * Takes nodes back. When that fails, those of this process go as soon as the
	 * connection is there again. What the session of another process holds, a successor
	 * of the same id, say, stays.
	 */
	@Override
	public void deregister(Service service) {
		for (Node node : service.nodes()) {
			String what = "deregister " + node.id();
			String path = this.zNodes.path(service.name(), node.id());
			Registration known = this.registrations.get(path);
			if (known != null) {
				known.unwant();
				settle(what, known);
			}
			else {
				this.session.write(what, (client) -> Registration.removeForgotten(client, path));
			}
		}
	}

	@Override
	public List<Service> get(String name) {
		String path;
		try {
			path = this.zNodes.path(name);
		}
		catch (IllegalArgumentException ex) {
			log.debug("Nothing can be registered as '{}'", name, ex);
			return List.of();
		}
		return Service.byVersion(this.session.ask("look up " + name, (zooKeeper) -> ZNodes.services(zooKeeper, path))
			.stream()
			// go-micro writes a slash in a name as a dash.
			.filter((service) -> service.name().equals(name))
			.toList());
	}

	@Override
	public List<Service> list() {
		return Service.byVersion(this.session.ask("list services", this.zNodes::list));
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		Mailbox<Change> changes = new Mailbox<>("A listener of registry zookeeper", Integer.MAX_VALUE, this.executor,
				listener);
		ZooKeeperWatch watch = new ZooKeeperWatch(this.zNodes, name, changes, this.watches);
		try {
			this.session.ask("watch " + (name.isEmpty() ? "all services" : name),
					(zooKeeper) -> this.watches.begin(watch, zooKeeper));
			return watch;
		}
		catch (RegistryException ex) {
			watch.close();
			throw ex;
		}
	}

	@Override
	public HealthReport health() {
		Map<String, String> details = Map.of("address", this.options.address());
		try {
			this.session.check();
			return HealthReport.up(this + " is connected").with(details);
		}
		catch (RegistryException ex) {
			return HealthReport.down(String.valueOf(ex.getMessage())).with(details);
		}
	}

	/**
	 * Frees what the registry holds. The session ends, and with it what is ephemeral.
	 */
	@Override
	public void close() {
		this.watches.all().forEach(ZooKeeperWatch::close);
		this.registrations.values().forEach(Registration::forget);
		this.session.close();
		this.executor.shutdown();
	}

	@Override
	public String toString() {
		return this.session.toString();
	}

	/** How the connection is, null before there was one. */
	@Nullable ConnectionState connection() {
		return this.session.state();
	}

	/** Called by the timer. */
	private void expire(String id, Registration registration, Registration.Wish ended) {
		if (!registration.end(ended)) {
			return;
		}
		log.warn("{} was not renewed in time: it is taken back", id);
		execute(() -> {
			try {
				settle("take back " + id, registration);
			}
			catch (RegistryException ex) {
				log.debug("{} will be taken back when the connection is there", id, ex);
			}
		});
	}

	/** Brings about what was said of a path last. */
	private void settle(String what, Registration registration) {
		this.session.write(what, registration::settle);
		this.registrations.computeIfPresent(registration.path(), (key, present) -> present.isOver() ? null : present);
	}

	/** Runs what nobody else would see to: when there is no room now, a little later. */
	private void execute(Runnable task) {
		Threads.executeWhenFree(this.executor, task);
	}

	/** After the connection was lost, and the session perhaps. */
	private void restore() {
		boolean told = false;
		try {
			this.session.write("go on", (client) -> this.watches.resume(client.getZookeeperClient().getZooKeeper()));
			for (Registration registration : this.registrations.values()) {
				try {
					settle("restore " + registration.path(), registration);
				}
				catch (RegistryException ex) {
					if (!ZooKeeperSession.isRefusal(ex)) {
						throw ex;
					}
					if (!told) {
						log.warn("Not everything that is registered could be restored: {}", ex.getMessage());
					}
					told = true;
				}
			}
		}
		catch (RegistryException ex) {
			log.debug("The connection is lost again: when it is back, this is done anew", ex);
		}
	}

}
