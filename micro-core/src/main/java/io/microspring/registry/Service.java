package io.microspring.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

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

	/**
	 * What is known of a name, together with news of one of its versions. go-micro:
	 * {@code util/registry.Merge}.
	 * @param known one entry per version
	 * @param news the nodes that came or changed, with the present metadata and endpoints
	 * of their version
	 * @return one entry per version: nodes of one id are the newer ones; {@code known}
	 * itself when that changes nothing
	 */
	public static List<Service> merge(List<Service> known, Service news) {
		List<Service> merged = new ArrayList<>(known);
		for (int i = 0; i < merged.size(); i++) {
			Service former = merged.get(i);
			if (former.version.equals(news.version)) {
				Service present = news.withNodes(merged(former.nodes, news.nodes));
				if (present.equals(former)) {
					return known;
				}
				merged.set(i, present);
				return List.copyOf(merged);
			}
		}
		merged.add(news);
		return List.copyOf(merged);
	}

	/**
	 * Puts together what a registry holds node by node.
	 * @param entries services, mostly of one node each, of any names and versions
	 * @return one entry per name and version, in the order in which these first came: its
	 * metadata and endpoints are those of the last, and of nodes of one id it has the
	 * last
	 */
	public static List<Service> byVersion(Collection<Service> entries) {
		Map<List<String>, Service> versions = new LinkedHashMap<>();
		Map<List<String>, Map<String, Node>> nodes = new LinkedHashMap<>();
		for (Service entry : entries) {
			List<String> version = List.of(entry.name, entry.version);
			versions.put(version, entry);
			Map<String, Node> known = nodes.computeIfAbsent(version, (key) -> new LinkedHashMap<>());
			entry.nodes.forEach((node) -> known.put(node.id(), node));
		}
		List<Service> merged = new ArrayList<>();
		versions.forEach((version, service) -> merged
			.add(service.withNodes(List.copyOf(nodes.getOrDefault(version, Map.of()).values()))));
		return List.copyOf(merged);
	}

	/** News is of few nodes, mostly of one: looking them up by a map takes longer. */
	private static List<Node> merged(List<Node> known, List<Node> news) {
		List<Node> nodes = new ArrayList<>(known);
		for (Node node : news) {
			int place = 0;
			while (place < nodes.size() && !nodes.get(place).id().equals(node.id())) {
				place++;
			}
			if (place < nodes.size()) {
				nodes.set(place, node);
			}
			else {
				nodes.add(node);
			}
		}
		return nodes;
	}

	/**
	 * What is known of a name without nodes that went. go-micro:
	 * {@code util/registry.Remove}.
	 * @param known one entry per version
	 * @param gone the nodes that went, of one version
	 * @return the entries that have nodes left; {@code known} itself when none of the
	 * nodes is in it
	 */
	public static List<Service> without(List<Service> known, Service gone) {
		Set<String> ids = gone.nodes.stream().map(Node::id).collect(Collectors.toSet());
		List<Service> left = new ArrayList<>();
		boolean changed = false;
		for (Service service : known) {
			if (!service.version.equals(gone.version)) {
				left.add(service);
				continue;
			}
			List<Node> nodes = service.nodes.stream().filter((node) -> !ids.contains(node.id())).toList();
			changed |= nodes.size() < service.nodes.size();
			if (!nodes.isEmpty()) {
				left.add(service.withNodes(nodes));
			}
		}
		return changed ? List.copyOf(left) : known;
	}

}
