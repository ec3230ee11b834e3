package io.microspring.plugins.registry.consul;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Pattern;

import io.microspring.plugins.registry.consul.ConsulAgents.Agent;
import io.microspring.registry.Node;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.consul.ConsulClient;
import org.springframework.cloud.consul.model.http.agent.NewService;
import org.springframework.web.client.RestClientResponseException;

/**
 * The nodes that are registered, and with which agent: the agent that took one keeps it
 * and looks after it. When another agent has to be asked instead, it takes the nodes, and
 * the former one is told to forget them as soon as it can be reached. Thread-safe.
 */
final class ConsulRegistrations {

	private static final Logger log = LoggerFactory.getLogger(ConsulRegistry.class);

	private static final Pattern PORT = Pattern.compile("(.*):(\\d{1,5})");

	/** What Consul accepts as a key and a value of metadata, and how many. */
	private static final Pattern META_KEY = Pattern.compile("[A-Za-z0-9_-]{1,128}");

	private static final int LONGEST_META_VALUE = 512;

	private static final int MOST_META = 64;

	private final ConsulAgents agents;

	private final ConsulChecks checks;

	/** By node id, so that a renewal is no more than a pass. */
	private final Map<String, Registration> registrations = new ConcurrentHashMap<>();

	/** Which agent has it, by node id. */
	private final Map<String, Agent> holders = new ConcurrentHashMap<>();

	/** What stands where it should not any more. */
	private final Set<Remnant> remnants = ConcurrentHashMap.newKeySet();

	/**
	 * None yet.
	 * @param agents the agents that may be asked
	 * @param checks how they know that a node lives
	 */
	ConsulRegistrations(ConsulAgents agents, ConsulChecks checks) {
		this.agents = agents;
		this.checks = checks;
	}

	/**
	 * Registers a node, or says that it lives where that is enough.
	 * @param service its service
	 * @param node the node
	 * @param ttl how long it lives
	 * @throws RegistryException when Consul cannot be reached or refuses
	 */
	void register(Service service, Node node, Duration ttl) {
		Registration registration = new Registration(service, ttl);
		Optional<Agent> renewed = registration.equals(this.registrations.get(node.id())) ? renew(node, ttl)
				: Optional.empty();
		Agent agent = renewed.orElseGet(() -> announce(registration, node));
		Agent former = this.holders.put(node.id(), agent);
		this.remnants.remove(new Remnant(node.id(), agent));
		if (former != null && former != agent) {
			this.remnants.add(new Remnant(node.id(), former));
		}
		this.remnants.forEach(this::removeAside);
	}

	/** Whether the agent in use still knows the node, and now that it lives. */
	private Optional<Agent> renew(Node node, Duration ttl) {
		if (!this.checks.byTimeToLive()) {
			return this.agents.with("renew " + node.id(), (agent) -> {
				var known = agent.prompt().getAgentServices().getBody();
				return (known != null && known.containsKey(node.id())) ? Optional.of(agent) : Optional.empty();
			});
		}
		return ttl.isZero() ? Optional.empty() : pass(node);
	}

	private Optional<Agent> pass(Node node) {
		try {
			return Optional.of(this.agents.with("renew " + node.id(), (agent) -> {
				agent.prompt().agentCheckPass("service:" + node.id(), null, null);
				return agent;
			}));
		}
		catch (RegistryException ex) {
			if (ex.getCause() instanceof RestClientResponseException) {
				// Consul was restarted, or its operator took the node out.
				return Optional.empty();
			}
			throw ex;
		}
	}

	private Agent announce(Registration registration, Node node) {
		this.registrations.remove(node.id());
		NewService service = new NewService();
		service.setId(node.id());
		service.setName(registration.service.name());
		var hostAndPort = PORT.matcher(node.address());
		if (hostAndPort.matches()) {
			service.setAddress(hostAndPort.group(1).replaceAll("^\\[(.*)]$", "$1"));
			service.setPort(Integer.valueOf(hostAndPort.group(2)));
		}
		else {
			service.setAddress(node.address());
		}
		service.setTags(ConsulTags.write(registration.service, node));
		service.setMeta(meta(node.metadata()));
		NewService.Check check = this.checks.of(service, registration.ttl);
		service.setCheck(check);
		Agent agent = this.agents.with("register " + node.id(), (asked) -> {
			asked.prompt().agentServiceRegister(null, service);
			return asked;
		});
		if (check != null && this.checks.byTimeToLive() && pass(node).isEmpty()) {
			throw new RegistryException(this.agents + " does not know the check of " + node.id() + ", just registered",
					null);
		}
		this.registrations.put(node.id(), registration);
		return agent;
	}

	/** Beside the tags, for people and programs that know Consul but not go-micro. */
	private static Map<String, String> meta(Map<String, String> metadata) {
		Map<String, String> meta = new LinkedHashMap<>();
		metadata.forEach((name, value) -> {
			if (meta.size() < MOST_META && META_KEY.matcher(name).matches() && value.length() <= LONGEST_META_VALUE) {
				meta.put(name, value);
			}
		});
		return meta;
	}

	/**
	 * Takes a node back, from whichever agents have it.
	 * @param id the node's id
	 * @throws RegistryException when Consul cannot be reached or refuses
	 */
	void deregister(String id) {
		this.registrations.remove(id);
		Agent holder = this.holders.remove(id);
		if (holder != null) {
			this.remnants.add(new Remnant(id, holder));
		}
		Agent told = this.agents.with(deregistering(id), (agent) -> {
			deregister(id, agent.prompt());
			return agent;
		});
		this.remnants.remove(new Remnant(id, told));
		this.remnants.stream().filter((remnant) -> remnant.id.equals(id)).forEach(this::remove);
	}

	private static void deregister(String id, ConsulClient client) {
		try {
			client.agentServiceDeregister(id, null);
		}
		catch (RestClientResponseException ex) {
			boolean unknown = ex.getStatusCode().value() == 404 || ex.getResponseBodyAsString().startsWith("Unknown");
			if (!unknown) {
				throw ex;
			}
		}
	}

	private void removeAside(Remnant remnant) {
		try {
			this.agents.executor().execute(() -> remove(remnant));
		}
		catch (RejectedExecutionException ex) {
			log.debug("{} was closed before {} was taken from a former agent", this.agents, remnant.id);
		}
	}

	private void remove(Remnant remnant) {
		try {
			this.agents.with(remnant.agent, deregistering(remnant.id), (client) -> deregister(remnant.id, client));
			this.remnants.remove(remnant);
			log.info("consul at {} does not have {} any more, which is registered elsewhere or not at all",
					remnant.agent.address(), remnant.id);
		}
		catch (RegistryException ex) {
			log.debug("{} stays with a former agent for now", remnant.id, ex);
		}
	}

	private static String deregistering(String id) {
		return "deregister " + id;
	}

	/**
	 * A node that is registered.
	 *
	 * @param service its service with it alone
	 * @param ttl how long it lives
	 */
	private record Registration(Service service, Duration ttl) {

	}

	/**
	 * A node that an agent has and should not have.
	 *
	 * @param id the node's id
	 * @param agent the agent
	 */
	private record Remnant(String id, Agent agent) {

	}

}
