package io.microspring.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.registry.Change;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.microspring.selector.Filter;
import io.microspring.selector.NodeStatus;
import io.microspring.selector.Outcome;
import io.microspring.selector.Selection;
import io.microspring.selector.Selector;
import io.microspring.selector.Strategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What every selector does. A test of a selector extends this class and says how to open
 * one on a registry.
 */
public abstract class SelectorContract {

	private static final Node A = new Node("a", "127.0.0.1:1", Map.of("zone", "east", "protocol", "mucp"));

	private static final Node B = new Node("b", "127.0.0.1:2", Map.of("zone", "west", "protocol", "mucp"));

	private static final Node C = new Node("c", "127.0.0.1:3", Map.of("zone", "west", "protocol", "grpc"));

	private final Registry registry = Registry.memory();

	private Selector selector;

	/**
	 * Opens a selector.
	 * @param registry what it asks
	 * @return the selector; the contract closes it
	 */
	protected abstract Selector open(Registry registry);

	/**
	 * Whether many calls come to use every node.
	 * @return true by default
	 */
	protected boolean spreads() {
		return true;
	}

	/**
	 * Whether nodes that fail are left out for a while.
	 * @return true by default
	 */
	protected boolean ejects() {
		return true;
	}

	@BeforeEach
	final void openOne() {
		this.selector = open(this.registry);
	}

	@AfterEach
	final void closeIt() {
		this.selector.close();
		this.registry.close();
	}

	// picking

	@Test
	void onlyNodeIsPickedAgainAndAgain() {
		register("1.0.0", A);
		assertThat(attempts(3)).containsOnly(A);
	}

	@Test
	void manyCallsUseEveryNodeOfEveryVersion() {
		assumeTrue(spreads(), "it does not spread calls over all nodes");
		register("1.0.0", A, B);
		register("2.0.0", C);
		Set<Node> picked = new HashSet<>();
		for (int i = 0; i < 1000; i++) {
			picked.add(this.selector.select("greeter"));
		}
		assertThat(picked).containsExactlyInAnyOrder(A, B, C);
	}

	@Test
	void furtherAttemptsUseNodesThatWereNotTried() {
		register("1.0.0", A, B, C);
		for (int i = 0; i < 100; i++) {
			assertThat(attempts(3)).containsExactlyInAnyOrder(A, B, C);
		}
	}

	@Test
	void moreAttemptsThanNodesBeginAnew() {
		register("1.0.0", A, B);
		List<Node> nodes = attempts(4);
		assertThat(nodes.subList(0, 2)).containsExactlyInAnyOrder(A, B);
		assertThat(nodes.subList(2, 4)).containsExactlyInAnyOrder(A, B);
	}

	@Test
	void furtherAttemptUsesANodeThatCameMeanwhile() {
		register("1.0.0", A);
		Node first = this.selector.select("greeter");
		register("1.0.0", B);
		assertThat(this.selector.select(Selection.of("greeter"), List.of(first))).isEqualTo(B);
	}

	@Test
	void nodeThatComesLaterIsPicked() {
		assumeTrue(spreads(), "it does not spread calls over all nodes");
		register("1.0.0", A);
		this.selector.select("greeter");
		register("1.0.0", B);
		assertThat(IntStream.range(0, 200).mapToObj((i) -> this.selector.select("greeter"))).contains(A, B);
	}

	@Test
	void nodeThatWentIsNotPicked() {
		register("1.0.0", A, B);
		this.selector.select("greeter");
		this.registry.deregister(Service.of("greeter", "1.0.0", A));
		assertThat(IntStream.range(0, 100).mapToObj((i) -> this.selector.select("greeter"))).containsOnly(B);
	}

	@Test
	void servicesAreNotMixedUp() {
		register("1.0.0", A);
		this.registry.register(Service.of("other", "1.0.0", B), Duration.ZERO);
		for (int i = 0; i < 20; i++) {
			assertThat(this.selector.select("greeter")).isEqualTo(A);
			assertThat(this.selector.select("other")).isEqualTo(B);
		}
	}

	@Test
	void manyThreadsPick() {
		register("1.0.0", A, B, C);
		CompletableFuture<?>[] callers = IntStream.range(0, 8).mapToObj((i) -> CompletableFuture.runAsync(() -> {
			for (int j = 0; j < 500; j++) {
				assertThat(this.selector.select("greeter")).isIn(A, B, C);
			}
		}, SelectorContract::start)).toArray(CompletableFuture[]::new);
		assertThatCode(() -> CompletableFuture.allOf(callers).join()).doesNotThrowAnyException();
	}

	// filters

