package io.microspring.selector;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.registry.Node;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StrategyTest {

	private static final Node A = Node.of("a", "127.0.0.1:1");

	private static final Node B = Node.of("b", "127.0.0.1:2");

	private static final Node C = Node.of("c", "127.0.0.1:3");

	private static final List<Node> NODES = List.of(A, B, C);

	@Test
	void roundRobinIsEvenAcrossCalls() {
		Strategy strategy = Strategy.roundRobin();
		assertThat(count(IntStream.range(0, 300).mapToObj((i) -> strategy.choose("greeter", NODES))))
			.isEqualTo(Map.of(A, 100L, B, 100L, C, 100L));
	}

	@Test
	void roundRobinIsEvenFromManyThreads() {
		Strategy strategy = Strategy.roundRobin();
		var executor = Threads.executor(ExecutorMode.POOL, "caller");
		List<CompletableFuture<List<Node>>> callers = IntStream.range(0, 8)
			.mapToObj((i) -> CompletableFuture.supplyAsync(
					() -> IntStream.range(0, 3000).mapToObj((j) -> strategy.choose("greeter", NODES)).toList(),
					executor))
			.toList();
		assertThat(count(callers.stream().flatMap((caller) -> caller.join().stream())))
			.isEqualTo(Map.of(A, 8000L, B, 8000L, C, 8000L));
		executor.shutdown();
	}

	@Test
	void roundRobinCountsEachServiceByItself() {
		Strategy strategy = Strategy.roundRobin();
		List<Node> pair = List.of(A, B);
		assertThat(count(IntStream.range(0, 100).mapToObj((i) -> {
			strategy.choose("other", pair);
			return strategy.choose("greeter", pair);
		}))).isEqualTo(Map.of(A, 50L, B, 50L));
	}

	@Test
	void roundRobinOverFilteredNodesIsEvenToo() {
		Strategy strategy = Strategy.roundRobin();
		List<Node> first = List.of(A, B);
		List<Node> second = List.of(C, Node.of("d", "127.0.0.1:4"));
		assertThat(count(IntStream.range(0, 100).mapToObj((i) -> {
			strategy.choose("greeter", second);
			return strategy.choose("greeter", first);
		}))).isEqualTo(Map.of(A, 50L, B, 50L));
	}

	@Test
	void randomUsesAllNodesAboutEqually() {
		Map<Node, Long> counts = count(
				IntStream.range(0, 9000).mapToObj((i) -> Strategy.random().choose("greeter", NODES)));
		assertThat(counts.keySet()).containsExactlyInAnyOrder(A, B, C);
		assertThat(counts.values()).allMatch((count) -> count > 2500 && count < 3500);
	}

	private static Map<Node, Long> count(Stream<Node> nodes) {
		return nodes.collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
	}

}
