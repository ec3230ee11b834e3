package io.microspring.test.recording;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import io.microspring.test.recording.ConsulAgent.Request;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Registrations in Consul, whose agent is played. As server, a registry of ours
 * registers, renews and takes back what the Go program registered: what it sends to the
 * agent is compared with what was recorded. As client, a registry of ours asks an agent
 * that answers with the recorded registrations: what it finds is compared with what the
 * Go client found.
 * <p>
 * The registry comes from outside, because this module has none for Consul.
 */
public final class ConsulFamily implements Family {

	private static final String REGISTER = "PUT /v1/agent/service/register";

	private static final String HEALTH = "/v1/health/service/";

	private static final String CATALOGUE = "/v1/catalog/services";

	/** How long a watcher may take; on a busy machine it takes its time. */
	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final Function<String, Registry> registries;

	/**
	 * The family.
	 * @param registries makes a registry that asks the agent at an address,
	 * {@code host:port}
	 */
	public ConsulFamily(Function<String, Registry> registries) {
		this.registries = registries;
	}

	@Override
	public String name() {
		return "consul";
	}

	@Override
	public boolean needsTarget() {
		return false;
	}

	@Override
	public Finding asServer(Recording recording, String target) {
		List<Request> recorded = writes(recording);
		List<ConsulRegistration> registrations = registrations(recorded);
		if (registrations.isEmpty()) {
			return Finding.notPlayed("the Go program registered nothing");
		}
		List<String> differences = new ArrayList<>();
		for (ConsulRegistration registration : registrations) {
			try (ConsulAgent agent = new ConsulAgent(); Registry registry = this.registries.apply(agent.address())) {
				Duration ttl = Duration.parse("PT" + registration.ttl());
				registry.register(registration.service(), ttl);
				registry.register(registration.service(), ttl);
				registry.deregister(registration.service());
				compare(registration, recorded, agent.requests(), differences);
			}
		}
		return Finding.of(differences);
	}

	@Override
	public Finding asClient(Recording recording, Caller caller) {
		try (ConsulAgent agent = new ConsulAgent(); Registry registry = this.registries.apply(agent.address())) {
			return Finding.of(recording.json().has("health_reply_decoded") ? real(recording.json(), agent, registry)
					: played(registrations(writes(recording)), agent, registry));
		}
	}

	/** Each node is registered, then passed one or more times, then taken back. */
	private static void compare(ConsulRegistration registration, List<Request> recorded, List<Request> sent,
			List<String> differences) {
		List<String> expected = lines(recorded, registration);
		List<String> ours = lines(sent, registration);
		if (!ours.equals(expected)) {
			differences.add("sent " + ours + " for " + expected);
		}
		sent.stream()
			.filter((request) -> !lines(List.of(request), registration).isEmpty())
			.filter((request) -> request.line().equals(REGISTER))
			.forEach((request) -> differences
				.addAll(registration.differences(ConsulRegistration.of(RegistryJson.JSON.readTree(request.body())))));
		sent.stream()
			.filter((request) -> lines(List.of(request), registration).isEmpty())
			.forEach((request) -> differences.add(request.line() + " is not Go's"));
	}

	/** What is sent about a node, the same only once in a row. */
	private static List<String> lines(List<Request> requests, ConsulRegistration registration) {
		List<String> lines = new ArrayList<>();
		for (Request request : requests) {
			boolean about = request.line().equals(REGISTER)
					? RegistryJson.JSON.readTree(request.body()).path("ID").asString("").equals(registration.id())
					: request.path().endsWith("/" + registration.id())
							|| request.path().endsWith("/service:" + registration.id());
			if (about && (lines.isEmpty() || !lines.get(lines.size() - 1).equals(request.line()))) {
				lines.add(request.line());
			}
		}
		return lines;
	}

	/** The agent answers as a real one did. */
	private static List<String> real(JsonNode json, ConsulAgent agent, Registry registry) {
		List<String> differences = new ArrayList<>();
		agent.put(CATALOGUE, json.path("catalog_services").toString());
		for (JsonNode run : json.path("client_runs")) {
			JsonNode result = RegistryJson.JSON.readTree(run.path("result").asString("{}"));
			if (result.path("op").asString("").equals("get")) {
				List<Service> seen = GoServices.read(result.path("service"));
				agent.put(HEALTH + seen.get(0).name(), json.path("health_reply_decoded").toString());
				finds(registry, agent, seen.get(0).name(), seen, differences);
				agent.put(HEALTH + seen.get(0).name(), json.path("health_after_sigterm").toString());
				finds(registry, agent, seen.get(0).name(), List.of(), differences);
			}
			else if (result.path("op").asString("").equals("list")) {
				lists(registry, result.path("services").values().stream().map(JsonNode::stringValue).toList(),
						differences);
			}
		}
		return differences;
	}

