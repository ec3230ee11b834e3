package io.microspring.plugins.broker.redis;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a Redis server or a Sentinel is.
 *
 * @param host its name or IP address, an IPv6 one in brackets
 * @param port its port
 * @param tls whether the address wants TLS; where one does, all servers have it
 */
record RedisAddress(String host, int port, boolean tls) {

	private static final int DEFAULT_PORT = 6379;

	private static final int SENTINEL_PORT = 26379;

	private static final Pattern WITH_PORT = Pattern.compile("(\\[.+]|[^:]+):\\d+");

	/** What stands around a user, a query and a fragment. */
	private static final Pattern MORE_THAN_AN_ADDRESS = Pattern.compile("[@?#]");

	/**
	 * Reads all addresses.
	 * @param text the addresses, separated by commas
	 * @param sentinels whether they are of Sentinels; otherwise there is one only
	 * @return the addresses, at least one
	 * @throws IllegalArgumentException when one is no address
	 */
	static List<RedisAddress> all(String text, boolean sentinels) {
		// First of all, and of the whole: a password may hold a comma, and is not shown.
		if (MORE_THAN_AN_ADDRESS.matcher(text).find()) {
			throw new IllegalArgumentException("An address of Redis is a host and a port, without user, query or"
					+ " fragment; who comes is set by micro.broker.redis.username and .password");
		}
		List<RedisAddress> addresses = new ArrayList<>();
		for (String address : text.split(",")) {
			if (!address.isBlank()) {
				addresses.add(read(address.trim(), sentinels ? SENTINEL_PORT : DEFAULT_PORT));
			}
		}
		if (addresses.isEmpty()) {
			throw new IllegalArgumentException("No address of a Redis server in '" + text + "'");
		}
		if (addresses.size() > 1 && !sentinels) {
			throw new IllegalArgumentException("Several addresses are those of Sentinels, with the name of what they"
					+ " watch as micro.broker.redis.sentinel-master; a Redis Cluster is not supported: '" + text + "'");
		}
		return List.copyOf(addresses);
	}

	private static RedisAddress read(String address, int defaultPort) {
		int scheme = address.indexOf("://");
		String prefix = (scheme < 0) ? "redis://" : address.substring(0, scheme + 3);
		String host = (scheme < 0) ? address : address.substring(scheme + 3);
		if (host.chars().filter((c) -> c == ':').count() > 1 && !host.startsWith("[")) {
			host = "[" + host + "]";
		}
		try {
			URI uri = new URI(WITH_PORT.matcher(host).matches() ? prefix + host : prefix + host + ":" + defaultPort);
			if (uri.getHost() != null && uri.getPort() <= 65535 && uri.getPath().isEmpty()
					&& uri.getScheme().matches("rediss?")) {
				return new RedisAddress(uri.getHost(), uri.getPort(), uri.getScheme().equals("rediss"));
			}
		}
		catch (URISyntaxException ignored) {
			// said below
		}
		throw new IllegalArgumentException("Not the address of a Redis server: '" + address + "'");
	}

	/** As it is dialled: an IPv6 one without brackets. */
	String dialled() {
		return this.host.startsWith("[") ? this.host.substring(1, this.host.length() - 1) : this.host;
	}

	/** As it is written: {@code host:port}. */
	@Override
	public String toString() {
		return this.host + ":" + this.port;
	}

}
