package io.microspring.plugins.registry.etcd;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a member of the cluster is.
 *
 * @param host its name or IP address, an IPv6 one without brackets
 * @param port its port
 * @param tls whether the addresses want TLS: of a cluster, all members or none
 */
record EtcdAddress(String host, int port, boolean tls) {

	private static final int DEFAULT_PORT = 2379;

	private static final Pattern WITH_PORT = Pattern.compile("(\\[.+]|[^:]+):\\d+");

	/** What stands around a user, a query and a fragment. */
	private static final Pattern MORE_THAN_AN_ADDRESS = Pattern.compile("[@?#]");

	/**
	 * Reads the addresses of all members.
	 * @param text the addresses, separated by commas; those that do not say
	 * {@code http://} or {@code https://} go with the others
	 * @return the members, at least one
	 * @throws IllegalArgumentException when one is no address, or some say
	 * {@code http://} and others {@code https://}
	 */
	static List<EtcdAddress> all(String text) {
		// First of all, and of the whole: a password may hold a comma, and is not shown.
		if (MORE_THAN_AN_ADDRESS.matcher(text).find()) {
			throw new IllegalArgumentException("An address of etcd is a host and a port, without user, query or"
					+ " fragment; the user is set by micro.registry.etcd.username, and the password by"
					+ " micro.registry.etcd.password");
		}
		List<String> addresses = new ArrayList<>();
		Set<String> schemes = new HashSet<>();
		for (String address : text.split(",")) {
			if (!address.isBlank()) {
				addresses.add(address.trim());
				int scheme = address.trim().indexOf("://");
				schemes.add((scheme < 0) ? "" : address.trim().substring(0, scheme));
			}
		}
		if (addresses.isEmpty()) {
			throw new IllegalArgumentException("No address of a member of etcd in '" + text + "'");
		}
		boolean tls = schemes.contains("https");
		if (tls && schemes.contains("http")) {
			throw new IllegalArgumentException(
					"The members of etcd have TLS, all or none: '" + text + "' has http:// and https://");
		}
		return addresses.stream().map((address) -> read(address, tls)).toList();
	}

	private static EtcdAddress read(String address, boolean tls) {
		int scheme = address.indexOf("://");
		String prefix = (scheme < 0) ? "http://" : address.substring(0, scheme + 3);
		String host = (scheme < 0) ? address : address.substring(scheme + 3);
		if (host.chars().filter((c) -> c == ':').count() > 1 && !host.startsWith("[")) {
			host = "[" + host + "]";
		}
		try {
			URI uri = new URI(WITH_PORT.matcher(host).matches() ? prefix + host : prefix + host + ":" + DEFAULT_PORT);
			if (uri.getHost() != null && uri.getPort() <= 65535 && uri.getPath().isEmpty()
					&& uri.getScheme().matches("https?")) {
				return new EtcdAddress(uri.getHost().replaceAll("[\\[\\]]", ""), uri.getPort(), tls);
			}
		}
		catch (URISyntaxException ignored) {
			// said below
		}
		throw new IllegalArgumentException("Not the address of a member of etcd: '" + address + "'");
	}

	/** As it is written: {@code host:port}. */
	@Override
	public String toString() {
		return ((this.host.indexOf(':') < 0) ? this.host : "[" + this.host + "]") + ":" + this.port;
	}

}
