package io.microspring.plugins.registry.gossip;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Whom to join: the seeds, and who was there and did not say goodbye. Used by the thread
 * of the sockets, unless a method says otherwise.
 */
final class Seeds {

	private static final int MAX_LOST = 1024;

	private static final Duration LOST_FOR = Duration.ofHours(1);

	private final List<HostPort> seeds;

	private final Membership membership;

	private final Timers timers;

	/** Who was there, with when it was last there. */
	private final Map<InetSocketAddress, Long> lost = new LinkedHashMap<>();

	Seeds(List<HostPort> seeds, Membership membership, Timers timers) {
		this.seeds = seeds;
		this.membership = membership;
		this.timers = timers;
	}

	/**
	 * Looks the seeds up, which may take a while: not by the thread of the sockets.
	 * @param troubles is told which cannot be found
	 * @return all addresses of all seeds
	 */
	List<InetSocketAddress> resolve(List<String> troubles) {
		List<InetSocketAddress> addresses = new ArrayList<>();
		for (HostPort seed : this.seeds) {
			try {
				for (InetAddress address : InetAddress.getAllByName(seed.host())) {
					addresses.add(new InetSocketAddress(address, seed.port()));
				}
			}
			catch (UnknownHostException ex) {
				troubles.add("nobody knows the address of " + seed.host());
			}
		}
		return addresses;
	}

	/**
	 * Whom to join now.
	 * @param resolved the addresses of the seeds
	 * @return those at which no member is, and one of those who were lost, at random
	 */
	List<InetSocketAddress> absent(List<InetSocketAddress> resolved) {
		List<InetSocketAddress> absent = new ArrayList<>();
		for (InetSocketAddress seed : resolved) {
			if (this.membership.at(seed) == null && !absent.contains(seed)) {
				absent.add(seed);
			}
		}
		long now = this.timers.now();
		this.lost.entrySet()
			.removeIf((entry) -> now - entry.getValue() > LOST_FOR.toNanos()
					|| this.membership.at(entry.getKey()) != null);
		List<InetSocketAddress> lost = List.copyOf(this.lost.keySet());
		if (!lost.isEmpty()) {
			InetSocketAddress one = lost.get(ThreadLocalRandom.current().nextInt(lost.size()));
			if (!absent.contains(one)) {
				absent.add(one);
			}
		}
		return absent;
	}

	void lost(Member member) {
		if (this.lost.size() < MAX_LOST) {
			this.lost.put(member.address(), this.timers.now());
		}
	}

}
