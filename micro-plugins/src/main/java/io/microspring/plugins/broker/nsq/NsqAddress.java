package io.microspring.plugins.broker.nsq;

import java.util.ArrayList;
import java.util.List;
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
	private static final Pattern MORE_THAN_AN_ADDRESS = Pattern.compile("[/@?#]");

	/**
	 * Reads the addresses of all nsqds.
	 * @param text the addresses, separated by commas
	 * @return the addresses, at least one
	 * @throws IllegalArgumentException when one is no address
	 */
	static List<NsqAddress> all(String text) {
		// First of all, and of the whole: a password may hold a comma, and is not shown.
		if (MORE_THAN_AN_ADDRESS.matcher(text).find()) {
			throw new IllegalArgumentException("An address of NSQ is a host and a port, without scheme, user or query;"
					+ " the secret is set by micro.broker.nsq.secret");
		}
		List<NsqAddress> addresses = new ArrayList<>();
		for (String address : text.split(",")) {
			if (!address.isBlank()) {
				addresses.add(read(address.trim()));
			}
		}
		if (addresses.isEmpty()) {
			throw new IllegalArgumentException("No address of an nsqd in '" + text + "'");
		}
		return List.copyOf(addresses);
	}

	private static NsqAddress read(String address) {
		Matcher matcher = ADDRESS.matcher(address);
		if (matcher.matches()) {
			String host = (matcher.group(1) != null) ? matcher.group(1) : matcher.group(2);
			int port = (matcher.group(3) != null) ? Integer.parseInt(matcher.group(3)) : DEFAULT_PORT;
			if (port <= 65535) {
				return new NsqAddress(host, port);
			}
		}
		throw new IllegalArgumentException("Not the address of an nsqd: '" + address + "'");
	}

	@Override
	public String toString() {
		return this.host + ":" + this.port;
	}

}
