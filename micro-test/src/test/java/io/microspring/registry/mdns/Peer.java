package io.microspring.registry.mdns;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.BiConsumer;

import io.microspring.concurrent.Threads;

/**
 * Plays go-micro's side with plain sockets, on the loopback interface or another one: one
 * socket hears the group, the other one asks, and each answers for itself.
 */
final class Peer implements AutoCloseable {

	private final InetSocketAddress group;

	private final MulticastSocket listener;

	private final MulticastSocket asker;

	Peer(int port) throws IOException {
		this(port, NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()));
	}

	Peer(int port, NetworkInterface through) throws IOException {
		this.group = new InetSocketAddress(InetAddress.getByName("224.0.0.251"), port);
		this.listener = new MulticastSocket(port);
		this.listener.joinGroup(this.group, through);
		this.listener.setOption(StandardSocketOptions.IP_MULTICAST_IF, through);
		this.asker = new MulticastSocket(0);
		this.asker.setOption(StandardSocketOptions.IP_MULTICAST_IF, through);
	}

	/** Asks everyone, from a port of its own. */
	void ask(byte[] packet) throws IOException {
		this.asker.send(new DatagramPacket(packet, packet.length, this.group));
	}

	/** Tells everyone. */
	void announce(byte[] packet) throws IOException {
		this.listener.send(new DatagramPacket(packet, packet.length, this.group));
	}

	/** The next answer that comes to the port it asked from. */
	DatagramPacket answer() throws IOException {
		return receive(this.asker, Duration.ofSeconds(5));
	}

	/** Whether what is sent to the group through the interface comes back. */
	boolean hearsItself() throws IOException {
		byte[] packet = { 'p', 'i', 'n', 'g' };
		announce(packet);
		try {
			// Others may have something to say in between, for a while.
			for (int i = 0; i < 100; i++) {
				if (Arrays.equals(bytes(receive(this.listener, Duration.ofSeconds(2))), packet)) {
					return true;
				}
			}
			return false;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
	}

	/** Whether no answer comes any more. */
	boolean hearsNothing(Duration during) throws IOException {
		try {
			receive(this.asker, during);
			return false;
		}
		catch (SocketTimeoutException ex) {
			return true;
		}
	}

	/** Hands each packet that comes to the group to a server. */
	void serve(BiConsumer<DnsMessage, InetSocketAddress> server) {
		Threads.start("go-micro-peer", () -> {
			try {
				while (!this.listener.isClosed()) {
					DatagramPacket packet = receive(this.listener, Duration.ZERO);
					server.accept(DnsMessage.decode(bytes(packet)), (InetSocketAddress) packet.getSocketAddress());
				}
			}
			catch (SocketException ex) {
				// closed
				return;
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

	/** Answers one who asked. */
	void reply(byte[] packet, InetSocketAddress to) {
		try {
			this.listener.send(new DatagramPacket(packet, packet.length, to));
		}
		catch (IOException ex) {
			if (!this.listener.isClosed()) {
				throw new IllegalStateException(ex);
			}
		}
	}

	static byte[] bytes(DatagramPacket packet) {
		return Arrays.copyOf(packet.getData(), packet.getLength());
	}

	private static DatagramPacket receive(MulticastSocket socket, Duration timeout) throws IOException {
		socket.setSoTimeout((int) timeout.toMillis());
		DatagramPacket packet = new DatagramPacket(new byte[0x10000], 0x10000);
		socket.receive(packet);
		return packet;
	}

	@Override
	public void close() {
		this.listener.close();
		this.asker.close();
	}

}
