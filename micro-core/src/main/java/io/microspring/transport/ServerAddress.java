package io.microspring.transport;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is that a backend asks: one of those that stand, separated by commas, in
 * the backend's address.
 *
 * @param scheme what stands in front of {@code ://}, empty for nothing
 * @param host its name or IP address, an IPv6 one without brackets
 * @param port its port
 */
public record ServerAddress(String scheme, String host, int port) {

	private static final int MAX_PORT = 65535;

	/** Behind the scheme an IPv6 host in brackets, a bare one, or any other. */
	private static final Pattern ADDRESS = Pattern
		.compile("(?:(\\w+)://)?(?:(?:\\[(?<v6>[^]]+)]|(?<host>[\\w.-]+))(?::(?<port>\\d{1,5}))?"
				+ "|(?<bare>[^:\\[]*(?::[^:]*){2,}))");

	/** What stands around a user, a query and a fragment. */
	private static final Pattern MORE_THAN_AN_ADDRESS = Pattern.compile("[@?#]");

	/**
	 * Reads a list of addresses, each {@code host}, {@code host:port}, {@code [v6]:port}
	 * or {@code v6}. A user and a password do not belong there, because an address is
	 * shown in logs and reports: they are refused without being shown.
	 * @param text the addresses, separated by commas
	 * @param server what they are of, in messages, such as {@code etcd}
	 * @param settings where credentials are set instead, such as
	 * {@code micro.registry.etcd}
	 * @param defaultPort the port of those that name none
	 * @param schemes what may stand in front of {@code ://}
	 * @return the addresses in order, at least one
	 * @throws IllegalArgumentException when one is no address, or there is none
	 */
	public static List<ServerAddress> list(String text, String server, String settings, int defaultPort,
			Set<String> schemes) {
		requireNoCredentials(text, server, settings);
		List<ServerAddress> addresses = Arrays.stream(text.split(","))
			.map(String::strip)
			.filter((address) -> !address.isEmpty())
			.map((address) -> read(address, server, defaultPort, schemes))
			.toList();
		if (addresses.isEmpty()) {
			throw new IllegalArgumentException("No address of " + server + " in '" + text + "'");
		}
		return addresses;
	}

	/**
	 * Refuses what may hold a user and a password, without showing it. The list does;
	 * whoever takes the text apart before does it first.
	 * @param text the whole of the addresses: a password may hold a comma
	 * @param server what they are of, in messages
	 * @param settings where credentials are set instead
	 * @throws IllegalArgumentException when it holds a user, a query or a fragment
	 */
	public static void requireNoCredentials(String text, String server, String settings) {
		if (MORE_THAN_AN_ADDRESS.matcher(text).find()) {
			throw new IllegalArgumentException("An address of " + server + " is a host and a port, without user, query"
					+ " or fragment; credentials are set by the properties of " + settings);
		}
	}

	/**
	 * The address for a client of HTTP.
	 * @param defaultScheme the scheme when there is none
	 * @return scheme, host and port
	 * @throws IllegalArgumentException when a URI can have no such host: one with an
	 * underscore, say
	 */
	public URI uri(String defaultScheme) {
		try {
			return new URI(this.scheme.isEmpty() ? defaultScheme : this.scheme, null, this.host, this.port, null, null,
					null);
		}
		catch (URISyntaxException ex) {
			throw new IllegalArgumentException("Not a host that a URI can have: '" + this.host + "'", ex);
		}
	}

	/** {@code host:port}, an IPv6 host in brackets. */
	@Override
	public String toString() {
		return Address.join(this.host, this.port);
	}

	private static ServerAddress read(String address, String server, int defaultPort, Set<String> schemes) {
		Matcher parts = ADDRESS.matcher(address);
		if (parts.matches()) {
			String scheme = or(parts.group(1), "");
			String v6 = or(parts.group("v6"), or(parts.group("bare"), ""));
			String host = or(parts.group("host"), v6);
			int port = Integer.parseInt(or(parts.group("port"), String.valueOf(defaultPort)));
			if ((scheme.isEmpty() || schemes.contains(scheme)) && port > 0 && port <= MAX_PORT
					&& (v6.isEmpty() || NetUtil.isValidIpV6Address(v6))) {
				return new ServerAddress(scheme, host, port);
			}
		}
		throw new IllegalArgumentException("Not an address of " + server + ": '" + address + "'");
	}

	private static String or(@Nullable String text, String other) {
		return (text != null) ? text : other;
	}

}
