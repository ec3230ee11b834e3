package io.microspring.plugins.registry.kubernetes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.microspring.registry.Node;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;

/**
 * The pod that this process runs in, with what it wrote there. What somebody else wrote
 * under the same name is replaced, as go-micro does it: it is from a predecessor whose
 * container ended. Thread-safe.
 */
final class OwnPod {

	private static final String PERMISSION = "verb patch on pods";

	private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

	private final KubernetesApi api;

	private final String name;

	/** What stands there, by key; empty where it is not known whether anything does. */
	private final Map<String, List<Service>> written = new HashMap<>();

	/** One change after the other, so that none undoes another. */
	private final ReentrantLock lock = new ReentrantLock();

	OwnPod(KubernetesApi api, String name) {
		this.api = api;
		this.name = name;
	}

	/**
	 * Writes nodes. What stands there already is written again: of that Kubernetes makes
	 * no change, and what somebody took away is back.
	 */
	void add(Service service) {
		String key = PodServices.key(service.name());
		if (!PodServices.isKey(key)) {
			throw new IllegalArgumentException("register " + service.name() + ": the name of a service on a pod has at"
					+ " most 54 characters and ends in a letter or digit");
		}
		this.lock.lock();
		try {
			List<Service> services = new ArrayList<>();
			for (Service known : this.written.getOrDefault(key, List.of())) {
				if (!known.name().equals(service.name()) || known.version().equals(service.version())) {
					services.add(known);
				}
				else {
					// A node has one version at a time.
					services.add(without(known, service.nodes()));
				}
			}
			services.add(service);
			// Whatever becomes of the patch, taking the nodes back has to ask.
			this.written.putIfAbsent(key, List.of());
			write("register " + service.nodes().get(0).id(), key, services);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Takes nodes away. */
	void remove(Service service) {
		String key = PodServices.key(service.name());
		this.lock.lock();
		try {
			List<Service> known = this.written.get(key);
			if (known != null) {
				write("deregister " + service.name(), key,
						known.stream()
							.map((s) -> s.name().equals(service.name()) ? without(s, service.nodes()) : s)
							.toList());
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private static Service without(Service service, List<Node> nodes) {
		Set<String> ids = nodes.stream().map(Node::id).collect(Collectors.toSet());
		return service.withNodes(service.nodes().stream().filter((node) -> !ids.contains(node.id())).toList());
	}

	private void write(String what, String key, List<Service> entries) {
		List<Service> services = Service.byVersion(entries)
			.stream()
			.filter((service) -> !service.nodes().isEmpty())
			.toList();
		if (this.name.isEmpty()) {
			throw new RegistryException(this.api + " cannot " + what + ": the own pod is not known, as there is no"
					+ " variable HOSTNAME; micro.registry.kubernetes.pod names it", null);
		}
		// By its name alone the client would read the pod first, which needs another
		// right.
		Pod pod = new PodBuilder().withNewMetadata().withName(this.name).endMetadata().build();
		this.api.ask(what + " on pod " + this.name, PERMISSION,
				() -> this.api.client()
					.pods()
					.inNamespace(this.api.namespace())
					.resource(pod)
					.patch(MERGE, PodServices.patch(key, services)));
		if (services.isEmpty()) {
			this.written.remove(key);
		}
		else {
			this.written.put(key, services);
		}
	}

	@Override
	public String toString() {
		return "on pod " + this.name;
	}

}
