package io.microspring.plugins.nats;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a server of the cluster is.
 *
 * @param host its name or IP address, an IPv6 one in brackets
 * @param port its port
 * @param tls whether the address wants TLS; where one does, all servers have it
 */
record NatsAddress(String host, int port, boolean tls) {

	private static final int DEFAULT_PORT = 4222;

	private static final Pattern WITH_PORT = Pattern.compile("(\\[.+]|[^:]+):\\d+");

	/** What stands around a user, a query and a fragment. */
	private static final Pattern MORE_THAN_AN_ADDRESS = Pattern.compile("[@?#]");

	/**
	 * Reads the addresses of all servers.
	 * @param text the addresses, separated by commas
	 * @return the servers, at least one
	 * @throws IllegalArgumentException when one is no address
	 */
	static List<NatsAddress> all(String text) {
		// First of all, and of the whole: a password may hold a comma, and is not shown.
		if (MORE_THAN_AN_ADDRESS.matcher(text).find()) {
			throw new IllegalArgumentException("An address of NATS is a host and a port, without user, query or"
					+ " fragment; who asks is set by the properties username and password, token or credentials-file");
		}
		List<NatsAddress> addresses = new ArrayList<>();
		for (String address : text.split(",")) {
			if (!address.isBlank()) {
				addresses.add(read(address.trim()));
			}
		}
		if (addresses.isEmpty()) {
			throw new IllegalArgumentException("No address of a NATS server in '" + text + "'");
		}
		return List.copyOf(addresses);
	}

	private static NatsAddress read(String address) {
		int scheme = address.indexOf("://");
		String prefix = (scheme < 0) ? "nats://" : address.substring(0, scheme + 3);
		String host = (scheme < 0) ? address : address.substring(scheme + 3);
		if (host.chars().filter((c) -> c == ':').count() > 1 && !host.startsWith("[")) {
			host = "[" + host + "]";
		}
		try {
			URI uri = new URI(WITH_PORT.matcher(host).matches() ? prefix + host : prefix + host + ":" + DEFAULT_PORT);
			if (uri.getHost() != null && uri.getPort() <= 65535 && uri.getPath().isEmpty()
					&& uri.getScheme().matches("nats|tls")) {
				return new NatsAddress(uri.getHost(), uri.getPort(), uri.getScheme().equals("tls"));
			}
		}
		catch (URISyntaxException ignored) {
			// said below
		}
		throw new IllegalArgumentException("Not the address of a NATS server: '" + address + "'");
	}

	/** As it is written: {@code host:port}. */
	@Override
	public String toString() {
		return this.host + ":" + this.port;
	}

}
