package io.microspring.plugins.registry.dns;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/** Reads where DNS servers are. */
final class DnsAddress {

	private static final int DEFAULT_PORT = 53;

	private DnsAddress() {
	}

	/**
	 * Reads the addresses of all servers.
	 * @param text the addresses, separated by commas
	 * @return the servers; none for an empty text
	 * @throws IllegalArgumentException when one is no IP address, with or without a port
	 */
	static List<InetSocketAddress> all(String text) {
		List<InetSocketAddress> addresses = new ArrayList<>();
		for (String address : text.split(",")) {
			if (!address.isBlank()) {
				addresses.add(read(address.trim()));
			}
		}
		return List.copyOf(addresses);
	}

	private static InetSocketAddress read(String address) {
		InetAddress alone = ip(address);
		if (alone != null) {
			return new InetSocketAddress(alone, DEFAULT_PORT);
		}
		int colon = address.lastIndexOf(':');
		InetAddress ip = (colon < 0) ? null : ip(address.substring(0, colon));
		int port = port(address.substring(colon + 1));
		if (ip == null || port < 1) {
			throw new IllegalArgumentException(
					"A DNS server is an IP address, with a port or without: '" + address + "' is none");
		}
		return new InetSocketAddress(ip, port);
	}

	/** An IP address without any look-up, or null when it is none. */
	static @Nullable InetAddress ip(String text) {
		byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
		try {
			return (bytes != null) ? InetAddress.getByAddress(bytes) : null;
		}
		catch (UnknownHostException ex) {
			return null;
		}
	}

	/** A port, or -1 when it is none. */
	static int port(String text) {
		if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 65535) {
			return -1;
		}
		return Integer.parseInt(text);
	}

	/** {@code ip:port}, with an IPv6 one in brackets. */
	static String text(InetAddress ip, int port) {
		return NetUtil.toSocketAddressString(new InetSocketAddress(ip, port));
	}

}
