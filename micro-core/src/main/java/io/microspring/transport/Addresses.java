package io.microspring.transport;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Which address is announced of a listener (protocol reference §5.4).
 */
public final class Addresses {

	private Addresses() {
	}

	/**
	 * The address that others reach a listener at: the advertised one, else the bound
	 * one. A wildcard becomes a private address of this host, else a public one, else
	 * loopback.
	 * @param bound the address that was bound
	 * @param advertise {@code host} or {@code host:port}; empty to announce what is bound
	 * @return {@code host:port}, or what the transport dials when it knows no ports
	 */
	public static String announced(String bound, String advertise) {
		int colon = bound.lastIndexOf(':');
		if (colon < 0) {
			// No port: whatever it is, it is what the transport dials.
			return advertise.isEmpty() ? bound : advertise;
		}
		String port = bound.substring(colon + 1);
		String host = bound.substring(0, colon);
		if (!advertise.isEmpty()) {
			int end = advertise.lastIndexOf(':');
			boolean hasPort = end > advertise.lastIndexOf(']') && advertise.indexOf(':') == end
					|| (advertise.startsWith("[") && end > advertise.indexOf(']'));
			if (hasPort) {
				return advertise;
			}
			host = advertise;
		}
		return (isWildcard(host) ? bracketed(ofThisHost(interfaces())) : bracketed(host)) + ":" + port;
	}

	static String ofThisHost(List<InetAddress> addresses) {
		List<InetAddress> outside = addresses.stream().filter((a) -> !a.isLoopbackAddress()).toList();
		return outside.stream()
			.filter(Addresses::isPrivate)
			.findFirst()
			.or(() -> outside.stream().filter((a) -> !a.isLinkLocalAddress()).reduce((first, last) -> last))
			.or(() -> addresses.stream().filter(InetAddress::isLoopbackAddress).findFirst())
			.map(Addresses::text)
			.orElse("127.0.0.1");
	}

	/** What may stand for this host in an address of its own. */
	static List<String> allOfThisHost() {
		List<String> names = new ArrayList<>(List.of("localhost"));
		interfaces().forEach((address) -> names.add(text(address)));
		return names;
	}

	private static String text(InetAddress address) {
		String text = address.getHostAddress();
		return (text.indexOf('%') < 0) ? text : text.substring(0, text.indexOf('%'));
	}

	private static List<InetAddress> interfaces() {
		List<InetAddress> addresses = new ArrayList<>();
		try {
			for (NetworkInterface nic : Collections.list(NetworkInterface.getNetworkInterfaces())) {
				if (nic.isUp()) {
					addresses.addAll(Collections.list(nic.getInetAddresses()));
				}
			}
		}
		catch (SocketException ignored) {
			// no interfaces to be seen: loopback is what is left
		}
		// IPv4 first: more can dial it.
		addresses.sort((a, b) -> Boolean.compare(a instanceof Inet6Address, b instanceof Inet6Address));
		return addresses;
	}

	static boolean isWildcard(String host) {
		return host.isEmpty() || host.equals("0.0.0.0") || host.equals("[::]") || host.equals("::")
				|| host.equals("[0:0:0:0:0:0:0:0]");
	}

	private static boolean isPrivate(InetAddress address) {
		byte[] bytes = address.getAddress();
		if (address instanceof Inet4Address) {
			boolean carrierGrade = (bytes[0] & 0xff) == 100 && (bytes[1] & 0xc0) == 64;
			return address.isSiteLocalAddress() || carrierGrade;
		}
		return (bytes[0] & 0xff) == 0xfd;
	}

	private static String bracketed(String host) {
		return (host.indexOf(':') >= 0 && !host.startsWith("[")) ? "[" + host + "]" : host;
	}

}
