package io.microspring.registry.mdns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fall-back where there is no multicast: each process of this host listens on the
 * first free port of a small range of 127.0.0.1 and sends what it has to say to all of
 * them. Nobody leads, so anybody may leave.
 */
final class LoopbackLink implements Link {

	/** How many registries of one host can be found. */
	static final int PORTS = 32;

	private static final Logger log = LoggerFactory.getLogger(LoopbackLink.class);

	private static final int RECEIVE_BUFFER = 1 << 20;

	private final DatagramChannel channel;

	private final InetAddress loopback;

	private final int first;

	private final int port;

	private LoopbackLink(DatagramChannel channel, int first) {
		this.channel = channel;
		this.loopback = channel.socket().getLocalAddress();
		this.port = channel.socket().getLocalPort();
		this.first = first;
	}

	/**
	 * Takes a port.
	 * @param mdnsPort the first port of the range
	 * @return the link; {@link #isFindable} tells whether there was a port left
	 * @throws IOException when there are no sockets at all
	 */
	static LoopbackLink open(int mdnsPort) throws IOException {
		int first = Math.min(mdnsPort, 0x10000 - PORTS);
		InetAddress loopback = InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 });
		for (int port = first; port < first + PORTS; port++) {
			DatagramChannel channel = bind(new InetSocketAddress(loopback, port));
			if (channel != null) {
				return new LoopbackLink(channel, first);
			}
		}
		DatagramChannel channel = bind(new InetSocketAddress(loopback, 0));
		if (channel == null) {
			throw new IOException("no UDP port of 127.0.0.1 can be bound");
		}
		return new LoopbackLink(channel, first);
	}

	private static @Nullable DatagramChannel bind(InetSocketAddress address) throws IOException {
		DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
		try {
			channel.configureBlocking(false);
			channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
			channel.bind(address);
			return channel;
		}
		catch (IOException ex) {
			channel.close();
			return null;
		}
	}

	/** Whether others can ask us; without a port of the range we can only ask them. */
	boolean isFindable() {
		return this.port >= this.first && this.port < this.first + PORTS;
	}

	@Override
	public List<DatagramChannel> channels() {
		return List.of(this.channel);
	}

	@Override
	public void ask(ByteBuffer packet) {
		announce(packet);
	}

	@Override
	public void announce(ByteBuffer packet) {
		for (int to = this.first; to < this.first + PORTS; to++) {
			if (to != this.port) {
				send(packet.duplicate(), to);
			}
		}
	}

	private void send(ByteBuffer packet, int to) {
		try {
			this.channel.send(packet, new InetSocketAddress(this.loopback, to));
		}
		catch (IOException ex) {
			log.debug("mDNS could not send to 127.0.0.1:{}: {}", to, ex.getMessage());
		}
	}

	@Override
	public boolean asksFrom(int asker) {
		return asker == this.port;
	}

	@Override
	public boolean isForAnswers(DatagramChannel reader) {
		return false;
	}

	@Override
	public boolean mayAnswer(DatagramChannel reader, InetAddress asker) {
		return asker.isLoopbackAddress();
	}

	/** The ports of the range. */
	@Override
	public String toString() {
		return "127.0.0.1:" + this.first + "-" + (this.first + PORTS - 1);
	}

	@Override
	public void close() {
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			log.debug("mDNS could not close a socket: {}", ex.getMessage());
		}
	}

}
