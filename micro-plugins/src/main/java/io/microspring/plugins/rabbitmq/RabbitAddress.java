package io.microspring.plugins.rabbitmq;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import com.rabbitmq.client.Address;

/**
 * Where a node of the cluster is.
 *
 * @param host its name or IP address, an IPv6 one in brackets
 * @param port its port
 * @param tls whether the address wants TLS; where one does, all nodes have it
 */
record RabbitAddress(String host, int port, boolean tls) {

	private static final int PORT = 5672;

	private static final int TLS_PORT = 5671;

	/** What stands around a user, a query and a fragment. */
	private static final Pattern MORE_THAN_AN_ADDRESS = Pattern.compile("[@?#]");

	/**
	 * Reads the addresses of all nodes.
	 * @param text the addresses, separated by commas
	 * @return the nodes, at least one
	 * @throws IllegalArgumentException when one is no address
	 */
	static List<RabbitAddress> all(String text) {
		// First of all, and of the whole: a password may hold a comma, and is not shown.
		if (MORE_THAN_AN_ADDRESS.matcher(text).find()) {
			throw new IllegalArgumentException("An address of RabbitMQ is a host and a port, without user, query or"
					+ " fragment; who asks is set by username and password");
		}
		List<RabbitAddress> addresses = new ArrayList<>();
		for (String address : text.split(",")) {
			if (!address.isBlank()) {
				addresses.add(read(address.trim()));
			}
		}
		if (addresses.isEmpty()) {
			throw new IllegalArgumentException("No address of a RabbitMQ node in '" + text + "'");
		}
		return List.copyOf(addresses);
	}

	private static RabbitAddress read(String address) {
		int scheme = address.indexOf("://");
		String host = (scheme < 0) ? address : address.substring(scheme + 3);
		if (host.chars().filter((c) -> c == ':').count() > 1 && !host.startsWith("[")) {
			host = "[" + host + "]";
		}
		try {
			URI uri = new URI(((scheme < 0) ? "amqp" : address.substring(0, scheme)) + "://" + host);
			boolean tls = uri.getScheme().equals("amqps");
			if (uri.getHost() != null && uri.getPort() <= 65535 && uri.getPath().length() <= 1
					&& (tls || uri.getScheme().equals("amqp"))) {
				int port = (uri.getPort() >= 0) ? uri.getPort() : tls ? TLS_PORT : PORT;
				return new RabbitAddress(uri.getHost(), port, tls);
			}
		}
		catch (URISyntaxException ignored) {
			// said below
		}
		throw new IllegalArgumentException("Not the address of a RabbitMQ node: '" + address + "'");
	}

	Address toClient() {
		return new Address(this.host.startsWith("[") ? this.host.substring(1, this.host.length() - 1) : this.host,
				this.port);
	}

	/** As it is written: {@code host:port}. */
	@Override
	public String toString() {
		return this.host + ":" + this.port;
	}

}
