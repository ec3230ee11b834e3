package io.microspring.registry.mdns;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;

import io.microspring.registry.MdnsOptions;

/** Options with a port of their own, so that a test meets nobody. */
final class Ports {

	private Ports() {
	}

	static MdnsOptions free() throws IOException {
		try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			return MdnsOptions.defaults().withPort(socket.getLocalPort());
		}
	}

}
