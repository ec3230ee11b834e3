package io.microspring.plugins.registry.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KeyValue;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Where a node stands, and what stands there (protocol reference §7.4): its service with
 * this node alone, as JSON, at {@code /micro/registry/<service>/<node id>}. A slash in a
 * name is a dash there.
 */
final class EtcdKeys {

	static final String ALL = "/micro/registry/";

	private static final Logger log = LoggerFactory.getLogger(EtcdKeys.class);

	private EtcdKeys() {
	}

	/** What the keys of all nodes of a service begin with; of all services for "". */
	static ByteString prefix(String service) {
		return ByteString.copyFromUtf8(service.isEmpty() ? ALL : ALL + part(service) + "/");
	}

	/** The first key after all that begin with a prefix. */
	static ByteString end(ByteString prefix) {
		int last = prefix.size() - 1;
		return prefix.substring(0, last).concat(ByteString.copyFrom(new byte[] { (byte) (prefix.byteAt(last) + 1) }));
	}

	static ByteString node(String service, String id) {
		return ByteString.copyFromUtf8(ALL + part(service) + "/" + part(id));
	}

	static ByteString value(Service service) {
		return ByteString.copyFromUtf8(RegistryJson.write(service));
	}

	/**
	 * Reads a node.
	 * @param entry the key and its value
	 * @param name what the service must be called, or "": names with a slash and with a
	 * dash share their keys
	 * @return the service with the node, or null when there is none to be read: one odd
	 * entry must not hide the others
	 */
	static @Nullable Service read(KeyValue entry, String name) {
		try {
			Service service = RegistryJson.readService(RegistryJson.JSON.readTree(entry.getValue().toByteArray()));
			if (!service.name().isEmpty() && !service.nodes().isEmpty()
					&& (name.isEmpty() || service.name().equals(name))) {
				return service;
			}
		}
		catch (JacksonException ex) {
			log.debug("No service at {}: {}", entry.getKey().toStringUtf8(), ex.getOriginalMessage());
		}
		return null;
	}

	private static String part(String name) {
		return name.replace('/', '-');
	}

}
