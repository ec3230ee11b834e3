package io.microspring.plugins.registry.gossip;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What is to be told to everyone: each message a few times, to whoever comes next, which
 * grows with the logarithm of the number of members. News of members goes before news of
 * services, what was told less often before the rest, and what is longer before what is
 * shorter. A message takes the place of the one of the same name. memberlist's
 * {@code TransmitLimitedQueue}. Not thread-safe.
 */
final class BroadcastQueue {

	/**
	 * memberlist's is 4 for a local network, but it relies on exchanging everything from
	 * time to time, too. With 6, and members that take turns, one of twenty misses
	 * something less than once in a million times, by calculation.
	 */
	private static final int RETRANSMITS = 6;

	/** Beyond that, what was told most often is given up. */
	private static final int MAX_MESSAGES = 16_384;

	/** No message is shorter. */
	private static final int SHORTEST = 16;

	private final TreeSet<Broadcast> order = new TreeSet<>(Comparator.comparing(Broadcast::ofUsers)
		.thenComparing(Broadcast::transmits)
		.thenComparing((broadcast) -> -broadcast.message().length)
		.thenComparing((broadcast) -> -broadcast.number()));

	private final Map<String, Broadcast> names = new HashMap<>();

	private long count;

	/**
	 * Adds news of a member.
	 * @param member its name
	 * @param message the news
	 */
	void addMember(String member, byte[] message) {
		add(new Broadcast("member " + member, message, false, 0, this.count++));
	}

	/**
	 * Adds what a user says.
	 * @param name what it is about
	 * @param message the message
	 */
	void addUser(String name, byte[] message) {
		add(new Broadcast("user " + name, message, true, 0, this.count++));
	}

	private void add(Broadcast broadcast) {
		remove(broadcast.name());
		this.names.put(broadcast.name(), broadcast);
		this.order.add(broadcast);
		if (this.order.size() > MAX_MESSAGES) {
			remove(this.order.last().name());
		}
	}

	private void remove(String name) {
		Broadcast former = this.names.remove(name);
		if (former != null) {
			this.order.remove(former);
		}
	}

	/**
	 * Takes what goes into some packets for one member: each message once at the most.
	 * @param room what one packet has room for
	 * @param packets how many packets
	 * @param members how many members there are
	 * @return the messages of each packet, none of them empty
	 */
	List<List<byte[]>> take(int room, int packets, int members) {
		List<List<byte[]>> taken = new ArrayList<>();
		List<Broadcast> again = new ArrayList<>();
		int limit = RETRANSMITS * (int) Math.ceil(Math.log10(members + 1));
		while (taken.size() < packets && !this.order.isEmpty()) {
			List<byte[]> packet = take(room, limit, again);
			if (packet.isEmpty()) {
				break;
			}
			taken.add(packet);
		}
		again.forEach((broadcast) -> {
			this.names.put(broadcast.name(), broadcast);
			this.order.add(broadcast);
		});
		return taken;
	}

	private List<byte[]> take(int room, int limit, List<Broadcast> again) {
		List<byte[]> packet = new ArrayList<>();
		int left = room;
		Iterator<Broadcast> broadcasts = this.order.iterator();
		while (left >= SHORTEST && packet.size() < PacketCodec.MAX_BROADCASTS && broadcasts.hasNext()) {
			Broadcast broadcast = broadcasts.next();
			int size = broadcast.message().length + PacketCodec.MESSAGE_OVERHEAD;
			if (size > left) {
				continue;
			}
			left -= size;
			packet.add(broadcast.message());
			broadcasts.remove();
			this.names.remove(broadcast.name());
			if (broadcast.transmits() + 1 < limit) {
				again.add(broadcast.again());
			}
		}
		return packet;
	}

	int size() {
		return this.order.size();
	}

	/**
	 * A message that is told.
	 *
	 * @param name what it is about
	 * @param message the message
	 * @param ofUsers whether a user says it, and not a member
	 * @param transmits how often it was told
	 * @param number which one it is
	 */
	private record Broadcast(String name, byte[] message, boolean ofUsers, int transmits, long number) {

		Broadcast again() {
			return new Broadcast(this.name, this.message, this.ofUsers, this.transmits + 1, this.number);
		}

	}

}
