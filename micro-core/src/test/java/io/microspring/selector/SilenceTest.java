package io.microspring.selector;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.selector.EjectionTest.Call;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.microspring.selector.EjectionTest.LASTING;
import static io.microspring.selector.EjectionTest.LONG;
import static io.microspring.selector.EjectionTest.SHORT;
import static io.microspring.selector.EjectionTest.begins;
import static io.microspring.selector.EjectionTest.callWhileSilent;
import static io.microspring.selector.EjectionTest.mark;
import static io.microspring.selector.EjectionTest.node;
import static io.microspring.selector.EjectionTest.pick;
import static io.microspring.selector.EjectionTest.picked;
import static io.microspring.selector.EjectionTest.usually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Nodes that give no answers get no calls until they do. */
class SilenceTest {

	private final Registry registry = Registry.memory();

	@AfterEach
	void close() {
		this.registry.close();
	}

	@Test
	void silentNodeGetsThreeCallsAndNoneUntilItAnswers() {
		Selector selector = open(5, LASTING);
		usually(selector, 5, 1);
		List<Node> lost = callWhileSilent(selector, node(0), 400);
		assertThat(lost).hasSize(3);
		assertThat(selector.nodes()).filteredOn(NodeStatus::out)
			.singleElement()
			.satisfies((status) -> assertThat(status.reason()).startsWith("3 calls without an answer"));
		mark(selector, 0, Outcome.ANSWERED);
		assertThat(picked(selector)).contains(node(0));
	}

	@Test
	void callsThatTimedOutOrWereGivenUpStillCountAsUnanswered() {
		Selector selector = open(5, LASTING.withFailures(0));
		usually(selector, 5, 1);
		Call call = new Call(false, false);
		for (int i = 0; i < 3; i++) {
			pick(selector, call, node(0));
			selector.mark(call, node(0), (i == 0) ? Outcome.TIMED_OUT : Outcome.GIVEN_UP, 20_000_000, null);
		}
		LockSupport.parkNanos(20_000_000);
		assertThat(picked(selector)).doesNotContain(node(0));
	}

	@Test
	void callsThatWereGivenUpBeforeAnAnswerWasDueSayNothing() {
		Selector selector = open(5, LASTING);
		usually(selector, 5, 10);
		Call call = new Call(false, false);
		for (int i = 0; i < 30; i++) {
			pick(selector, call, node(0));
			selector.mark(call, node(0), Outcome.GIVEN_UP, 39_000_000, null);
		}
		LockSupport.parkNanos(60_000_000);
		assertThat(picked(selector)).hasSize(5);
	}

	@Test
	void silentNodeThatNoCallWaitsForIsAskedAgainSoonAndBackWithItsAnswer() {
		Selector selector = open(5, LASTING.withFailures(0));
		usually(selector, 5, 1);
		Call call = new Call(true, false);
		for (int i = 0; i < 3; i++) {
			pick(selector, call, node(0));
		}
		LockSupport.parkNanos(20_000_000);
		assertThat(picked(selector)).doesNotContain(node(0));
		for (int i = 0; i < 3; i++) {
			selector.mark(call, node(0), Outcome.GIVEN_UP, 20_000_000, null);
		}
		assertThat(picked(selector, call)).doesNotContain(node(0));
		await().until(() -> begins(selector, call, node(0)));
		selector.mark(call, node(0), Outcome.GIVEN_UP, 20_000_000, null);
		assertThat(picked(selector, call)).as("after a probe in vain").doesNotContain(node(0));
		await().until(() -> begins(selector, call, node(0)));
		selector.mark(call, node(0), Outcome.ANSWERED, 1_000_000, null);
		assertThat(picked(selector)).contains(node(0));
	}

	@Test
	void callsThatLapsedLongAgoAreForgotten() {
		Selector selector = open(5, LASTING.withFailures(0).withDuration(SHORT, LONG));
		usually(selector, 5, 1);
		Call call = new Call(false, false);
		for (int i = 0; i < 3; i++) {
			pick(selector, call, node(0));
			selector.mark(call, node(0), Outcome.GIVEN_UP, 20_000_000, null);
		}
		LockSupport.parkNanos(2 * SHORT.toNanos());
		pick(selector, call, node(0));
		assertThat(selector.nodes()).noneMatch(NodeStatus::out);
	}

	@Test
	void nodeWithSlowEndpointsIsNotSilentWhileTheyTakeTheirTime() {
		Selector selector = open(4, LASTING);
		usually(selector, 4, 1);
		Call call = new Call(false, false);
		pick(selector, call, node(0));
		selector.mark(call, node(0), Outcome.ANSWERED, 2_000_000_000, null);
		answer(selector, node(0), 100);
		callWhileSilent(selector, node(0), 100);
		assertThat(selector.nodes()).noneMatch(NodeStatus::out);
		answer(selector, node(0), 1000);
		callWhileSilent(selector, node(0), 200);
		assertThat(selector.nodes()).as("when that was long ago").filteredOn(NodeStatus::out).hasSize(1);
	}

	@Test
	void streamsOweNoAnswer() {
		Selector selector = open(2, LASTING);
		usually(selector, 2, 1);
		Call stream = new Call(false, true);
		for (int i = 0; i < 20; i++) {
			selector.select(stream, List.of());
		}
		LockSupport.parkNanos(20_000_000);
		assertThat(picked(selector)).hasSize(2);
		assertThat(selector.nodes()).allMatch((status) -> !status.out() && status.inFlight() > 0);
	}

	@Test
	void whenAllAreSlowHalfStayInAndAnswersLetTheOthersInAgain() {
		Selector selector = open(4, LASTING);
		usually(selector, 4, 1);
		for (int i = 0; i < 100; i++) {
			selector.select("greeter");
		}
		LockSupport.parkNanos(30_000_000);
		assertThat(picked(selector)).hasSizeGreaterThanOrEqualTo(2);
		for (int i = 0; i < 4; i++) {
			mark(selector, i, Outcome.ANSWERED);
		}
		assertThat(selector.nodes()).noneMatch(NodeStatus::out);
	}

	@Test
	void whoNeverMarksLosesNoNode() {
		Selector selector = open(3, LASTING);
		for (int i = 0; i < 1000; i++) {
			selector.select("greeter");
		}
		LockSupport.parkNanos(20_000_000);
		assertThat(picked(selector)).hasSize(3);
	}

	/** A node answers in a millisecond. */
	private static void answer(Selector selector, Node node, int times) {
		for (int i = 0; i < times; i++) {
			selector.mark(new Call(false, false), node, Outcome.ANSWERED, 1_000_000, null);
		}
	}

	private Selector open(int nodes, EjectionOptions ejection) {
		Node[] all = IntStream.range(0, nodes).mapToObj(EjectionTest::node).toArray(Node[]::new);
		this.registry.register(Service.of("greeter", "1", all), Duration.ZERO);
		Selector selector = Selector.of(this.registry, SelectorOptions.defaults().withEjection(ejection));
		// It knows a node once it has been asked.
		selector.mark(new Call(false, false), selector.select("greeter"), Outcome.GIVEN_UP, 0, null);
		return selector;
	}

}
