package io.microspring.plugins.registry.gossip;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.microspring.plugins.registry.gossip.Member.State;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What is believed of members, and how one is found to be gone. */
class MembershipTest {

	private static final byte[] VERSIONS = { 1, 5, 4, 0, 0, 0 };

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final FakeTimers timers = new FakeTimers();

	private final List<String> heard = new ArrayList<>();

	private final List<Message> sent = new ArrayList<>();

	private final BroadcastQueue queue = new BroadcastQueue();

	private boolean reachedOverTcp;

	private final Membership membership = new Membership("self", address(1), GossipOptions.Timing.defaults(),
			this.timers, this.queue, new Membership.Listener() {

				@Override
				public void up(Member member) {
					MembershipTest.this.heard.add("up " + member.name());
				}

				@Override
				public void down(Member member) {
					MembershipTest.this.heard.add("down " + member.name());
				}

				@Override
				public void refuted() {
					MembershipTest.this.heard.add("refuted");
				}

			});

	private final FailureDetector detector = new FailureDetector(this.membership, GossipOptions.Timing.defaults(),
			this.timers, new FailureDetector.Wire() {

				@Override
				public void send(InetSocketAddress to, Message... messages) {
					MembershipTest.this.sent.addAll(List.of(messages));
				}

				@Override
				public CompletionStage<Boolean> ping(InetSocketAddress to, Message.Ping ping) {
					return CompletableFuture.completedFuture(MembershipTest.this.reachedOverTcp);
				}

			});

	@Test
	void memberThatDoesNotAnswerIsSuspectedAndThenGone() {
		this.membership.alive(alive("a", 1, 2));
		this.membership.alive(alive("b", 1, 3));
		this.detector.tick();
		String asked = ((Message.Ping) this.sent.remove(0)).node();
		this.timers.pass(SECOND.dividedBy(2));
		assertThat(this.sent).singleElement()
			.isInstanceOfSatisfying(Message.IndirectPing.class, (ping) -> assertThat(ping.node()).isEqualTo(asked));
		this.timers.pass(SECOND);
		assertThat(state(asked)).isEqualTo(State.SUSPECT);
		this.timers.pass(SECOND.multipliedBy(30));
		assertThat(state(asked)).isEqualTo(State.DEAD);
		assertThat(this.heard).containsExactly("up a", "up b", "down " + asked);
	}

	@Test
	void memberThatAnswersInAnyWayIsNotSuspected() {
		this.membership.alive(alive("a", 1, 2));
		this.membership.alive(alive("b", 1, 3));
		this.detector.tick();
		this.detector.ack(new Message.Ack(((Message.Ping) this.sent.remove(0)).sequence()));
		this.timers.pass(SECOND.multipliedBy(2));
		assertThat(this.sent).isEmpty();
		this.detector.tick();
		long number = ((Message.Ping) this.sent.remove(0)).sequence();
		this.timers.pass(SECOND.dividedBy(2));
		// By the other one, which was asked to ask.
		this.detector.ack(new Message.Ack(number));
		this.timers.pass(SECOND.multipliedBy(2));
		this.reachedOverTcp = true;
		this.detector.tick();
		this.timers.pass(SECOND.multipliedBy(2));
		assertThat(List.of(state("a"), state("b"))).containsOnly(State.ALIVE);
	}

	@Test
	void suspicionIsShorterTheMoreSuspectOnTheirOwn() {
		for (int i = 0; i < 6; i++) {
			this.membership.alive(alive("m" + i, 1, 10 + i));
		}
		this.membership.suspect(new Message.Suspect(1, "m0", "m1"));
		this.membership.suspect(new Message.Suspect(1, "m1", "m2"));
		this.membership.suspect(new Message.Suspect(1, "m0", "m2"));
		this.membership.suspect(new Message.Suspect(1, "m0", "m2"));
		this.membership.suspect(new Message.Suspect(1, "m0", "m3"));
		this.timers.pass(SECOND.multipliedBy(5));
		assertThat(state("m0")).isEqualTo(State.DEAD);
		assertThat(state("m1")).isEqualTo(State.SUSPECT);
		this.timers.pass(SECOND.multipliedBy(20));
		assertThat(state("m1")).isEqualTo(State.DEAD);
	}

