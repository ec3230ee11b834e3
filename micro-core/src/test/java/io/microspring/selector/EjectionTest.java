package io.microspring.selector;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** Nodes that fail are left out for a while. */
class EjectionTest {

	static final Duration LONG = Duration.ofMinutes(1);

	static final Duration SHORT = Duration.ofMillis(100);

	static final EjectionOptions LASTING = EjectionOptions.defaults().withDuration(LONG, LONG);

	private static final IllegalStateException BROKEN = new IllegalStateException("connection\nrefused");

	private final Registry registry = Registry.memory();

	private final List<Selector> opened = new ArrayList<>();

	@AfterEach
	void close() {
		this.opened.forEach(Selector::close);
		this.registry.close();
	}

	@Test
	void threeFailuresInARowTakeANodeOutAndSayWhy() {
		Selector selector = open(4, LASTING);
		fail(selector, 0, 2);
		mark(selector, 0, Outcome.ANSWERED);
		fail(selector, 0, 2);
		assertThat(picked(selector)).contains(node(0));
		fail(selector, 0, 1);
		assertThat(picked(selector)).containsExactlyInAnyOrder(node(1), node(2), node(3));
		assertThat(selector.nodes()).filteredOn(NodeStatus::out).singleElement().satisfies((status) -> {
			assertThat(status.id()).isEqualTo("n0");
			assertThat(status.service()).isEqualTo("greeter");
			assertThat(status.reason()).isEqualTo("3 failures in a row, the last: connection refused");
			assertThat(status.since()).isNotNull();
		});
	}

	@Test
	void businessErrorsAndCancelledCallsSayNothingAgainstANode() {
		Selector selector = open(4, LASTING);
		for (int i = 0; i < 10; i++) {
			mark(selector, 0, (i % 3 == 0) ? Outcome.ANSWERED : Outcome.GIVEN_UP);
			mark(selector, 1, Outcome.ANSWERED);
		}
		assertThat(picked(selector)).hasSize(4);
	}

	@Test
	void nodeThatFailsHalfOfItsCallsIsTakenOut() {
		Selector selector = open(4, LASTING.withErrorRate(0.4));
		for (int i = 0; i < 60; i++) {
			mark(selector, 0, (i % 2 == 0) ? Outcome.ANSWERED : Outcome.FAULTED);
			mark(selector, 1, (i % 5 != 0) ? Outcome.ANSWERED : Outcome.FAULTED);
		}
		assertThat(picked(selector)).containsExactlyInAnyOrder(node(1), node(2), node(3));
	}

	@Test
	void failuresThatAreFarBetweenAreNoErrorRate() {
		EjectionOptions options = LASTING.withFailures(0).withErrorRate(0.05);
		Selector selector = open(4, options.withDuration(Duration.ofMillis(10), LONG));
		Call stream = new Call(false, true);
		for (int i = 0; i < 5; i++) {
			selector.mark(stream, node(0), Outcome.DISCONNECTED, 1_000_000, BROKEN);
			assertThat(selector.nodes()).noneMatch(NodeStatus::out);
			LockSupport.parkNanos(25_000_000);
		}
		Selector remembering = open(4, options);
		for (int i = 0; i < 5; i++) {
			remembering.mark(stream, node(0), Outcome.DISCONNECTED, 1_000_000, BROKEN);
		}
		assertThat(remembering.nodes()).filteredOn(NodeStatus::out).hasSize(1);
	}

	@Test
	void neverMoreThanHalfAreOutAndOneIsAlwaysLeft() {
		Selector selector = open(5, LASTING);
		for (int i = 0; i < 5; i++) {
			fail(selector, i, 5);
		}
		assertThat(picked(selector)).containsExactlyInAnyOrder(node(2), node(3), node(4));
		Selector all = open(5, LASTING.withMaxShare(1));
		for (int i = 0; i < 5; i++) {
			fail(all, i, 5);
		}
		assertThat(picked(all)).containsExactly(node(4));
	}

