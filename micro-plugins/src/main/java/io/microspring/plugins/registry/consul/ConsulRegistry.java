package io.microspring.plugins.registry.consul;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.microspring.concurrent.Mailbox;
import io.microspring.health.HealthReport;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.consul.ConsulClient.QueryParams;
import org.springframework.cloud.consul.model.http.health.Check;
import org.springframework.cloud.consul.model.http.health.HealthService;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClientResponseException;

/**
 * Services in Consul, as go-micro writes and reads them in all its generations (protocol
 * reference §7.3): a node is a service of the local agent with a TTL check, what Consul
 * has no field for stands in tags, nodes with a critical check are left out, and watching
 * is a blocking query.
 * <p>
 * Thread-safe. Needs {@code org.springframework.cloud:spring-cloud-consul-discovery}, of
 * which it uses the client and nothing else. go-micro: {@code registry/consul}.
 */
public final class ConsulRegistry implements Registry {

	private final ConsulOptions options;

	private final @Nullable String datacenter;

	private final ConsulAgents agents;

	private final ConsulRegistrations registrations;

	private final Set<ConsulWatch> watches = ConcurrentHashMap.newKeySet();

	/** Whether Consul ever showed us anything. */
	private volatile boolean seen;

	private volatile boolean closed;

	/**
	 * A registry; nothing is asked of Consul yet.
	 * @param options where the agents are and how to ask them
	 */
	public ConsulRegistry(ConsulOptions options) {
		this.options = options;
		this.datacenter = options.datacenter().isEmpty() ? null : options.datacenter();
		this.agents = new ConsulAgents(options);
		this.registrations = new ConsulRegistrations(this.agents,
				new ConsulChecks(options.check(), options.deregisterCriticalAfter()));
	}

	@Override
	public String name() {
		return "consul";
	}

	@Override
	public void register(Service service, Duration ttl) {
		if (service.nodes().isEmpty()) {
			throw new IllegalArgumentException("register " + service.name() + ": at least one node is needed");
		}
		for (Node node : service.nodes()) {
			this.registrations.register(service.withNodes(List.of(node)), node, ttl);
		}
	}

	@Override
	public void deregister(Service service) {
		service.nodes().forEach((node) -> this.registrations.deregister(node.id()));
	}

	@Override
	public List<Service> get(String name) {
		String what = "look up " + name;
		QueryParams params = new QueryParams(this.datacenter);
		ResponseEntity<List<HealthService>> answer = this.agents.ask(what,
				(client) -> client.getHealthServices(name, false, null, null, params));
		List<HealthService> found = answer.getBody();
		if (found == null || found.isEmpty()) {
			requireSight(what, answer);
			return List.of();
		}
		this.seen = true;
		return services(name, found);
	}

	@Override
	public List<Service> list() {
		String what = "list services";
		ResponseEntity<Map<String, List<String>>> answer = names(what);
		Map<String, List<String>> found = answer.getBody();
		if (found == null || found.isEmpty()) {
			requireSight(what, answer);
			return List.of();
		}
		this.seen = true;
		List<Service> services = new ArrayList<>();
		found.forEach((name, tags) -> {
			List<String> versions = ConsulTags.versions(tags);
			(versions.isEmpty() ? List.of("") : versions).forEach((version) -> services.add(Service.of(name, version)));
		});
		return services;
	}

	private ResponseEntity<Map<String, List<String>>> names(String what) {
		QueryParams params = new QueryParams(this.datacenter);
		return this.agents.ask(what, (client) -> client.getCatalogServices(null, params));
	}

	/**
	 * Sees that nothing was found because nothing is there: what the token may not read,
	 * Consul leaves out, and does not even say so to who has none.
	 */
	private void requireSight(String what, ResponseEntity<?> answer) {
		boolean hidden = ConsulAgents.isFiltered(answer);
		if (!hidden && !this.seen) {
			Map<String, List<String>> names = names(what).getBody();
			// Consul itself is a service that is always there.
			this.seen = names != null && !names.isEmpty();
			hidden = !this.seen && isKeyHidden(what);
		}
		if (hidden) {
			throw new RegistryException(this + " refused to " + what + ": " + this.agents.lackOfRights(), null);
		}
	}