	@Test
	void versionFilterKeepsOneVersion() {
		register("1.0.0", A, B);
		register("2.0.0", C);
		assertThat(pickAll(Filter.version("2.0.0"))).containsOnly(C);
	}

	@Test
	void metadataFilterKeepsNodesWithTheEntry() {
		register("1.0.0", A, B);
		register("2.0.0", C);
		assertThat(pickAll(Filter.metadata("zone", "west"))).isSubsetOf(B, C).doesNotContain(A);
	}

	@Test
	void endpointFilterKeepsServicesThatOfferIt() {
		register("1.0.0", A, B);
		Endpoint hello = new Endpoint("Say.Hello", null, null, Map.of());
		this.registry.register(new Service("greeter", "2.0.0", Map.of(), List.of(hello), List.of(C)), Duration.ZERO);
		assertThat(pickAll(Filter.endpoint("Say.Hello"))).containsOnly(C);
	}

	@Test
	void filtersAddUp() {
		register("1.0.0", A, B);
		register("2.0.0", C);
		assertThat(pickAll(Filter.metadata("zone", "west"), Filter.version("1.0.0"))).containsOnly(B);
	}

	@Test
	void filtersOfACallersOwnAreApplied() {
		register("1.0.0", A, B, C);
		assertThat(pickAll((services) -> services.stream().map((s) -> s.withNodes(List.of(B))).toList()))
			.containsOnly(B);
	}

	@Test
	void newestVersionIsKept() {
		register("1.9", A);
		register("1.10", B, C);
		assertThat(pickAll(Filter.newestVersion())).containsExactlyInAnyOrder(B, C);
		this.registry.deregister(Service.of("greeter", "1.10", B, C));
		assertThat(pickAll(Filter.newestVersion())).containsExactly(A);
	}

	@Test
	void filterThatLeavesNothingMayHaveAnother() {
		register("1.0.0", A, B);
		Filter north = Filter.metadata("zone", "north").orElse(Filter.metadata("zone", "west"));
		assertThat(pickAll(north)).containsExactly(B);
		assertRefused(503, () -> this.selector.select("greeter", Filter.version("7").orElse(Filter.version("8"))),
				(detail) -> assertThat(detail).contains("version 7 or else version 8"));
	}

	@Test
	void filterThatChangesItsMindIsAskedEachTime() {
		register("1.0.0", A, B);
		AtomicReference<Node> wanted = new AtomicReference<>(A);
		Filter changing = (services) -> services.stream().map((s) -> s.withNodes(List.of(wanted.get()))).toList();
		assertThat(pickAll(changing)).containsExactly(A);
		wanted.set(B);
		assertThat(pickAll(changing)).containsExactly(B);
	}

	@Test
	void filtersThatLeaveNothingAreNamed() {
		register("1.0.0", A, B);
		assertRefused(503, () -> this.selector.select("greeter", Filter.version("9"), Filter.metadata("zone", "east")),
				(detail) -> assertThat(detail).contains("greeter", "none available", "version 9"));
		assertRefused(503, () -> this.selector.select("greeter", Filter.metadata("zone", "north")),
				(detail) -> assertThat(detail).contains("metadata zone=north"));
	}

	// what cannot be picked

	@Test
	void unknownServiceNamesTheRegistryAndWhatLooksAlike() {
		for (String name : List.of("go.micro.srv.greeter", "go.micro.srv.bank", "com.example.orders")) {
			this.registry.register(Service.of(name, "latest", A), Duration.ZERO);
		}
		assertRefused(404, () -> this.selector.select("go.micro.srv.greter"),
				(detail) -> assertThat(detail)
					.contains("go.micro.srv.greter", "not found in registry memory", "go.micro.srv.greeter")
					.doesNotContain("bank", "orders"));
	}

	@Test
	void unknownServiceThatLooksLikeNothingIsJustNotFound() {
		register("1.0.0", A);
		assertRefused(404, () -> this.selector.select("payments"),
				(detail) -> assertThat(detail).contains("payments", "not found").doesNotContain("greeter"));
	}

	@Test
	void registryThatIsDownIsUnavailable() {
		try (Selector onNothing = open(new DownRegistry())) {
			assertRefused(503, () -> onNothing.select("greeter"),
					(detail) -> assertThat(detail).contains("greeter", "no route to the registry"));
		}
	}

	// marks

	@Test
	void markedAndResetNodesCanStillBePicked() {
		register("1.0.0", A);
		this.selector.mark("greeter", A, null);
		this.selector.mark("greeter", A, new IllegalStateException("failed once"));
		this.selector.mark("unknown", A, null);
		this.selector.reset("greeter");
		this.selector.reset("unknown");
		assertThat(this.selector.select("greeter")).isEqualTo(A);
	}