	@Test
	void onlyNodeIsNeverOut() {
		Selector selector = open(1, LASTING);
		fail(selector, 0, 10);
		assertThat(picked(selector)).containsExactly(node(0));
	}

	@Test
	void nodesThatAreOutCountAsInWhenTheOthersHaveGone() {
		Selector selector = open(4, LASTING);
		fail(selector, 0, 3);
		fail(selector, 1, 3);
		assertThat(picked(selector)).containsExactlyInAnyOrder(node(2), node(3));
		this.registry.deregister(Service.of("greeter", "1", node(2), node(3)));
		assertThat(picked(selector)).containsExactlyInAnyOrder(node(0), node(1));
	}

	@Test
	void nodesThatAFilterLeavesAreNotAllOut() {
		Selector selector = open(4, LASTING);
		fail(selector, 0, 3);
		Filter first = (services) -> services.stream().map((s) -> s.withNodes(List.of(node(0)))).toList();
		assertThat(selector.select("greeter", first)).isEqualTo(node(0));
	}

	@Test
	void nodeIsTriedByOneCallWhenItsTimeIsOverAndLetInWhenThatIsAnswered() {
		Selector selector = open(4, EjectionOptions.defaults().withDuration(SHORT, LONG));
		fail(selector, 0, 3);
		assertThat(picked(selector)).doesNotContain(node(0));
		Call idempotent = new Call(true, false);
		await().until(() -> begins(selector, idempotent, node(0)));
		assertThat(picked(selector, idempotent)).as("while the probe is under way").doesNotContain(node(0));
		selector.mark(idempotent, node(0), Outcome.ANSWERED, 1000, null);
		assertThat(picked(selector)).contains(node(0));
		assertThat(selector.nodes()).noneMatch(NodeStatus::out);
	}

	@Test
	void nodeThatFailsAgainIsOutTwiceAsLong() {
		Selector selector = open(4, EjectionOptions.defaults().withDuration(Duration.ofMillis(300), LONG));
		Call idempotent = new Call(true, false);
		fail(selector, 0, 3);
		await().until(() -> begins(selector, idempotent, node(0)));
		long before = System.nanoTime();
		selector.mark(idempotent, node(0), Outcome.DISCONNECTED, 1000, BROKEN);
		await().until(() -> begins(selector, idempotent, node(0)));
		assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(600_000_000L);
	}

	@Test
	void callThatMayNotBeMadeTwiceIsNoProbeAtOnce() {
		Selector selector = open(2, EjectionOptions.defaults().withDuration(Duration.ofMillis(400), LONG));
		fail(selector, 0, 3);
		long before = System.nanoTime();
		await().until(() -> begins(selector, new Call(false, false), node(0)));
		assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(700_000_000L);
	}

	@Test
	void attemptsWithHardlyAnyTimeAreNoFailures() {
		Selector selector = open(4, LASTING);
		usually(selector, 4, 50);
		MicroException late = MicroException.of("greeter", 408, "deadline exceeded");
		Call call = new Call(false, false);
		for (int i = 0; i < 20; i++) {
			selector.mark(call, node(0), Outcome.TIMED_OUT, 5_000_000, BROKEN);
			selector.mark(call, node(0), Outcome.TIMED_OUT, 199_000_000, BROKEN);
			selector.mark(call, node(0), Outcome.FAULTED, 5_000_000, late);
		}
		assertThat(picked(selector)).hasSize(4);
		for (int i = 0; i < 3; i++) {
			selector.mark(call, node(0), Outcome.TIMED_OUT, 200_000_000, BROKEN);
			selector.mark(call, node(1), Outcome.FAULTED, 200_000_000, late);
		}
		assertThat(picked(selector)).containsExactlyInAnyOrder(node(2), node(3));
	}

	@Test
	void nodeThatFailsTakesThePlaceOfOneThatIsOnlySilent() {
		Selector selector = open(2, LASTING);
		usually(selector, 2, 1);
		callWhileSilent(selector, node(0), 200);
		fail(selector, 1, 3);
		assertThat(selector.nodes()).filteredOn(NodeStatus::out).extracting(NodeStatus::id).containsExactly("n1");
	}

