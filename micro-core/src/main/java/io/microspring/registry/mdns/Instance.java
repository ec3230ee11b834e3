package io.microspring.registry.mdns;

import java.time.Duration;

import io.microspring.registry.Node;
import io.microspring.registry.Service;

/**
 * One node as multicast DNS tells of it.
 *
 * @param service the service with this node alone
 * @param ttl how many seconds the news is good for; 0: the node is gone
 */
record Instance(Service service, int ttl) {

	/** go-micro's time to live of every record, whatever was registered, in seconds. */
	static final int MAX_TTL = 120;

	Node node() {
		return this.service.nodes().get(0);
	}

	Key key() {
		return new Key(this.service.name(), this.service.version(), node().id());
	}

	/**
	 * How many seconds the news of a registration is good for: as long as go-micro's
	 * records live, but shorter for a node that lives shorter, so that watchers miss it
	 * in time when its process is killed. The records themselves always say what
	 * go-micro's say.
	 */
	static int lifetime(Duration ttl) {
		if (ttl.isZero() || ttl.toSeconds() >= MAX_TTL) {
			return MAX_TTL;
		}
		return (int) Math.max(1, ttl.plusNanos(999_999_999).toSeconds());
	}

	/** Node ids are unique within a version only: go-micro's http broker has it so. */
	record Key(String service, String version, String id) {

	}

}
