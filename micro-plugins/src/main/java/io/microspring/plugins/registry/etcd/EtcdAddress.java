package io.microspring.plugins.registry.etcd;

import java.util.List;
import java.util.Set;

import io.microspring.transport.ServerAddress;

/**
 * Where a member of the cluster is.
 *
 * @param server its host and port
 * @param tls whether the addresses want TLS: of a cluster, all members or none
 */
record EtcdAddress(ServerAddress server, boolean tls) {

	private static final int DEFAULT_PORT = 2379;

	/**
	 * Reads the addresses of all members.
	 * @param text the addresses, separated by commas; those that do not say
	 * {@code http://} or {@code https://} go with the others
	 * @return the members, at least one
	 * @throws IllegalArgumentException when one is no address, or some say
	 * {@code http://} and others {@code https://}
	 */
	static List<EtcdAddress> all(String text) {
		List<ServerAddress> servers = ServerAddress.list(text, "etcd", "micro.registry.etcd", DEFAULT_PORT,
				Set.of("http", "https"));
		// What gRPC would refuse later.
		servers.forEach((server) -> server.uri("http"));
		List<String> schemes = servers.stream().map(ServerAddress::scheme).toList();
		boolean tls = schemes.contains("https");
		if (tls && schemes.contains("http")) {
			throw new IllegalArgumentException(
					"The members of etcd have TLS, all or none: '" + text + "' has http:// and https://");
		}
		return servers.stream().map((server) -> new EtcdAddress(server, tls)).toList();
	}

	/** As it is written: {@code host:port}. */
	@Override
	public String toString() {
		return this.server.toString();
	}

}