	@Test
	void noneIsOutWhereEjectionIsOff() {
		Selector selector = open(3, EjectionOptions.none());
		usually(selector, 3, 1);
		fail(selector, 0, 50);
		callWhileSilent(selector, node(1), 100);
		assertThat(picked(selector)).hasSize(3);
	}

	@Test
	void resetLetsAllInAgain() {
		Selector selector = open(4, LASTING);
		fail(selector, 0, 3);
		fail(selector, 1, 3);
		selector.reset("greeter");
		assertThat(picked(selector)).hasSize(4);
	}

	@Test
	void processThatComesBackAtTheSameAddressUnderAnotherIdBeginsAnew() {
		Selector selector = open(4, LASTING);
		fail(selector, 0, 3);
		this.registry.deregister(Service.of("greeter", "1", node(0)));
		Node again = Node.of("n0-again", node(0).address());
		this.registry.register(Service.of("greeter", "1", again), Duration.ZERO);
		assertThat(picked(selector)).contains(again);
	}

	@Test
	void nothingIsKeptOfNodesThatHaveGone() {
		Selector selector = open(1, LASTING);
		for (int i = 1; i < 500; i++) {
			Node next = node(i);
			this.registry.register(Service.of("greeter", "1", next), Duration.ZERO);
			this.registry.deregister(Service.of("greeter", "1", node(i - 1)));
			assertThat(selector.select("greeter")).isEqualTo(next);
			mark(selector, i, Outcome.FAULTED);
			mark(selector, i - 1, Outcome.FAULTED);
		}
		assertThat(selector.nodes()).hasSize(1);
	}

	@Test
	void callsUnderWayAreCountedFromManyThreads() {
		Selector selector = open(3, LASTING);
		AtomicInteger left = new AtomicInteger();
		CompletableFuture<?>[] callers = IntStream.range(0, 8).mapToObj((t) -> CompletableFuture.runAsync(() -> {
			Call call = new Call(t % 2 == 0, t % 3 == 0);
			for (int i = 0; i < 5000; i++) {
				Node node = selector.select(call, List.of());
				if (i % 1000 == 0) {
					left.incrementAndGet();
					continue;
				}
				Outcome outcome = (i % 100 == 7) ? Outcome.values()[i / 100 % 5] : Outcome.ANSWERED;
				selector.mark(call, node, outcome, 1000, null);
			}
		}, EjectionTest::start)).toArray(CompletableFuture[]::new);
		CompletableFuture.allOf(callers).join();
		assertThat(selector.nodes().stream().mapToInt(NodeStatus::inFlight).sum()).isEqualTo(left.get());
		assertThat(selector.nodes()).filteredOn(NodeStatus::out).hasSizeLessThanOrEqualTo(1);
	}

	@Test
	void newNodeGetsFewCallsAtFirst() {
		Selector selector = open(1, SelectorOptions.defaults().withSlowStart(LONG));
		selector.select("greeter");
		this.registry.register(Service.of("greeter", "1", node(1)), Duration.ZERO);
		long ofTheNew = IntStream.range(0, 2000).filter((i) -> selector.select("greeter").equals(node(1))).count();
		assertThat(ofTheNew).isBetween(20L, 300L);
	}

	@Test
	void nodesThatAreThereAtTheFirstCallAreNotNew() {
		Selector selector = open(2, SelectorOptions.defaults().withSlowStart(LONG));
		long of = IntStream.range(0, 2000).filter((i) -> selector.select("greeter").equals(node(1))).count();
		assertThat(of).isBetween(800L, 1200L);
	}

