package io.microspring.registry.mdns;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups of multicast DNS, on every interface of this host that can be joined. The
 * loopback interface is one of them whatever it says of itself: Linux delivers there even
 * without its MULTICAST flag, as long as the sender names the interface.
 */
final class MulticastLink implements Link {

	private static final Logger log = LoggerFactory.getLogger(MulticastLink.class);

	private static final String IPV4 = "224.0.0.251";

	private static final String IPV6 = "ff02::fb";

	private static final int MAX_INTERFACES = 32;

	/** Many may answer at once. */
	private static final int RECEIVE_BUFFER = 1 << 20;

	private final List<Group> groups = new ArrayList<>();

	/** By socket, why it could not be had. */
	private final Map<String, String> sockets = new TreeMap<>();

	/** By interface, why it could not be joined. */
	private final Map<String, String> interfaces = new TreeMap<>();

	private final int port;

	private MulticastLink(int port) {
		this.port = port;
	}

	/**
	 * Joins what can be joined.
	 * @param port the UDP port
	 * @return the link, which has joined nothing when nothing can be joined
	 */
	static MulticastLink open(int port) {
		MulticastLink link = new MulticastLink(port);
		link.open(StandardProtocolFamily.INET, IPV4);
		link.open(StandardProtocolFamily.INET6, IPV6);
		link.join();
		return link;
	}

	private void open(ProtocolFamily family, String group) {
		try {
			this.groups.add(new Group(family, new InetSocketAddress(group, this.port)));
		}
		catch (IOException | UnsupportedOperationException ex) {
			this.sockets.put(name(group), String.valueOf(ex.getMessage()));
		}
	}

	private String name(String group) {
		return (group.contains(":") ? "[" + group + "]" : group) + ":" + this.port;
	}

	/** Joins interfaces that have come since, and forgets those that are gone. */
	void join() {
		this.interfaces.clear();
		try {
			List<NetworkInterface> present = NetworkInterface.networkInterfaces().toList();
			this.groups.forEach((group) -> group.join(present, this.interfaces));
			// One group is enough.
			this.groups.forEach((group) -> group.joined.forEach((joined) -> this.interfaces.remove(joined.getName())));
		}
		catch (SocketException ex) {
			this.interfaces.put("interfaces", String.valueOf(ex.getMessage()));
		}
	}

	/** The groups that were to be joined. */
	String tried() {
		return name(IPV4) + ", " + name(IPV6);
	}

	/** By socket or interface, what could not be had and why. */
	Map<String, String> refusals() {
		Map<String, String> all = new LinkedHashMap<>(this.sockets);
		all.putAll(this.interfaces);
		return all;
	}

	/** Whether other hosts can be reached. */
	boolean leavesThisHost() {
		return this.groups.stream().flatMap((group) -> group.joined.stream()).anyMatch(MulticastLink::isOutward);
	}

	private static boolean isOutward(NetworkInterface joined) {
		try {
			return !joined.isLoopback();
		}
		catch (SocketException ex) {
			return false;
		}
	}

	boolean hasJoined() {
		return this.groups.stream().anyMatch((group) -> !group.joined.isEmpty());
	}

	@Override
	public List<DatagramChannel> channels() {
		return this.groups.stream().flatMap((group) -> Stream.of(group.listener, group.asker)).toList();
	}

	@Override
	public void ask(ByteBuffer packet) {
		this.groups.forEach((group) -> group.send(group.asker, packet));
	}

	@Override
	public void announce(ByteBuffer packet) {
		this.groups.forEach((group) -> group.send(group.listener, packet));
	}

	@Override
	public boolean asksFrom(int port) {
		return this.groups.stream().anyMatch((group) -> group.asker.socket().getLocalPort() == port);
	}

	@Override
	public boolean isForAnswers(DatagramChannel channel) {
		return this.groups.stream().anyMatch((group) -> group.asker == channel);
	}

	@Override
	public boolean mayAnswer(DatagramChannel channel, InetAddress asker) {
		// What comes to a socket bound to the group was sent to the group. Another one
		// gets datagrams from anywhere, and would be a reflector for attackers.
		return this.groups.stream().anyMatch((group) -> group.listener == channel && group.bound)
				|| asker.isLinkLocalAddress() || asker.isSiteLocalAddress() || asker.isLoopbackAddress();
	}