	@Test
	void everyPickIsOverOnceItIsMarked() {
		register("1.0.0", A, B, C);
		CompletableFuture<?>[] callers = IntStream.range(0, 4).mapToObj((i) -> CompletableFuture.runAsync(() -> {
			for (int j = 0; j < 300; j++) {
				Selection call = Selection.of("greeter");
				Node node = this.selector.select(call, List.of());
				// No more failures than any selector puts up with.
				Outcome outcome = (i == 0 && j < 2) ? Outcome.TIMED_OUT
						: (j % 2 == 0) ? Outcome.GIVEN_UP : Outcome.ANSWERED;
				this.selector.mark(call, node, outcome, 1000, null);
			}
		}, SelectorContract::start)).toArray(CompletableFuture[]::new);
		CompletableFuture.allOf(callers).join();
		assertThat(this.selector.nodes()).allMatch((node) -> node.inFlight() == 0);
	}

	@Test
	void nodeThatFailsIsLeftOutAsLongAsOthersDoNot() {
		assumeTrue(ejects(), "it learns nothing from failures");
		register("1.0.0", A, B, C);
		pickAll();
		for (int i = 0; i < 10; i++) {
			this.selector.mark("greeter", B, new IllegalStateException("broken"));
		}
		assertThat(pickAll(1)).doesNotContain(B);
		assertThat(this.selector.nodes()).filteredOn(NodeStatus::out).extracting(NodeStatus::id).containsExactly("b");
		this.selector.reset("greeter");
		assertThat(this.selector.nodes()).noneMatch(NodeStatus::out);
	}

	@Test
	void nodesAreLeftThatAllFail() {
		register("1.0.0", A, B, C);
		pickAll();
		for (Node node : List.of(A, B, C)) {
			for (int i = 0; i < 2; i++) {
				this.selector.mark("greeter", node, new IllegalStateException("broken"));
			}
		}
		assertThat(this.selector.select("greeter")).isIn(A, B, C);
	}

	@Test
	void strategyOfACallWins() {
		register("1.0.0", A, B, C);
		Selection call = new Asking((nodes, selection) -> nodes.indexOf(C));
		for (int i = 0; i < 20; i++) {
			assertThat(this.selector.select(call, List.of())).isEqualTo(C);
		}
	}

	@Test
	void closingTwiceIsHarmlessAndLeavesTheRegistryOpen() {
		this.selector.close();
		assertThatCode(this.selector::close).doesNotThrowAnyException();
		assertThatCode(() -> register("1.0.0", A)).doesNotThrowAnyException();
	}

	private void register(String version, Node... nodes) {
		this.registry.register(Service.of("greeter", version, nodes), Duration.ZERO);
	}

	/** What the attempts of one call pick. */
	private List<Node> attempts(int count, Filter... filters) {
		List<Node> picked = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			picked.add(this.selector.select(Selection.of("greeter", filters), picked));
		}
		return picked;
	}

	private Set<Node> pickAll(int attempts) {
		Set<Node> picked = new HashSet<>();
		for (int i = 0; i < 200; i++) {
			picked.addAll(attempts(attempts));
		}
		return picked;
	}

	private Set<Node> pickAll(Filter... filters) {
		Set<Node> picked = new HashSet<>();
		for (int i = 0; i < 100; i++) {
			picked.addAll(attempts(2, filters));
		}
		return picked;
	}

	private static void assertRefused(int code, Runnable select, Consumer<String> detail) {
		assertThatExceptionOfType(MicroException.class).isThrownBy(select::run).satisfies((ex) -> {
			assertThat(ex.id()).isEqualTo("go.micro.client");
			assertThat(ex.code()).isEqualTo(code);
			detail.accept(ex.detail());
		});
	}

	/** A call that wants its nodes chosen in a way of its own. */
	private record Asking(Strategy strategy) implements Selection {

		@Override
		public String service() {
			return "greeter";
		}

	}

	/** A registry whose server is not there. */
	private static final class DownRegistry implements Registry {

		@Override
		public String name() {
			return "down";
		}

		@Override
		public void register(Service service, Duration ttl) {
			throw down();
		}

		@Override
		public void deregister(Service service) {
			throw down();
		}

		@Override
		public List<Service> get(String name) {
			throw down();
		}

		@Override
		public List<Service> list() {
			throw down();
		}

		@Override
		public Watcher watch(String name, Consumer<Change> listener) {
			throw down();
		}

		@Override
		public void close() {
		}

		private static RegistryException down() {
			return new RegistryException("no route to the registry", null);
		}

	}

	/** Runs a task on a thread of its own: the JDK's common pool may have but one. */
	private static void start(Runnable task) {
		Threads.start("caller", task);
	}

}