	@Test
	void optionsThatMakeNoSenseAreRefused() {
		EjectionOptions options = EjectionOptions.defaults();
		assertThatIllegalArgumentException().isThrownBy(() -> options.withFailures(-1));
		assertThatIllegalArgumentException().isThrownBy(() -> options.withErrorRate(1.5));
		assertThatIllegalArgumentException().isThrownBy(() -> options.withMaxShare(Double.NaN));
		assertThatIllegalArgumentException().isThrownBy(() -> options.withSilence(Duration.ofMillis(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> options.withDuration(Duration.ZERO, LONG));
		assertThatIllegalArgumentException().isThrownBy(() -> options.withDuration(LONG, SHORT));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> SelectorOptions.defaults().withSlowStart(Duration.ofDays(2)));
	}

	private Selector open(int nodes, EjectionOptions ejection) {
		return open(nodes, SelectorOptions.defaults().withEjection(ejection));
	}

	private Selector open(int nodes, SelectorOptions options) {
		Node[] all = IntStream.range(0, nodes).mapToObj(EjectionTest::node).toArray(Node[]::new);
		this.registry.register(Service.of("greeter", "1", all), Duration.ZERO);
		Selector selector = Selector.of(this.registry, options);
		this.opened.add(selector);
		// It knows a node once it has been asked.
		Node first = selector.select("greeter");
		selector.mark(new Call(false, false), first, Outcome.GIVEN_UP, 0, null);
		return selector;
	}

	/** All nodes answer in a time. */
	static void usually(Selector selector, int nodes, int millis) {
		for (int i = 0; i < nodes; i++) {
			Call call = new Call(false, false);
			for (int j = 0; j < 3; j++) {
				pick(selector, call, node(i));
				selector.mark(call, node(i), Outcome.ANSWERED, millis * 1_000_000L, null);
			}
		}
	}

	/** A call each millisecond; all but one node answer. */
	static List<Node> callWhileSilent(Selector selector, Node silent, int calls) {
		List<Node> lost = new ArrayList<>();
		Call call = new Call(false, false);
		for (int i = 0; i < calls; i++) {
			Node node = selector.select(call, List.of());
			if (node.equals(silent)) {
				lost.add(node);
			}
			else {
				selector.mark(call, node, Outcome.ANSWERED, 1_000_000, null);
			}
			LockSupport.parkNanos(2_000_000);
		}
		return lost;
	}

	/** Begins a call to one node. */
	static void pick(Selector selector, Call call, Node wanted) {
		Strategy one = (nodes, selection) -> Math.max(0, nodes.indexOf(wanted));
		assertThat(selector.select(new Call(call.idempotent, call.stream, one), List.of())).isEqualTo(wanted);
	}

	/** Whether a call to a node begins; to another it is given up. */
	static boolean begins(Selector selector, Call call, Node wanted) {
		Node node = selector.select(call, List.of());
		if (!node.equals(wanted)) {
			selector.mark(call, node, Outcome.GIVEN_UP, 0, null);
		}
		return node.equals(wanted);
	}

	static Set<Node> picked(Selector selector) {
		return picked(selector, new Call(false, false));
	}

	static Set<Node> picked(Selector selector, Call call) {
		Set<Node> picked = new HashSet<>();
		for (int i = 0; i < 200; i++) {
			Node node = selector.select(call, List.of());
			picked.add(node);
			selector.mark(call, node, Outcome.GIVEN_UP, 0, null);
		}
		return picked;
	}

	private static void fail(Selector selector, int node, int times) {
		for (int i = 0; i < times; i++) {
			mark(selector, node, Outcome.DISCONNECTED);
		}
	}

	static void mark(Selector selector, int node, Outcome outcome) {
		selector.mark(new Call(false, false), node(node), outcome, 1_000_000, outcome.isFailure() ? BROKEN : null);
	}

	static Node node(int i) {
		return new Node("n" + i, "127.0.0.1:" + (1000 + i), Map.of());
	}

	record Call(boolean idempotent, boolean stream, Strategy strategy) implements Selection {

		Call(boolean idempotent, boolean stream) {
			this(idempotent, stream, null);
		}

		@Override
		public String service() {
			return "greeter";
		}

	}

	/** Runs a task on a thread of its own: the JDK's common pool may have but one. */
	private static void start(Runnable task) {
		Threads.start("caller", task);
	}

}
