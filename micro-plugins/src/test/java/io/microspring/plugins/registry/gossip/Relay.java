package io.microspring.plugins.registry.gossip;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.microspring.concurrent.Threads;

/**
 * A port in front of a member, UDP and TCP, whose line can be cut: what others reach it
 * by.
 */
final class Relay implements AutoCloseable {

	private final ServerSocket tcp;

	private final DatagramSocket udp;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private volatile int target;

	private volatile boolean cut;

	Relay() throws IOException {
		this.tcp = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		this.udp = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.tcp.getLocalPort()));
		Threads.start("relay-tcp", this::accept);
		Threads.start("relay-udp", this::forward);
	}

	String address() {
		return "127.0.0.1:" + this.tcp.getLocalPort();
	}

	/** Where the member listens. */
	void to(int port) {
		this.target = port;
	}

	void cut() {
		this.cut = true;
		this.sockets.forEach(Relay::close);
	}

	void mend() {
		this.cut = false;
	}

	private void forward() {
		byte[] buffer = new byte[0xffff];
		while (!this.udp.isClosed()) {
			try {
				DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
				this.udp.receive(packet);
				if (!this.cut) {
					packet.setSocketAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.target));
					this.udp.send(packet);
				}
			}
			catch (IOException ignored) {
				// closed, or nobody there
			}
		}
	}

	private void accept() {
		while (!this.tcp.isClosed()) {
			try {
				Socket from = this.tcp.accept();
				if (this.cut) {
					from.close();
					continue;
				}
				Socket to = new Socket(InetAddress.getLoopbackAddress(), this.target);
				this.sockets.add(from);
				this.sockets.add(to);
				Threads.start("relay-out", () -> copy(from, to));
				Threads.start("relay-back", () -> copy(to, from));
			}
			catch (IOException ignored) {
				// closed, or nobody there
			}
		}
	}

	private static void copy(Socket from, Socket to) {
		try (from; to; InputStream in = from.getInputStream()) {
			in.transferTo(to.getOutputStream());
		}
		catch (IOException ignored) {
			// closed
		}
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ignored) {
			// closed
		}
	}

	@Override
	public void close() {
		this.sockets.forEach(Relay::close);
		this.udp.close();
		try {
			this.tcp.close();
		}
		catch (IOException ignored) {
			// closed
		}
	}

}
