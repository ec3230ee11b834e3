package io.microspring.test.recording;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.microspring.concurrent.Threads;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of a go-micro program, on the loopback interface: one hears the group, the
 * other one asks, and each gets the answers to what it sent.
 */
final class GoMdns implements AutoCloseable {

	private static final int MAX_PACKET = 0x10000;

	private final InetSocketAddress group;

	private final MulticastSocket listener;

	private final MulticastSocket asker;

	GoMdns(int port) {
		try {
			this.group = new InetSocketAddress(InetAddress.getByName("224.0.0.251"), port);
			NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
			this.listener = new MulticastSocket(port);
			this.asker = new MulticastSocket(0);
			this.listener.joinGroup(this.group, loopback);
			this.listener.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback);
			this.asker.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("No multicast on the loopback interface", ex);
		}
	}

	/** A port that nobody uses, so that what is played meets nobody else. */
	static int freePort() {
		try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (SocketException ex) {
			throw new UncheckedIOException("No port can be had on the loopback interface", ex);
		}
	}

	/** The port that everyone is told something at. */
	int port() {
		return this.group.getPort();
	}

	/** Asks everyone, from a port of its own. */
	void ask(byte[] packet) {
		send(this.asker, packet, this.group);
	}

	/** Tells everyone. */
	void announce(byte[] packet) {
		send(this.listener, packet, this.group);
	}

	/** Answers one who asked. */
	void reply(byte[] packet, InetSocketAddress to) {
		send(this.listener, packet, to);
	}

	/**
	 * The next answer to what it asked.
	 * @return the packet, or null when none came in time
	 */
	@Nullable Datagram answer(Duration within) {
		return receive(this.asker, System.nanoTime() + within.toNanos());
	}

	/**
	 * The next packet to everyone.
	 * @param deadline until when to wait, of {@link System#nanoTime()}
	 * @return the packet, or null when none came in time
	 */
	@Nullable Datagram hear(long deadline) {
		return receive(this.listener, deadline);
	}

	/** Hands each packet to everyone to a program, until this is closed. */
	void serve(Consumer<Datagram> program) {
		Threads.start("go-mdns", () -> {
			while (!this.listener.isClosed()) {
				Datagram packet = hear(System.nanoTime() + TimeUnit.SECONDS.toNanos(1));
				if (packet != null) {
					program.accept(packet);
				}
			}
		});
	}

	@Override
	public void close() {
		this.listener.close();
		this.asker.close();
	}

	private static void send(MulticastSocket from, byte[] packet, InetSocketAddress to) {
		try {
			from.send(new DatagramPacket(packet, packet.length, to));
		}
		catch (IOException ex) {
			if (!from.isClosed()) {
				throw new UncheckedIOException("Cannot send to " + to, ex);
			}
		}
	}

	private static @Nullable Datagram receive(MulticastSocket socket, long deadline) {
		long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
		if (millis <= 0) {
			return null;
		}
		try {
			socket.setSoTimeout((int) millis);
			DatagramPacket packet = new DatagramPacket(new byte[MAX_PACKET], MAX_PACKET);
			socket.receive(packet);
			return new Datagram(Arrays.copyOf(packet.getData(), packet.getLength()),
					(InetSocketAddress) packet.getSocketAddress());
		}
		catch (SocketTimeoutException ex) {
			return null;
		}
		catch (IOException ex) {
			if (socket.isClosed()) {
				return null;
			}
			throw new UncheckedIOException("Cannot receive", ex);
		}
	}

	/**
	 * One datagram.
	 *
	 * @param bytes what was in it
	 * @param from the sender
	 */
	record Datagram(byte[] bytes, InetSocketAddress from) {

		DnsPacket packet() {
			return DnsPacket.of(this.bytes);
		}

	}

}
