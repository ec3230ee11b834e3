package io.microspring.registry.mdns;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;

/**
 * A look-up under way: of the nodes of one service, or of the services there are with
 * their versions. Used by the loop's thread only, except for the result.
 */
final class Lookup {

	private final String name;

	private final @Nullable String service;

	private final Map<Instance.Key, Instance> found = new LinkedHashMap<>();

	private final Room room = new Room();

	/** Of these the others know nothing better. */
	private final Set<Instance.Key> own = new HashSet<>();

	/** By service, whom to ask for its nodes. */
	private final Map<String, String> listed = new TreeMap<>();

	private final CompletableFuture<List<Service>> result = new CompletableFuture<>();

	/**
	 * A look-up.
	 * @param name whom to ask
	 * @param service the service; null: all there are
	 * @param own what is registered here
	 */
	Lookup(String name, @Nullable String service, List<Instance> own) {
		this.name = name;
		this.service = service;
		own.stream().filter(this::covers).forEach((instance) -> {
			this.own.add(instance.key());
			this.found.put(instance.key(), instance);
		});
	}

	/** Whom to ask. */
	String name() {
		return this.name;
	}

	boolean isOfAll() {
		return this.service == null;
	}

	CompletableFuture<List<Service>> result() {
		return this.result;
	}

	/** Another process has told of a node. */
	void heard(Instance instance) {
		if (!covers(instance) || this.own.contains(instance.key())) {
			return;
		}
		Instance former = this.found.get(instance.key());
		if (instance.ttl() == 0) {
			went(instance);
		}
		else if (this.room.swap(former, instance)) {
			this.found.put(instance.key(), instance);
		}
	}

	/** Another process has listed a service. */
	void listed(String listedService, String askFor) {
		if (this.listed.size() < Room.MAX_NODES) {
			this.listed.put(listedService, askFor);
		}
	}

	/** A node that was registered here is no longer. */
	void went(Instance instance) {
		boolean registered = this.own.remove(instance.key());
		Instance former = this.found.remove(instance.key());
		if (former != null && !registered) {
			this.room.free(former);
		}
	}

	/** Whom to ask once more, because nothing has come from there. */
	List<String> unanswered() {
		if (this.listed.isEmpty()) {
			return (this.found.size() == this.own.size()) ? List.of(this.name) : List.of();
		}
		Map<String, String> unanswered = new TreeMap<>(this.listed);
		this.found.keySet().forEach((key) -> unanswered.remove(key.service()));
		return List.copyOf(unanswered.values());
	}

	/** Whether services are listed that nothing else is known of. */
	boolean lacksVersions() {
		return !this.listed.isEmpty() && !unanswered().isEmpty();
	}

	/** Gives what was found. */
	void complete() {
		this.result.complete((this.service != null) ? versions() : names());
	}

	private List<Service> versions() {
		List<Service> versions = List.of();
		for (Instance instance : this.found.values()) {
			versions = Service.merge(versions, instance.service());
		}
		return versions;
	}

	private List<Service> names() {
		Map<String, Set<String>> names = new TreeMap<>();
		this.listed.keySet().forEach((listedService) -> names.put(listedService, new HashSet<>()));
		this.found.keySet()
			.forEach((key) -> names.computeIfAbsent(key.service(), (absent) -> new HashSet<>()).add(key.version()));
		List<Service> services = new ArrayList<>();
		names.forEach((listedService, versions) -> {
			if (versions.isEmpty()) {
				services.add(Service.of(listedService, ""));
			}
			versions.stream().sorted().forEach((version) -> services.add(Service.of(listedService, version)));
		});
		return List.copyOf(services);
	}

	private boolean covers(Instance instance) {
		return this.service == null || this.service.equals(instance.service().name());
	}

}
