package io.microspring.selector;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.registry.Node;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class StrategyTest {

	private static final Node A = Node.of("a", "127.0.0.1:1");

	private static final Node B = Node.of("b", "127.0.0.1:2");

	private static final Node C = Node.of("c", "127.0.0.1:3");

	private static final Selection CALL = Selection.of("greeter");

	private final Candidates nodes = Candidates.of("greeter", List.of(A, B, C));

	@Test
	void roundRobinIsEvenAcrossCalls() {
		Strategy strategy = Strategy.roundRobin();
		assertThat(count(300, strategy, this.nodes)).isEqualTo(Map.of(A, 100L, B, 100L, C, 100L));
	}

	@Test
	void roundRobinIsEvenFromManyThreads() {
		Strategy strategy = Strategy.roundRobin();
		var executor = Threads.executor(ExecutorMode.POOL, "caller");
		List<CompletableFuture<List<Node>>> callers = IntStream.range(0, 8)
			.mapToObj((i) -> CompletableFuture.supplyAsync(
					() -> IntStream.range(0, 3000).mapToObj((j) -> choose(strategy, this.nodes, CALL)).toList(),
					executor))
			.toList();
		assertThat(count(callers.stream().flatMap((caller) -> caller.join().stream())))
			.isEqualTo(Map.of(A, 8000L, B, 8000L, C, 8000L));
		executor.shutdown();
	}

	@Test
	void roundRobinCountsEachServiceByItself() {
		Strategy strategy = Strategy.roundRobin();
		Candidates pair = Candidates.of("greeter", List.of(A, B));
		Candidates others = Candidates.of("other", List.of(A, B));
		assertThat(count(IntStream.range(0, 100).mapToObj((i) -> {
			strategy.choose(others, CALL);
			return choose(strategy, pair, CALL);
		}))).isEqualTo(Map.of(A, 50L, B, 50L));
	}

	@Test
	void randomUsesAllNodesAboutEqually() {
		assertThat(count(9000, Strategy.random(), this.nodes).values()).hasSize(3)
			.allMatch((count) -> count > 2700 && count < 3300);
	}

	@Test
	void weightedFollowsTheWeights() {
		Candidates weighted = nodes(5, (i) -> Map.of("weight", List.of("1", "2", "0", "7", " 10 ").get(i)));
		Map<Node, Long> counts = count(20_000, Strategy.weighted(), weighted);
		assertThat(counts).doesNotContainKey(weighted.get(2));
		int[] weights = { 1, 2, 0, 7, 10 };
		for (int i : new int[] { 0, 1, 3, 4 }) {
			assertThat(counts.get(weighted.get(i)) / 1000.0).isBetween(weights[i] * 0.8 - 0.1, weights[i] * 1.2 + 0.1);
		}
	}

	@Test
	void weightThatCannotBeReadCountsAsOne() {
		for (String odd : List.of("heavy", "-3", "NaN", "")) {
			Candidates pair = nodes(2, (i) -> (i == 0) ? Map.of("weight", odd) : Map.of());
			assertThat(count(2000, Strategy.weighted(), pair).values()).as(odd)
				.hasSize(2)
				.allMatch((count) -> count > 800);
		}
	}

	@Test
	void nodeOfWeightZeroIsNotPickedWhileAnyOtherIsThere() {
		Candidates all = nodes(4, (i) -> Map.of("weight", List.of("100000", "0", "1", "3").get(i)));
		Map<Node, Long> counts = count(4000, Strategy.weighted(), all.without(0));
		assertThat(counts).containsOnlyKeys(all.get(2), all.get(3));
		assertThat(counts.get(all.get(2))).isBetween(800L, 1200L);
		assertThat(count(50, Strategy.weighted(), all.without(0).without(1).without(1))).containsOnlyKeys(all.get(1));
	}

	@Test
	void weightsOfZeroForAllAreEqualWeights() {
		assertThat(count(2000, Strategy.weighted(), nodes(2, (i) -> Map.of("weight", "0"))).values()).hasSize(2)
			.allMatch((count) -> count > 800);
	}

	@Test
	void leastConnectionsTakesTheIdleNode() {
		this.nodes.state(0).begin(false);
		this.nodes.state(2).begin(true);
		assertThat(count(50, Strategy.leastConnections(), this.nodes)).containsOnlyKeys(B);
	}

	@Test
	void leastConnectionsSharesAmongEqualNodes() {
		assertThat(count(3000, Strategy.leastConnections(), this.nodes).values()).hasSize(3)
			.allMatch((count) -> count > 800);
	}

	@Test
	void leastConnectionsKeepsManyNodesEvenlyBusy() {
		Candidates many = nodes(1000, (i) -> Map.of());
		for (int i = 0; i < 10_000; i++) {
			many.state(Strategy.leastConnections().choose(many, CALL)).begin(false);
		}
		assertThat(IntStream.range(0, 1000).map(many::inFlight).summaryStatistics().getMax()).isLessThanOrEqualTo(13);
	}

	@Test
	void powerOfTwoChoicesAvoidsSlowNodesAndBusyOnes() {
		answered(0, 50);
		answered(1, 1);
		answered(2, 1);
		Map<Node, Long> counts = count(3000, Strategy.powerOfTwoChoices(), this.nodes);
		assertThat(counts).containsOnlyKeys(B, C);
		for (int i = 0; i < 200; i++) {
			this.nodes.state(1).begin(false);
			this.nodes.state(2).begin(false);
		}
		assertThat(count(3000, Strategy.powerOfTwoChoices(), this.nodes).get(A)).isGreaterThan(1500);
	}

	@Test
	void keyStaysWithItsNodeAndKeysSpread() {
		Candidates ten = nodes(10, (i) -> Map.of());
		Map<String, Node> before = byKey(Strategy.hash(), ten, 10_000);
		assertThat(byKey(Strategy.hash(), nodes(10, (i) -> Map.of()), 10_000)).isEqualTo(before);
		assertThat(count(before.values().stream()).values()).hasSize(10)
			.allMatch((count) -> count > 600 && count < 1500);
	}

	@Test
	void nodeThatGoesMovesOnlyItsOwnKeys() {
		Map<String, Node> before = byKey(Strategy.hash(), nodes(10, (i) -> Map.of()), 10_000);
		Map<String, Node> after = byKey(Strategy.hash(), nodes(9, (i) -> Map.of()), 10_000);
		before.forEach((key, node) -> {
			if (!node.id().equals("n9")) {
				assertThat(after.get(key)).isEqualTo(node);
			}
		});
	}

	@Test
	void nodeThatComesTakesItsShareOfTheKeys() {
		Map<String, Node> before = byKey(Strategy.hash(), nodes(1000, (i) -> Map.of()), 20_000);
		Map<String, Node> after = byKey(Strategy.hash(), nodes(1001, (i) -> Map.of()), 20_000);
		long moved = before.entrySet().stream().filter((e) -> !after.get(e.getKey()).equals(e.getValue())).count();
		assertThat(moved).isLessThan(100);
	}

	@Test
	void nodeThatIsOutLendsItsKeysAndGetsThemBack() {
		Candidates ten = nodes(10, (i) -> Map.of());
		Map<String, Node> before = byKey(Strategy.hash(), ten, 1000);
		Candidates nine = ten.without(4);
		Map<String, Node> meanwhile = byKey(Strategy.hash(), nine, 1000);
		assertThat(meanwhile.values()).doesNotContain(ten.get(4));
		before.forEach((key, node) -> {
			if (node != ten.get(4)) {
				assertThat(meanwhile.get(key)).isEqualTo(node);
			}
		});
		assertThat(byKey(Strategy.hash(), ten, 1000)).isEqualTo(before);
	}

	@Test
	void callWithoutAKeyGoesByItsCallersHostElseByThisHost() {
		Candidates many = nodes(50, (i) -> Map.of());
		Strategy hash = Strategy.hash();
		Node of = choose(hash, many, new Call(null, "10.0.0.7:1234", Map.of()));
		assertThat(choose(hash, many, new Call(null, "10.0.0.7:999", Map.of()))).isEqualTo(of);
		Set<Node> ofOthers = new HashSet<>();
		for (int i = 0; i < 100; i++) {
			ofOthers.add(choose(hash, many, new Call(null, "10.0.0." + i + ":1234", Map.of())));
		}
		assertThat(ofOthers).hasSizeGreaterThan(25);
		assertThat(count(20, hash, many)).hasSize(1);
	}

	@Test
	void headerOrAnyFunctionGivesTheKey() {
		Candidates many = nodes(50, (i) -> Map.of());
		Node wanted = choose(Strategy.hash(), many, new Call("tenant-3", "", Map.of()));
		assertThat(choose(Strategy.hash("X-Tenant"), many, new Call(null, "", Map.of("X-Tenant", "tenant-3"))))
			.isEqualTo(wanted);
		assertThat(choose(Strategy.hash((call) -> call.service() + "-3"), many, Selection.of("tenant")))
			.isEqualTo(wanted);
	}

	@Test
	void keySticksToItsNodeForAsLongAsThatMayBeChosen() {
		Candidates ten = nodes(10, (i) -> Map.of());
		Strategy sticky = Strategy.sticky(Strategy.random());
		Map<String, Node> before = byKey(sticky, ten, 300);
		assertThat(byKey(sticky, ten, 300)).isEqualTo(before);
		assertThat(count(before.values().stream())).hasSize(10);
		Map<String, Node> grown = byKey(sticky, nodes(20, (i) -> Map.of()), 300);
		assertThat(grown).isEqualTo(before);
		Candidates nine = ten.without(0);
		Map<String, Node> moved = byKey(sticky, nine, 300);
		before.forEach((key, node) -> {
			if (node != ten.get(0)) {
				assertThat(moved.get(key)).isEqualTo(node);
			}
		});
		assertThat(byKey(sticky, ten, 300)).isEqualTo(moved);
	}

	@Test
	void ownZoneIsPreferredWhileEnoughOfItIsFit() {
		Candidates six = nodes(6, (i) -> Map.of("zone", (i < 4) ? "here" : "there"));
		Strategy prefer = Strategy.prefer("zone", "here", 0.5, Strategy.random());
		assertThat(count(500, prefer, six)).hasSize(4).doesNotContainKeys(six.get(4), six.get(5));
		Candidates two = six.without(0).without(0);
		assertThat(count(500, prefer, two)).containsOnlyKeys(six.get(2), six.get(3));
		Candidates one = two.without(0);
		assertThat(count(500, prefer, one)).containsOnlyKeys(six.get(3), six.get(4), six.get(5));
		assertThat(count(500, Strategy.prefer("zone", "moon", 0.5, Strategy.random()), six)).hasSize(6);
	}

	@Test
	void versionsGetTheirShareOfTheCalls() {
		Candidates two = versions("1", "1", "2", "3");
		Strategy split = Strategy.versionSplit(Map.of("1", 90, "2", 10, "9", 50), Strategy.random());
		Map<Node, Long> counts = count(10_000, split, two);
		assertThat(counts.get(two.get(2))).isBetween(800L, 1200L);
		assertThat(counts).doesNotContainKey(two.get(3));
		Candidates unknown = versions("7");
		assertThat(choose(split, unknown, CALL)).isEqualTo(unknown.get(0));
	}

	@Test
	void keyStaysWithItsVersionAndKeysAreSharedToo() {
		Candidates two = versions("1", "2");
		Strategy split = Strategy.versionSplit(Map.of("1", 80, "2", 20), Strategy.random());
		Map<String, Node> first = byKey(split, two, 5000);
		assertThat(byKey(split, two, 5000)).isEqualTo(first);
		assertThat(count(first.values().stream()).get(two.get(1))).isBetween(800L, 1200L);
	}

	@Test
	void nodeWithThreeErrorsIsOnTheBlacklist() {
		long now = System.nanoTime();
		for (int i = 0; i < 3; i++) {
			this.nodes.state(1).failed(now, Long.MAX_VALUE);
		}
		assertThat(count(300, Strategy.blacklist(), this.nodes)).containsOnlyKeys(A, C);
		for (int place : new int[] { 0, 2 }) {
			for (int i = 0; i < 3; i++) {
				this.nodes.state(place).failed(now, Long.MAX_VALUE);
			}
		}
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> Strategy.blacklist().choose(this.nodes, CALL))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(503))
			.withMessageContaining("none available");
	}

	@Test
	void whatMakesNoSenseIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Strategy.versionSplit(Map.of("1", 0), Strategy.random()));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Strategy.versionSplit(Map.of("1", -1, "2", 2), Strategy.random()));
		assertThatIllegalArgumentException().isThrownBy(() -> Strategy.prefer("zone", "here", 1.5, Strategy.random()));
	}

	private void answered(int place, int millis) {
		NodeState state = this.nodes.state(place);
		state.begin(false);
		state.end(CALL, Outcome.ANSWERED, millis * 1_000_000L, System.nanoTime(), 0);
	}

	private static Node choose(Strategy strategy, Candidates nodes, Selection call) {
		return nodes.get(strategy.choose(nodes, call));
	}

	private static Candidates nodes(int count, IntFunction<Map<String, String>> metadata) {
		return Candidates.of("greeter",
				IntStream.range(0, count)
					.mapToObj((i) -> new Node("n" + i, "127.0.0.1:" + (1000 + i), metadata.apply(i)))
					.toList());
	}

	private static Candidates versions(String... versions) {
		Node[] nodes = IntStream.range(0, versions.length)
			.mapToObj((i) -> Node.of("n" + i, "127.0.0.1:" + i))
			.toArray(Node[]::new);
		return new Candidates("greeter", nodes, versions,
				Arrays.stream(nodes).map((node) -> new NodeState(node, 0)).toArray(NodeState[]::new));
	}

	private static Map<String, Node> byKey(Strategy strategy, Candidates nodes, int keys) {
		Map<String, Node> chosen = new HashMap<>();
		for (int i = 0; i < keys; i++) {
			chosen.put("user-" + i, choose(strategy, nodes, new Call("user-" + i, "", Map.of())));
		}
		return chosen;
	}

	private static Map<Node, Long> count(int times, Strategy strategy, Candidates nodes) {
		return count(IntStream.range(0, times).mapToObj((i) -> choose(strategy, nodes, CALL)));
	}

	private static Map<Node, Long> count(Stream<Node> nodes) {
		return nodes.collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
	}

	private record Call(String key, String caller, Map<String, String> headers) implements Selection {

		@Override
		public String service() {
			return "greeter";
		}

		@Override
		public String metadata(String name) {
			return this.headers.get(name);
		}

	}

}
