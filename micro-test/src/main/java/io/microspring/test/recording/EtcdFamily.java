package io.microspring.test.recording;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * Registrations in etcd, which is a real one. As server, a registry of ours registers,
 * renews and takes back what the Go program registered: what then stands in etcd is
 * compared with what was recorded. As client, a registry of ours looks for what was
 * recorded, put there key by key.
 * <p>
 * The registry and etcd come from outside, because this module has neither.
 */
public final class EtcdFamily implements Family {

	/** What the Go programs registered with: the default of their flag. */
	private static final Duration TTL = Duration.ofSeconds(60);

	/** How long a watcher may take; on a busy machine it takes its time. */
	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final Function<String, Registry> registries;

	private final Store store;

	/**
	 * The family.
	 * @param registries makes a registry that asks etcd at an address, {@code host:port}
	 * @param store the etcd that is there, and used by nobody else
	 */
	public EtcdFamily(Function<String, Registry> registries, Store store) {
		this.registries = registries;
		this.store = store;
	}

	@Override
	public String name() {
		return "etcd";
	}

	@Override
	public boolean needsTarget() {
		return false;
	}

	@Override
	public Finding asServer(Recording recording, String target) {
		Map<String, JsonNode> recorded = keys(recording);
		List<String> differences = new ArrayList<>();
		this.store.clear();
		try (Registry registry = this.registries.apply(this.store.address())) {
			for (JsonNode value : recorded.values()) {
				service(value).forEach((service) -> registry.register(service, TTL));
				service(value).forEach((service) -> registry.register(service, TTL));
			}
			Map<String, JsonNode> ours = new LinkedHashMap<>();
			this.store.keys().forEach((key, value) -> ours.put(key, RegistryJson.JSON.readTree(value)));
			compare("keys", recorded.keySet(), ours.keySet(), differences);
			recorded.forEach((key, value) -> compare(key, value, ours.get(key), differences));
			ours.keySet().forEach((key) -> compare("lease of " + key, TTL, this.store.leaseOf(key), differences));
			recorded.values().forEach((value) -> service(value).forEach(registry::deregister));
			compare("keys after the end", recording.json().path("keys_after_sigterm").size(), this.store.keys().size(),
					differences);
		}
		return Finding.of(differences);
	}

	@Override
	public Finding asClient(Recording recording, Caller caller) {
		List<String> differences = new ArrayList<>();
		Map<String, List<Service>> recorded = new TreeMap<>();
		this.store.clear();
		keys(recording).forEach((key, value) -> {
			this.store.put(key, value.toString());
			service(value).forEach(
					(service) -> recorded.computeIfAbsent(service.name(), (name) -> new ArrayList<>()).add(service));
		});
		try (Registry registry = this.registries.apply(this.store.address())) {
			recorded.forEach((name, nodes) -> {
				List<Service> versions = List.of();
				for (Service node : nodes) {
					versions = Service.merge(versions, node);
				}
				List<Service> found = registry.get(name);
				compare("look-up of " + name, versions, found, differences);
				if (!found.isEmpty()) {
					hears(registry, name, nodes, differences);
				}
			});
			compare("names", List.copyOf(recorded.keySet()),
					registry.list().stream().map(Service::name).sorted().toList(), differences);
		}
		return Finding.of(differences);
	}

	private static void hears(Registry registry, String name, List<Service> nodes, List<String> differences) {
		BlockingQueue<Change> changes = new LinkedBlockingQueue<>();
		try (Registry.Watcher watcher = registry.watch(name, changes::add)) {
			for (Service service : nodes) {
				compare("what the watcher of " + name + " heard", new Change(Change.Action.CREATE, service),
						changes.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS), differences);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			differences.add("interrupted");
		}
	}

	private static void compare(String what, Object go, @Nullable Object ours, List<String> differences) {
		if (!go.equals(ours)) {
			differences.add(what + " is " + ours + " for " + go);
		}
	}

	private static List<Service> service(JsonNode value) {
		ArrayNode one = RegistryJson.JSON.createArrayNode();
		one.add(value);
		return GoServices.read(one);
	}

	private static Map<String, JsonNode> keys(Recording recording) {
		Map<String, JsonNode> keys = new LinkedHashMap<>();
		for (JsonNode entry : recording.json().path("keys")) {
			keys.put(entry.path("key").stringValue(),
					RegistryJson.JSON.readTree(entry.path("value_text").stringValue()));
		}
		return keys;
	}

	/** An etcd, as one sees it from outside. */
	public interface Store {

		/**
		 * Where it is.
		 * @return {@code host:port}
		 */
		String address();

		/**
		 * What stands there.
		 * @return the keys and their values
		 */
		Map<String, String> keys();

		/**
		 * How long a key was promised to live.
		 * @param key the key
		 * @return the time that its lease was granted for, zero without a lease
		 */
		Duration leaseOf(String key);

		/**
		 * Puts a value there.
		 * @param key the key
		 * @param value the value
		 */
		void put(String key, String value);

		/** Removes everything. */
		void clear();

	}

}