	/** The interfaces by name. */
	@Override
	public String toString() {
		Set<String> names = new LinkedHashSet<>();
		this.groups.forEach((group) -> group.joined.forEach((joined) -> names.add(joined.getName())));
		return String.join(", ", names);
	}

	@Override
	public void close() {
		for (DatagramChannel channel : channels()) {
			Group.close(channel);
		}
	}

	/** One group with a socket that hears it, and one that asks and gets the answers. */
	private static final class Group {

		private final InetSocketAddress address;

		private final DatagramChannel listener;

		private final DatagramChannel asker;

		/** Whether the listener hears the group only, and nothing else of the port. */
		private final boolean bound;

		private final Set<Integer> members = new HashSet<>();

		private final List<NetworkInterface> joined = new ArrayList<>();

		Group(ProtocolFamily family, InetSocketAddress address) throws IOException {
			this.address = address;
			this.listener = DatagramChannel.open(family);
			this.asker = DatagramChannel.open(family);
			try {
				this.listener.configureBlocking(false);
				this.asker.configureBlocking(false);
				this.listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
				if (this.listener.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
					this.listener.setOption(StandardSocketOptions.SO_REUSEPORT, true);
				}
				this.listener.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
				this.asker.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
				this.bound = bind();
				this.asker.bind(null);
			}
			catch (IOException | RuntimeException ex) {
				close(this.listener);
				close(this.asker);
				throw ex;
			}
		}

		private boolean bind() throws IOException {
			if (this.address.getAddress() instanceof Inet4Address) {
				try {
					this.listener.bind(this.address);
					return true;
				}
				catch (SocketException ex) {
					log.debug("mDNS listens to the whole port, since it cannot be bound to {}: {}", this.address,
							ex.getMessage());
				}
			}
			this.listener.bind(new InetSocketAddress(this.address.getPort()));
			return false;
		}

		void join(List<NetworkInterface> present, Map<String, String> refusals) {
			this.joined.clear();
			for (NetworkInterface candidate : present) {
				String refusal = tryToJoin(candidate);
				if (refusal == null) {
					this.joined.add(candidate);
				}
				else {
					refusals.putIfAbsent(candidate.getName(), refusal);
				}
			}
		}

		/** Joins an interface, or says why it cannot. */
		private @Nullable String tryToJoin(NetworkInterface candidate) {
			try {
				String lack = (this.joined.size() < MAX_INTERFACES) ? lack(candidate)
						: "more than " + MAX_INTERFACES + " interfaces";
				// Once is enough, even if it was down in between.
				if (lack == null && !this.members.contains(candidate.getIndex())) {
					this.listener.join(this.address.getAddress(), candidate);
					this.members.add(candidate.getIndex());
				}
				return lack;
			}
			catch (IOException | IllegalArgumentException ex) {
				return String.valueOf(ex.getMessage());
			}
		}

		/** What an interface lacks; on the loopback interface IPv4 is enough. */
		private @Nullable String lack(NetworkInterface candidate) throws SocketException {
			boolean ipv4 = this.address.getAddress() instanceof Inet4Address;
			if (!candidate.isUp()) {
				return "is down";
			}
			if (!(candidate.isLoopback() ? ipv4 : candidate.supportsMulticast())) {
				return "has no multicast";
			}
			return candidate.inetAddresses().anyMatch((a) -> a instanceof Inet4Address == ipv4) ? null
					: "has no address of " + (ipv4 ? "IPv4" : "IPv6");
		}

		void send(DatagramChannel from, ByteBuffer packet) {
			for (NetworkInterface through : this.joined) {
				try {
					from.setOption(StandardSocketOptions.IP_MULTICAST_IF, through);
					from.send(packet.duplicate(), this.address);
				}
				catch (IOException | IllegalArgumentException ex) {
					// The interface may have gone; the next join will know.
					log.debug("mDNS could not send through {}: {}", through.getName(), ex.getMessage());
				}
			}
		}

		static void close(DatagramChannel channel) {
			try {
				channel.close();
			}
			catch (IOException ex) {
				log.debug("mDNS could not close a socket: {}", ex.getMessage());
			}
		}

	}

}
