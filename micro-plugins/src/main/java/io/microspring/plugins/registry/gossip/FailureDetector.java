package io.microspring.plugins.registry.gossip;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;

import io.microspring.plugins.registry.gossip.Member.State;
import org.jspecify.annotations.Nullable;

/**
 * Asks one member after the other whether it is there; when it does not answer, asks
 * others to ask it, and itself once more over TCP, before it is suspected. When others do
 * not answer either, it may be this member that is slow: then it takes more time.
 * memberlist: {@code probeNode} and {@code awareness}. Not thread-safe.
 */
final class FailureDetector {

	/** How many others are asked to ask. */
	private static final int INDIRECT = 3;

	/** memberlist's: a probe takes eight times as long at the most. */
	private static final int MAX_SLOWNESS = 7;

	/** How many may wait for an answer that they were asked to get. */
	private static final int MAX_RELAYED = 1024;

	private static final long MAX_SEQUENCE = 0xffffffffL;

	private final Membership membership;

	private final GossipOptions.Timing timing;

	private final Timers timers;

	private final Wire wire;

	private final Round round;

	/** What is done when an answer comes, by the number of the question. */
	private final Map<Long, Pending> pending = new HashMap<>();

	private @Nullable Probe probe;

	private long sequence = ThreadLocalRandom.current().nextInt(1 << 20);

	private int relayed;

	/** How slow this member seems to be: 0 when all is well. */
	private int slowness;

	FailureDetector(Membership membership, GossipOptions.Timing timing, Timers timers, Wire wire) {
		this.membership = membership;
		this.timing = timing;
		this.timers = timers;
		this.wire = wire;
		this.round = new Round(membership);
	}

	/** Asks the next member, unless one is being asked. */
	void tick() {
		if (this.probe != null) {
			return;
		}
		this.membership.forget();
		for (Member member : this.round.next(1, Member::isUp)) {
			this.probe = new Probe(member);
			this.probe.begin();
		}
	}

	void ack(Message.Ack ack) {
		Pending waiting = this.pending.remove(ack.sequence());
		if (waiting != null) {
			waiting.acked();
		}
	}

	void nack(Message.Nack nack) {
		Pending waiting = this.pending.get(nack.sequence());
		if (waiting != null) {
			waiting.nacked();
		}
	}

	/**
	 * Answers.
	 * @param ping the question
	 * @param from where it came from
	 */
	void ping(Message.Ping ping, InetSocketAddress from) {
		if (isForUs(ping)) {
			this.wire.send(answerTo(ping.source(), from), new Message.Ack(ping.sequence()));
		}
	}

	/** Whether nobody else of an earlier life is meant. */
	boolean isForUs(Message.Ping ping) {
		return ping.node().isEmpty() || ping.node().equals(this.membership.self().name());
	}

	/**
	 * Asks a member for another. Only members are asked: nobody makes us send packets to
	 * anywhere else.
	 * @param request who is to be asked
	 * @param from where that came from
	 */
	void indirectPing(Message.IndirectPing request, InetSocketAddress from) {
		Member target = this.membership.at(request.target());
		if (target == null || this.relayed == MAX_RELAYED) {
			return;
		}
		InetSocketAddress answerTo = answerTo(request.source(), from);
		long own = nextSequence();
		this.relayed++;
		Runnable timer = this.timers.after(this.timing.probeTimeout(), () -> {
			this.relayed--;
			this.pending.remove(own);
			if (request.nack()) {
				this.wire.send(answerTo, new Message.Nack(request.sequence()));
			}
		});
		this.pending.put(own, new Pending(() -> {
			this.relayed--;
			timer.run();
			this.wire.send(answerTo, new Message.Ack(request.sequence()));
		}, () -> {
		}));
		this.wire.send(target.address(), ping(own, request.node()));
	}

