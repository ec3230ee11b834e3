package io.microspring.transport;

/**
 * A {@code host:port} taken apart.
 *
 * @param host the host without brackets; empty for all interfaces
 * @param port the port, or the first one of a range
 * @param lastPort the last port of a range, else the port
 */
record Address(String host, int port, int lastPort) {

	private static final int MAX_PORT = 65535;

	/**
	 * Takes an address apart.
	 * @param address {@code host:port}, {@code [v6]:port} or {@code host:min-max}
	 * @return its parts
	 * @throws TransportException when it is none of these
	 */
	static Address parse(String address) {
		int colon = address.lastIndexOf(':');
		if (colon < 0) {
			throw malformed(address, "no port; write localhost:9090, or :9090 for all interfaces");
		}
		String host = address.substring(0, colon);
		if (host.startsWith("[") && host.endsWith("]")) {
			host = host.substring(1, host.length() - 1);
		}
		else if (host.indexOf(':') >= 0) {
			throw malformed(address, "an IPv6 host stands in brackets");
		}
		String ports = address.substring(colon + 1);
		int dash = ports.indexOf('-');
		int first = port(address, (dash < 0) ? ports : ports.substring(0, dash));
		int last = (dash < 0) ? first : port(address, ports.substring(dash + 1));
		if (last < first) {
			throw malformed(address, "the range ends before it begins");
		}
		return new Address(host, first, last);
	}

	/**
	 * Puts host and port together.
	 * @param host the host, IPv6 without brackets
	 * @param port the port
	 * @return {@code host:port}
	 */
	static String join(String host, int port) {
		return (host.indexOf(':') >= 0) ? "[" + host + "]:" + port : host + ":" + port;
	}

	private static int port(String address, String text) {
		try {
			int port = Integer.parseInt(text);
			if (port >= 0 && port <= MAX_PORT) {
				return port;
			}
		}
		catch (NumberFormatException ignored) {
			// told below
		}
		throw malformed(address, "no such port: '" + text + "'");
	}

	private static TransportException malformed(String address, String why) {
		return new TransportException("'" + address + "' is no host:port: " + why, true, null);
	}

}
