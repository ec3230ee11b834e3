package io.microspring.plugins.registry.gossip;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A host and a port, as they are written.
 *
 * @param host a name or an IP address, an IPv6 one without brackets
 * @param port the port
 */
record HostPort(String host, int port) {

	/** memberlist's. */
	static final int DEFAULT_PORT = 7946;

	/** What stands around a user, a path, a query and a fragment. */
	private static final Pattern MORE_THAN_AN_ADDRESS = Pattern.compile("[@/?#]");

	/**
	 * Reads several.
	 * @param text the addresses, separated by commas; empty for none
	 * @return the addresses, with port 7946 where they name none
	 * @throws IllegalArgumentException when one is no address
	 */
	static List<HostPort> all(String text) {
		// Of the whole first: what stands there may be a secret, and is not shown.
		if (MORE_THAN_AN_ADDRESS.matcher(text).find()) {
			throw new IllegalArgumentException("An address of a gossip member is a host and a port, without scheme,"
					+ " user, path or query; the secret is set by micro.registry.gossip.secret");
		}
		List<HostPort> addresses = new ArrayList<>();
		for (String address : text.split(",")) {
			if (!address.isBlank()) {
				addresses.add(read(address.trim(), DEFAULT_PORT));
			}
		}
		return List.copyOf(addresses);
	}

	/**
	 * Reads one.
	 * @param address {@code host} or {@code host:port}
	 * @param defaultPort the port where there is none
	 * @return the address
	 * @throws IllegalArgumentException when it is none
	 */
	static HostPort read(String address, int defaultPort) {
		String host = address;
		if (host.chars().filter((c) -> c == ':').count() > 1 && !host.startsWith("[")) {
			host = "[" + host + "]";
		}
		try {
			URI uri = new URI("gossip://" + host);
			if (uri.getHost() != null && uri.getPort() <= 0xffff && uri.getUserInfo() == null && uri.getPath().isEmpty()
					&& uri.getQuery() == null && uri.getFragment() == null) {
				return new HostPort(uri.getHost().replaceAll("[\\[\\]]", ""),
						(uri.getPort() < 0) ? defaultPort : uri.getPort());
			}
		}
		catch (URISyntaxException ignored) {
			// said below
		}
		throw new IllegalArgumentException("Not the address of a gossip member: '" + address + "'");
	}

	/** As it is written: {@code host:port}. */
	static String text(InetSocketAddress address) {
		String host = address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress();
		return new HostPort(host, address.getPort()).toString();
	}

	/** As it is written: {@code host:port}. */
	@Override
	public String toString() {
		return ((this.host.indexOf(':') < 0) ? this.host : "[" + this.host + "]") + ":" + this.port;
	}

}
