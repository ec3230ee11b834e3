package io.microspring.plugins.broker.mqtt;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a server is.
 *
 * @param host its name or IP address, an IPv6 one without brackets
 * @param port its port
 */
record MqttAddress(String host, int port) {

	private static final int PLAIN_PORT = 1883;

	private static final int TLS_PORT = 8883;

	private static final Set<String> PLAIN = Set.of("tcp", "mqtt");

	private static final Set<String> SECURE = Set.of("tls", "ssl", "mqtts");

	private static final Pattern WITH_PORT = Pattern.compile("(\\[.+]|[^:]+):\\d+");

	/** What stands around a user, a query and a fragment. */
	private static final Pattern MORE_THAN_AN_ADDRESS = Pattern.compile("[@?#]");

	/**
	 * Whether an address asks for TLS; where one does, all servers have it.
	 * @param text the addresses, separated by commas
	 * @return true when one has a scheme that means TLS
	 */
	static boolean wantTls(String text) {
		return split(text).stream().anyMatch((address) -> SECURE.contains(scheme(address)));
	}

	/**
	 * Reads the addresses of all servers.
	 * @param text the addresses, separated by commas
	 * @param tls whether the port is that of TLS where there is none
	 * @return the servers, at least one
	 * @throws IllegalArgumentException when one is no address
	 */
	static List<MqttAddress> all(String text, boolean tls) {
		// First of all, and of the whole: a password may hold a comma, and is not shown.
		if (MORE_THAN_AN_ADDRESS.matcher(text).find()) {
			throw new IllegalArgumentException("An address of MQTT is a host and a port, without user, query or"
					+ " fragment; who asks is set by micro.broker.mqtt.username and .password");
		}
		List<MqttAddress> addresses = split(text).stream().map((address) -> read(address, tls)).toList();
		if (addresses.isEmpty()) {
			throw new IllegalArgumentException("No address of an MQTT server in '" + text + "'");
		}
		return addresses;
	}

	private static List<String> split(String text) {
		List<String> addresses = new ArrayList<>();
		for (String address : text.split(",")) {
			if (!address.isBlank()) {
				addresses.add(address.trim());
			}
		}
		return addresses;
	}

	private static String scheme(String address) {
		int end = address.indexOf("://");
		return (end < 0) ? "" : address.substring(0, end);
	}

	private static MqttAddress read(String address, boolean tls) {
		String scheme = scheme(address);
		String host = scheme.isEmpty() ? address : address.substring(scheme.length() + 3);
		if (host.chars().filter((c) -> c == ':').count() > 1 && !host.startsWith("[")) {
			host = "[" + host + "]";
		}
		try {
			URI uri = new URI("mqtt://" + host + (WITH_PORT.matcher(host).matches() ? "" : ":" + port(tls)));
			if (uri.getHost() != null && uri.getPort() <= 65535 && uri.getPath().isEmpty()
					&& (scheme.isEmpty() || PLAIN.contains(scheme) || SECURE.contains(scheme))) {
				return new MqttAddress(uri.getHost().replaceAll("[\\[\\]]", ""), uri.getPort());
			}
		}
		catch (URISyntaxException ignored) {
			// said below
		}
		throw new IllegalArgumentException("Not the address of an MQTT server: '" + address + "'");
	}

	private static int port(boolean tls) {
		return tls ? TLS_PORT : PLAIN_PORT;
	}

}
