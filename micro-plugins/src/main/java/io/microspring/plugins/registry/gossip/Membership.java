package io.microspring.plugins.registry.gossip;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

import io.microspring.plugins.registry.gossip.Member.State;
import io.microspring.plugins.registry.gossip.StreamMessage.MemberState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is there, as SWIM has it: a member says of itself that it is alive, others that it
 * is suspect or dead, and the higher incarnation wins, which only the member itself can
 * raise. Whatever is news is told on. memberlist: {@code state.go}. Not thread-safe.
 */
final class Membership {

	/**
	 * Lowest, highest and present version of the protocol, as go-micro sets it, and of
	 * what the registries speak.
	 */
	private static final byte[] VERSIONS = { 1, 5, 4, 0, 0, 0 };

	/** The longest suspicion is so many times the shortest. */
	private static final int LONGEST_SUSPICION = 6;

	/** Whoever is gone is remembered so long, so that old news does not bring it back. */
	private static final Duration REMEMBERED = Duration.ofSeconds(30);

	private static final int MAX_MEMBERS = StreamMessage.MAX_MEMBERS;

	private static final Logger log = LoggerFactory.getLogger(Membership.class);

	private final GossipOptions.Timing timing;

	private final Timers timers;

	private final BroadcastQueue queue;

	private final Listener listener;

	private final Member self;

	private final Map<String, Member> members = new LinkedHashMap<>();

	private boolean left;

	/**
	 * A cluster of one.
	 * @param name the member's own name
	 * @param address where others reach it
	 * @param timing how long is waited
	 * @param timers the time
	 * @param queue takes news
	 * @param listener is told who comes and goes
	 */
	Membership(String name, InetSocketAddress address, GossipOptions.Timing timing, Timers timers, BroadcastQueue queue,
			Listener listener) {
		this.timing = timing;
		this.timers = timers;
		this.queue = queue;
		this.listener = listener;
		this.self = new Member(new Message.Alive(1, name, address, new byte[0], VERSIONS));
		this.self.become(State.ALIVE, timers.now());
		this.members.put(name, this.self);
	}

	Member self() {
		return this.self;
	}

	/** All that are remembered, this one and those that went among them. */
	Collection<Member> all() {
		return this.members.values();
	}

	int size() {
		return this.members.size();
	}

	@Nullable Member find(String name) {
		return this.members.get(name);
	}

	/** Who answers at an address. */
	@Nullable Member at(InetSocketAddress address) {
		for (Member member : this.members.values()) {
			if (member.isUp() && member.address().equals(address)) {
				return member;
			}
		}
		return null;
	}

	/** The others that are there. */
	List<Member> others() {
		return this.members.values().stream().filter((member) -> member.isUp() && member != this.self).toList();
	}

	/** Some of the others, at random. */
	List<Member> random(int count, Predicate<Member> which) {
		List<Member> candidates = new ArrayList<>();
		for (Member member : this.members.values()) {
			if (member != this.self && which.test(member)) {
				candidates.add(member);
			}
		}
		Collections.shuffle(candidates, ThreadLocalRandom.current());
		return candidates.subList(0, Math.min(count, candidates.size()));
	}

	/** Whether news may be told to a member: also to those that may not be dead. */
	boolean mayListen(Member member) {
		return member.isUp()
				|| (member.state() == State.DEAD && member.nanosInState(this.timers.now()) < REMEMBERED.toNanos());
	}

	/** All that is known, for another member. */
	List<MemberState> states() {
		return this.members.values()
			.stream()
			.map((member) -> new MemberState(member.alive(), member.state().ordinal()))
			.toList();
	}

	/**
	 * Takes over what another member knows. Whom it believes dead is asked itself.
	 * @param states what it knows
	 */
	void merge(List<MemberState> states) {
		for (MemberState each : states) {
			Message.Alive known = each.alive();
			switch (each.state()) {
				case 0 -> alive(known);
				case 3 -> dead(new Message.Dead(known.incarnation(), known.node(), known.node()));
				default -> suspect(new Message.Suspect(known.incarnation(), known.node(), this.self.name()));
			}
		}
	}

