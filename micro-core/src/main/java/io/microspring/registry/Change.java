package io.microspring.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Something changed in a registry. go-micro: {@code registry.Result}.
 *
 * @param action what happened
 * @param service the service with the nodes it happened to; for {@link Action#DELETE} the
 * nodes that went
 */
public record Change(Action action, Service service) {

	public Change {
		Objects.requireNonNull(action, "action");
		Objects.requireNonNull(service, "service");
	}

	/**
	 * What a registry that can only tell what is there has to report: the differences
	 * between two looks at one name.
	 * @param known one entry per version, at the former look
	 * @param present one entry per version, now
	 * @return nodes that went, then nodes that changed (also by the metadata or endpoints
	 * of their version), then nodes that came; empty when nothing changed
	 */
	public static List<Change> between(List<Service> known, List<Service> present) {
		List<Change> gone = new ArrayList<>();
		List<Change> changed = new ArrayList<>();
		List<Change> come = new ArrayList<>();
		Map<String, Service> presentVersions = byVersion(present);
		for (Service former : known) {
			Service now = presentVersions.getOrDefault(former.version(), former.withNodes(List.of()));
			Map<String, Node> nodes = byId(now);
			add(gone, Action.DELETE, former,
					former.nodes().stream().filter((node) -> !nodes.containsKey(node.id())).toList());
		}
		Map<String, Service> knownVersions = byVersion(known);
		for (Service now : present) {
			Service former = knownVersions.getOrDefault(now.version(), now.withNodes(List.of()));
			boolean same = former.withNodes(List.of()).equals(now.withNodes(List.of()));
			Map<String, Node> nodes = byId(former);
			add(changed, Action.UPDATE, now,
					now.nodes()
						.stream()
						.filter((node) -> nodes.containsKey(node.id()) && !(same && node.equals(nodes.get(node.id()))))
						.toList());
			add(come, Action.CREATE, now,
					now.nodes().stream().filter((node) -> !nodes.containsKey(node.id())).toList());
		}
		gone.addAll(changed);
		gone.addAll(come);
		return gone;
	}

	private static void add(List<Change> changes, Action action, Service service, List<Node> nodes) {
		if (!nodes.isEmpty()) {
			changes.add(new Change(action, service.withNodes(nodes)));
		}
	}

	private static Map<String, Service> byVersion(List<Service> services) {
		Map<String, Service> versions = new LinkedHashMap<>();
		services.forEach((service) -> versions.put(service.version(), service));
		return versions;
	}

	private static Map<String, Node> byId(Service service) {
		return service.nodes().stream().collect(Collectors.toMap(Node::id, Function.identity(), (a, b) -> b));
	}

	/** What happened to the nodes. */
	public enum Action {

		/** Nodes came. */
		CREATE,
		/** Nodes changed. */
		UPDATE,
		/** Nodes went. */
		DELETE

	}

}