	/**
	 * Where the asker says it is, if it is a member that is there; else where it asked.
	 */
	private InetSocketAddress answerTo(Message.Source source, InetSocketAddress from) {
		InetSocketAddress address = source.address();
		Member asker = this.membership.find(source.node());
		return (address != null && asker != null && asker.address().equals(address)) ? address : from;
	}

	private Message.Ping ping(long number, String node) {
		return new Message.Ping(number, node, source());
	}

	private Message.Source source() {
		return new Message.Source(this.membership.self().address(), this.membership.self().name());
	}

	private long nextSequence() {
		this.sequence = (this.sequence + 1) & MAX_SEQUENCE;
		return this.sequence;
	}

	/** Others believed this member gone: its answers came late. */
	void refuted() {
		slower(1);
	}

	private void slower(int by) {
		this.slowness = Math.max(0, Math.min(MAX_SLOWNESS, this.slowness + by));
	}

	/** Sends what is said to members. */
	interface Wire {

		/**
		 * Sends a packet.
		 * @param to where to
		 * @param messages what is in it
		 */
		void send(InetSocketAddress to, Message... messages);

		/**
		 * Asks over a connection.
		 * @param to whom
		 * @param ping the question
		 * @return whether the right answer came
		 */
		CompletionStage<Boolean> ping(InetSocketAddress to, Message.Ping ping);

	}

	/**
	 * A question without an answer yet.
	 *
	 * @param onAck what is done when it comes
	 * @param onNack what is done when somebody else has none either
	 */
	private record Pending(Runnable onAck, Runnable onNack) {

		void acked() {
			this.onAck.run();
		}

		void nacked() {
			this.onNack.run();
		}

	}

	/** One member being asked. */
	private final class Probe {

		private final Member member;

		private final long number = nextSequence();

		private final Duration time = FailureDetector.this.timing.probe()
			.multipliedBy(FailureDetector.this.slowness + 1);

		private Runnable timer;

		private int nacksWanted;

		private int nacks;

		private boolean reached;

		Probe(Member member) {
			this.member = member;
			this.timer = FailureDetector.this.timers.after(FailureDetector.this.timing.probeTimeout(), this::askOthers);
		}

		void begin() {
			FailureDetector.this.pending.put(this.number, new Pending(this::answered, () -> this.nacks++));
			Message.Ping ping = ping(this.number, this.member.name());
			if (this.member.state() == State.SUSPECT) {
				// So that it can say at once that it is there.
				FailureDetector.this.wire.send(this.member.address(), ping, new Message.Suspect(
						this.member.incarnation(), this.member.name(), FailureDetector.this.membership.self().name()));
			}
			else {
				FailureDetector.this.wire.send(this.member.address(), ping);
			}
		}

		private void answered() {
			this.timer.run();
			slower(-1);
			end();
		}

		private void askOthers() {
			this.timer = FailureDetector.this.timers.after(this.time.minus(FailureDetector.this.timing.probeTimeout()),
					this::giveUp);
			List<Member> others = FailureDetector.this.membership.random(INDIRECT,
					(other) -> other != this.member && other.state() == State.ALIVE);
			this.nacksWanted = others.size();
			for (Member other : others) {
				FailureDetector.this.wire.send(other.address(), new Message.IndirectPing(this.number,
						this.member.address(), this.member.name(), true, source()));
			}
			FailureDetector.this.wire.ping(this.member.address(), ping(this.number, this.member.name()))
				.thenAccept((answered) -> this.reached |= answered);
		}

		private void giveUp() {
			FailureDetector.this.pending.remove(this.number);
			if (this.reached) {
				// UDP does not get through, but it is there.
				slower(-1);
			}
			else {
				slower((this.nacksWanted > 0) ? this.nacksWanted - Math.min(this.nacks, this.nacksWanted) : 1);
				FailureDetector.this.membership.suspect(new Message.Suspect(this.member.incarnation(),
						this.member.name(), FailureDetector.this.membership.self().name()));
			}
			end();
		}

		private void end() {
			FailureDetector.this.probe = null;
		}

	}

}
