package io.microspring.registry;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a registry knows of one version of a service. Immutable. Not to be mixed up with
 * the running {@code io.microspring.service.MicroService}. go-micro:
 * {@code registry.Service}.
 *
 * @param name the service's name
 * @param version its version
 * @param metadata metadata of the service
 * @param endpoints what it offers
 * @param nodes where it runs
 */
public record Service(String name, String version, Map<String, String> metadata, List<Endpoint> endpoints,
		List<Node> nodes) {

	public Service {
		Objects.requireNonNull(name, "name");
		Objects.requireNonNull(version, "version");
		metadata = Map.copyOf(metadata);
		endpoints = List.copyOf(endpoints);
		nodes = List.copyOf(nodes);
	}

	/**
	 * A service without metadata and endpoints.
	 * @param name its name
	 * @param version its version
	 * @param nodes where it runs
	 * @return the service
	 */
	public static Service of(String name, String version, Node... nodes) {
		return new Service(name, version, Map.of(), List.of(), List.of(nodes));
	}

	/**
	 * A copy with other nodes.
	 * @param nodes the nodes
	 * @return the copy
	 */
	public Service withNodes(List<Node> nodes) {
		return new Service(this.name, this.version, this.metadata, this.endpoints, nodes);
	}

}