	/** The agent answers with what was registered. */
	private static List<String> played(List<ConsulRegistration> registrations, ConsulAgent agent, Registry registry) {
		List<String> differences = new ArrayList<>();
		ObjectNode catalogue = RegistryJson.JSON.createObjectNode();
		registrations.forEach((registration) -> catalogue.withArray("/" + registration.name())
			.addAll((ArrayNode) registration.json().path("Tags")));
		agent.put(CATALOGUE, catalogue.toString());
		List<String> names = registrations.stream().map(ConsulRegistration::name).distinct().toList();
		lists(registry, names, differences);
		for (String name : names) {
			ArrayNode health = RegistryJson.JSON.createArrayNode();
			registrations.stream()
				.filter((registration) -> registration.name().equals(name))
				.forEach((registration) -> health.add(registration.health()));
			agent.put(HEALTH + name, health.toString());
			finds(registry, agent, name, services(registrations, name), differences);
		}
		names.forEach((name) -> hears(registry, name, services(registrations, name), differences));
		return differences;
	}

	private static List<Service> services(List<ConsulRegistration> registrations, String name) {
		List<Service> services = List.of();
		for (ConsulRegistration registration : registrations) {
			services = registration.name().equals(name) ? Service.merge(services, registration.service()) : services;
		}
		return services;
	}

	private static void finds(Registry registry, ConsulAgent agent, String name, List<Service> expected,
			List<String> differences) {
		int before = agent.requests().size();
		List<Service> found = registry.get(name);
		if (!found.equals(expected)) {
			differences.add("found " + found + " for " + expected);
		}
		List<Request> sent = agent.requests().subList(before, agent.requests().size());
		if (sent.size() != 1 || !sent.get(0).line().equals("GET " + HEALTH + name) || !sent.get(0).has("stale")) {
			differences.add("asked " + sent + " for GET " + HEALTH + name + "?stale=");
		}
	}

	private static void lists(Registry registry, List<String> expected, List<String> differences) {
		List<String> listed = registry.list().stream().map(Service::name).distinct().sorted().toList();
		if (!listed.equals(expected.stream().sorted().toList())) {
			differences.add("listed " + listed + " for " + expected);
		}
	}

	private static void hears(Registry registry, String name, List<Service> services, List<String> differences) {
		BlockingQueue<Change> changes = new LinkedBlockingQueue<>();
		try (Registry.Watcher watcher = registry.watch(name, changes::add)) {
			for (Service service : services) {
				Change change = changes.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
				Change expected = new Change(Change.Action.CREATE, service);
				if (!expected.equals(change)) {
					differences.add("the watcher heard " + change + " for " + expected);
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			differences.add("interrupted");
		}
	}

	private static List<ConsulRegistration> registrations(List<Request> writes) {
		return writes.stream()
			.filter((request) -> request.line().equals(REGISTER))
			.map((request) -> ConsulRegistration.of(RegistryJson.JSON.readTree(request.body())))
			.toList();
	}

	/**
	 * What the Go program changed in Consul. What it only asks, such as for the host
	 * before all else, is its own affair.
	 */
	private static List<Request> writes(Recording recording) {
		List<Request> requests = new ArrayList<>();
		for (String field : List.of("requests_of_server", "requests_at_shutdown")) {
			for (JsonNode request : recording.json().path(field)) {
				requests.add(Request.of(request.path("method").asString(""), request.path("path").asString(""),
						request.path("body").asString("")));
			}
		}
		if (!recording.connections().isEmpty()) {
			ByteArrayOutputStream bytes = new ByteArrayOutputStream();
			recording.connections()
				.get(0)
				.stream()
				.filter(Recording.Event::fromClient)
				.forEach((event) -> bytes.writeBytes(event.bytes()));
			for (HttpMessage message : HttpMessage.all(bytes.toByteArray())) {
				String[] line = message.startLine().split(" ");
				requests.add(Request.of(line[0], line[1], new String(message.body(), StandardCharsets.UTF_8)));
			}
		}
		return requests.stream().filter((request) -> request.method().equals("PUT")).toList();
	}

}
