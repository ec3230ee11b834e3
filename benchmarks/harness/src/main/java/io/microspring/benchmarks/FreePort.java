package io.microspring.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Finds a port, for peers that do not find one themselves.
 */
public final class FreePort {

	private FreePort() {
	}

	/**
	 * Finds a port.
	 * @return one on which nobody listens just now
	 * @throws IOException when there is none
	 */
	public static int find() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 }))) {
			return socket.getLocalPort();
		}
	}

}
