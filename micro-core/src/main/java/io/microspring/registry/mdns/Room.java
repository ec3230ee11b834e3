package io.microspring.registry.mdns;

import java.util.Collection;
import java.util.Map;

import io.microspring.registry.Endpoint;
import io.microspring.registry.Service;
import io.microspring.registry.Value;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what is kept of what others tell: so many nodes, and so much about them. Anybody
 * on the network can tell anything.
 */
final class Room {

	/** How many nodes. */
	static final int MAX_NODES = 10_000;

	/** How much about all of them, as {@link #size} counts. */
	static final long MAX_SIZE = 64L << 20;

	/** What an object takes beside its text, roughly. */
	private static final int OBJECT = 64;

	private int nodes;

	private long size;

	/**
	 * Makes room for a node.
	 * @param former the same node as it was known before, or null
	 * @param present the node
	 * @return false when there is none; then the former one keeps its own
	 */
	boolean swap(@Nullable Instance former, Instance present) {
		long size = this.size + size(present.service()) - ((former != null) ? size(former.service()) : 0);
		boolean more = former == null;
		if ((more && this.nodes == MAX_NODES) || (size > MAX_SIZE && size > this.size)) {
			return false;
		}
		this.nodes += more ? 1 : 0;
		this.size = size;
		return true;
	}

	/** Gives the room of a node back. */
	void free(Instance instance) {
		this.nodes--;
		this.size -= size(instance.service());
	}

	/** How many bytes a service takes in memory, roughly. */
	static long size(Service service) {
		long size = OBJECT + text(service.name()) + text(service.version()) + size(service.metadata());
		for (Endpoint endpoint : service.endpoints()) {
			size += OBJECT + text(endpoint.name()) + size(endpoint.request()) + size(endpoint.response())
					+ size(endpoint.metadata());
		}
		return size + service.nodes().stream().mapToLong((node) -> size(node.metadata())).sum();
	}

	private static long size(@Nullable Value value) {
		if (value == null) {
			return 0;
		}
		long size = OBJECT + text(value.name()) + text(value.type());
		for (Value child : value.values()) {
			size += size(child);
		}
		return size;
	}

	private static long size(Map<String, String> metadata) {
		return text(metadata.keySet()) + text(metadata.values());
	}

	private static long text(Collection<String> texts) {
		return texts.stream().mapToLong(Room::text).sum();
	}

	private static long text(String text) {
		return OBJECT + text.length();
	}

}
