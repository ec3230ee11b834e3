package io.microspring.plugins.broker.nsq;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an nsqd is.
 *
 * @param host its name or IP address, an IPv6 one without brackets
 * @param port its TCP port
 */
record NsqAddress(String host, int port) {

	private static final int DEFAULT_PORT = 4150;

	private static final Pattern ADDRESS = Pattern
		.compile("(?:\\[([0-9a-fA-F:.]+)]|([^\\s\\[\\]:/@?#]+))(?::(\\d{1,5}))?");

	/** What stands around a scheme, a user, a query and a fragment. */
	static final Pattern MORE_THAN_AN_ADDRESS = Pattern.compile("[/@?#]");

	/**
	 * Reads the addresses of all nsqds.
	 * @param text the addresses, separated by commas
	 * @return the addresses, at least one, and each once
	 * @throws IllegalArgumentException when one is no address
	 */
	static List<NsqAddress> all(String text) {
		// First of all, and of the whole: a password may hold a comma, and is not shown.
		if (MORE_THAN_AN_ADDRESS.matcher(text).find()) {
			throw new IllegalArgumentException("An address of NSQ is a host and a port, without scheme, user or query;"
					+ " the secret is set by micro.broker.nsq.secret");
		}
		Set<NsqAddress> addresses = new LinkedHashSet<>();
		for (String address : text.split(",")) {
			if (!address.isBlank()) {
				addresses.add(read("an nsqd", address.trim(), DEFAULT_PORT));
			}
		}
		if (addresses.isEmpty()) {
			throw new IllegalArgumentException("No address of an nsqd in '" + text + "'");
		}
		return List.copyOf(addresses);
	}

	/**
	 * Reads one address.
	 * @param whose whose it is, in messages
	 * @param address the address
	 * @param defaultPort the port where it has none
	 * @return the address
	 * @throws IllegalArgumentException when it is none
	 */
	static NsqAddress read(String whose, String address, int defaultPort) {
		Matcher matcher = ADDRESS.matcher(address);
		if (matcher.matches()) {
			String host = (matcher.group(1) != null) ? matcher.group(1) : matcher.group(2);
			int port = (matcher.group(3) != null) ? Integer.parseInt(matcher.group(3)) : defaultPort;
			if (port >= 1 && port <= 65535) {
				return new NsqAddress(host, port);
			}
		}
		throw new IllegalArgumentException("Not the address of " + whose + ": '" + address + "'");
	}

	@Override
	public String toString() {
		return ((this.host.indexOf(':') < 0) ? this.host : "[" + this.host + "]") + ":" + this.port;
	}

}