	@Test
	void suspectedMemberSaysItIsThereWithAHigherIncarnation() {
		this.membership.alive(alive("a", 1, 2));
		this.membership.suspect(new Message.Suspect(1, "a", "b"));
		this.membership.alive(alive("a", 1, 2));
		assertThat(state("a")).as("nothing new").isEqualTo(State.SUSPECT);
		this.membership.alive(alive("a", 2, 2));
		assertThat(state("a")).isEqualTo(State.ALIVE);
		this.membership.suspect(new Message.Suspect(1, "a", "b"));
		this.membership.dead(new Message.Dead(1, "a", "b"));
		assertThat(state("a")).as("old news").isEqualTo(State.ALIVE);
		this.timers.pass(SECOND.multipliedBy(60));
		assertThat(state("a")).isEqualTo(State.ALIVE);
	}

	@Test
	void whatIsSaidOfThisMemberIsRefuted() {
		this.membership.suspect(new Message.Suspect(1, "self", "a"));
		assertThat(this.membership.self().incarnation()).isEqualTo(2);
		this.membership.dead(new Message.Dead(7, "self", "a"));
		assertThat(this.membership.self().incarnation()).isEqualTo(8);
		// Of an earlier life, at another address.
		this.membership.alive(alive("self", 20, 9));
		assertThat(this.membership.self().incarnation()).isEqualTo(21);
		assertThat(this.membership.self().address()).isEqualTo(address(1));
		assertThat(this.heard).containsExactly("refuted", "refuted", "refuted");
		assertThat(this.queue.size()).as("the last of them is told").isEqualTo(1);
		this.membership.leave();
		this.membership.dead(new Message.Dead(30, "self", "a"));
		assertThat(this.membership.self().state()).isEqualTo(State.LEFT);
	}

	@Test
	void memberThatIsGoneComesBackAndIsForgottenInTheEnd() {
		this.membership.alive(alive("a", 1, 2));
		this.membership.dead(new Message.Dead(1, "a", "a"));
		assertThat(state("a")).isEqualTo(State.LEFT);
		this.membership.alive(alive("a", 2, 5));
		assertThat(this.membership.at(address(5))).isNotNull();
		this.membership.dead(new Message.Dead(2, "a", "b"));
		this.membership.alive(alive("a", 3, 6));
		assertThat(state("a")).as("somebody else of its name").isEqualTo(State.DEAD);
		this.timers.pass(SECOND.multipliedBy(31));
		this.membership.forget();
		assertThat(this.membership.find("a")).isNull();
	}

	@Test
	void onlyMembersAreAskedForOthersAndAnsweredWhereTheySayTheyAre() {
		this.membership.alive(alive("a", 1, 2));
		Message.Source unknown = new Message.Source(address(99), "stranger");
		this.detector.indirectPing(new Message.IndirectPing(5, address(98), "victim", true, unknown), address(50));
		this.timers.pass(SECOND);
		assertThat(this.sent).isEmpty();
		this.detector.indirectPing(new Message.IndirectPing(5, address(2), "a", true, unknown), address(50));
		long number = ((Message.Ping) this.sent.remove(0)).sequence();
		this.timers.pass(SECOND);
		assertThat(this.sent).containsExactly(new Message.Nack(5));
		this.detector.ack(new Message.Ack(number));
		assertThat(this.sent).as("too late").hasSize(1);
		this.sent.clear();
		this.detector.ping(new Message.Ping(6, "another", unknown), address(50));
		this.detector.ping(new Message.Ping(7, "self", unknown), address(50));
		assertThat(this.sent).containsExactly(new Message.Ack(7));
	}

	private State state(String name) {
		Member member = this.membership.find(name);
		return (member != null) ? member.state() : State.LEFT;
	}

	private static Message.Alive alive(String name, long incarnation, int port) {
		return new Message.Alive(incarnation, name, address(port), new byte[0], VERSIONS);
	}

	private static InetSocketAddress address(int port) {
		return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
	}

}