	/** Whether a key that nobody has is denied, rather than not found. */
	private boolean isKeyHidden(String what) {
		try {
			this.agents.ask(what, (client) -> client.getKVValue("micro", null));
			return false;
		}
		catch (RegistryException ex) {
			return ex.getCause() instanceof RestClientResponseException refusal
					&& refusal.getStatusCode().value() == 403;
		}
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		if (this.closed) {
			throw new RegistryException("registry consul is closed", null);
		}
		Mailbox<Change> changes = new Mailbox<>("A listener of registry consul", Integer.MAX_VALUE,
				this.agents.executor(), listener);
		ConsulWatch watch = new ConsulWatch(this, name, changes, this.watches::remove);
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
			String leader = this.agents.ask("name its leader", (client) -> client.getStatusLeader()).getBody();
			// A JSON string: without a leader it is empty between its quotes.
			return (leader != null && leader.length() > 2)
					? HealthReport.up("consul at " + this.agents.address() + " has a leader").with(details)
					: HealthReport.down("consul at " + this.agents.address() + " has no leader").with(details);
		}
		catch (RegistryException ex) {
			return HealthReport.down(String.valueOf(ex.getMessage())).with(details);
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.watches.forEach(ConsulWatch::close);
		this.agents.close();
	}

	@Override
	public String toString() {
		return this.agents.toString();
	}

	/** Asks for the nodes of a service whenever they change. */
	BlockingQuery<?> watchService(String name, Consumer<List<Service>> reader) {
		return new BlockingQuery<>("watch " + name,
				(index) -> this.agents.await("watch " + name,
						(client) -> client.getHealthServices(name, false, null, null,
								blocking(this.options.waitTime(), index))),
				(List<HealthService> answer) -> reader.accept(services(name, answer)), this.agents.outage());
	}

	/** The nodes of a service, as the question above would first answer. */
	List<Service> look(String name) {
		QueryParams params = new QueryParams(this.datacenter);
		List<HealthService> answer = this.agents
			.await("watch " + name, (client) -> client.getHealthServices(name, false, null, null, params))
			.getBody();
		return (answer == null) ? List.of() : services(name, answer);
	}

	/**
	 * Asks for the names of all services whenever they change.
	 * @param waitTime how long the question is held back, given what the options say
	 * @param reader is given the names
	 */
	BlockingQuery<?> watchNames(UnaryOperator<Duration> waitTime, Consumer<Set<String>> reader) {
		return new BlockingQuery<>("watch all services", (index) -> this.agents.await("watch all services",
				(client) -> client.getCatalogServices(null, blocking(waitTime.apply(this.options.waitTime()), index))),
				(Map<String, List<String>> answer) -> reader.accept(answer.keySet()), this.agents.outage());
	}

	private QueryParams blocking(Duration waitTime, long index) {
		return new QueryParams(this.datacenter, waitTime.toSeconds(), index);
	}

	/** One entry per version that has living nodes. */
	private static List<Service> services(String name, List<HealthService> answer) {
		List<Service> services = new ArrayList<>();
		for (HealthService entry : answer) {
			HealthService.Service service = entry.getService();
			if (entry.getChecks().stream().anyMatch((check) -> check.getStatus() == Check.CheckStatus.CRITICAL)) {
				continue;
			}
			List<String> tags = (service.getTags() != null) ? service.getTags() : List.of();
			String version = ConsulTags.versions(tags).stream().findFirst().orElse("");
			Node node = new Node(service.getId(), address(entry), ConsulTags.nodeMetadata(tags));
			services.add(new Service(name, version, ConsulTags.serviceMetadata(tags), ConsulTags.endpoints(tags),
					List.of(node)));
		}
		return Service.byVersion(services);
	}

	private static String address(HealthService entry) {
		String host = entry.getService().getAddress();
		if (host == null || host.isEmpty()) {
			host = entry.getNode().getAddress();
		}
		Integer port = entry.getService().getPort();
		if (port == null || port == 0) {
			return host;
		}
		return (host.indexOf(':') < 0) ? host + ":" + port : "[" + host + "]:" + port;
	}

}