	/** A member says that it is there, or somebody for it. */
	void alive(Message.Alive alive) {
		byte[] versions = alive.versions();
		if (versions[0] == 0 || versions[1] == 0 || versions[0] > versions[1]) {
			log.debug("{} speaks versions {} of the protocol, which cannot be", alive.node(),
					Arrays.toString(versions));
			return;
		}
		Member member = this.members.get(alive.node());
		if (member == this.self) {
			refuteOther(alive);
			return;
		}
		if (member == null) {
			if (this.members.size() == MAX_MEMBERS) {
				log.debug("{} is passed over: {} members are enough", alive.node(), MAX_MEMBERS);
				return;
			}
			member = new Member(alive);
			this.members.put(alive.node(), member);
		}
		else {
			boolean moved = !member.address().equals(alive.address());
			if (moved && member.state() != State.LEFT) {
				log.debug("{} is at {}, and not at {}", alive.node(), member.address(), alive.address());
				return;
			}
			if (alive.incarnation() <= member.incarnation() && !moved) {
				return;
			}
		}
		boolean wasUp = member.isUp();
		member.suspect(null);
		member.says(alive);
		member.become(State.ALIVE, this.timers.now());
		this.queue.addMember(member.name(), alive.encode());
		if (!wasUp) {
			log.debug("{} is there", member);
			this.listener.up(member);
		}
	}

	/** Somebody calls itself like this member, or it did itself in an earlier life. */
	private void refuteOther(Message.Alive alive) {
		Message.Alive own = this.self.alive();
		boolean same = alive.address().equals(own.address()) && Arrays.equals(alive.meta(), own.meta())
				&& Arrays.equals(alive.versions(), own.versions());
		if (alive.incarnation() > own.incarnation() || (alive.incarnation() == own.incarnation() && !same)) {
			refute(alive.incarnation());
		}
	}

	/** Somebody has no answer from a member. */
	void suspect(Message.Suspect suspect) {
		Member member = this.members.get(suspect.node());
		if (member == null || suspect.incarnation() < member.incarnation()) {
			return;
		}
		Suspicion suspicion = member.suspicion();
		if (suspicion != null) {
			if (suspicion.confirm(suspect.from())) {
				this.queue.addMember(member.name(), suspect.encode());
			}
			return;
		}
		if (member.state() != State.ALIVE) {
			return;
		}
		if (member == this.self) {
			refute(suspect.incarnation());
			return;
		}
		log.debug("{} is suspected by {}", member, suspect.from());
		this.queue.addMember(member.name(), suspect.encode());
		member.incarnation(suspect.incarnation());
		member.become(State.SUSPECT, this.timers.now());
		member.suspect(suspicion(member, suspect.from()));
	}

	private Suspicion suspicion(Member member, String from) {
		int wanted = Math.max(0, this.timing.suspicionMultiplier() - 2);
		if (this.members.size() - 2 < wanted) {
			wanted = 0;
		}
		double scale = Math.max(1, Math.log10(this.members.size()));
		Duration shortest = Duration
			.ofNanos((long) (this.timing.suspicionMultiplier() * scale * this.timing.probe().toNanos()));
		return new Suspicion(this.timers, from, wanted, shortest, shortest.multipliedBy(LONGEST_SUSPICION),
				() -> dead(new Message.Dead(member.incarnation(), member.name(), this.self.name())));
	}

	/** A member is gone: it says so, or somebody suspected it for too long. */
	void dead(Message.Dead dead) {
		Member member = this.members.get(dead.node());
		if (member == null || dead.incarnation() < member.incarnation() || !member.isUp()) {
			return;
		}
		if (member == this.self && !this.left) {
			refute(dead.incarnation());
			return;
		}
		boolean goodbye = dead.node().equals(dead.from());
		member.suspect(null);
		member.incarnation(dead.incarnation());
		member.become(goodbye ? State.LEFT : State.DEAD, this.timers.now());
		this.queue.addMember(member.name(), dead.encode());
		if (member != this.self) {
			log.debug("{} {}", member, goodbye ? "left" : "is gone, says " + dead.from());
			this.listener.down(member);
		}
	}

	/** Says that this member is there, more loudly than whoever says otherwise. */
	private void refute(long incarnation) {
		if (this.left) {
			return;
		}
		this.self.incarnation(Math.max(incarnation, this.self.incarnation()) + 1);
		this.queue.addMember(this.self.name(), this.self.alive().encode());
		this.listener.refuted();
	}

	/** Says goodbye. */
	void leave() {
		this.left = true;
		dead(new Message.Dead(this.self.incarnation(), this.self.name(), this.self.name()));
	}

	/** Forgets whoever has been gone for long enough. */
	void forget() {
		List<Member> gone = this.members.values()
			.stream()
			.filter((member) -> !member.isUp() && member.nanosInState(this.timers.now()) > REMEMBERED.toNanos())
			.toList();
		for (Member member : gone) {
			this.members.remove(member.name());
		}
	}

	/** Is told of the others. */
	interface Listener {

		/** A member is there. */
		void up(Member member);

		/** A member is gone. */
		void down(Member member);

		/** Others believed that this member is gone, and are told that it is not. */
		void refuted();

	}

}
