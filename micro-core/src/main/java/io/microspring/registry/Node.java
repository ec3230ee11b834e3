package io.microspring.registry;

import java.util.Map;
import java.util.Objects;

/**
 * One running instance of a service. Immutable. go-micro: {@code registry.Node}.
 *
 * @param id the node's id, unique in the registry
 * @param address {@code host:port}, or whatever its transport dials
 * @param metadata the node's metadata; go-micro's keys are {@code protocol},
 * {@code server}, {@code transport}, {@code registry} and {@code broker}
 */
public record Node(String id, String address, Map<String, String> metadata) {

	public Node {
		Objects.requireNonNull(id, "id");
		Objects.requireNonNull(address, "address");
		metadata = Map.copyOf(metadata);
	}

	/**
	 * A node without metadata.
	 * @param id its id
	 * @param address its address
	 * @return the node
	 */
	public static Node of(String id, String address) {
		return new Node(id, address, Map.of());
	}

}
