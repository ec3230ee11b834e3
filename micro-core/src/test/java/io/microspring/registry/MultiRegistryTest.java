package io.microspring.registry;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.microspring.health.HealthReport;
import io.microspring.registry.Change.Action;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

class MultiRegistryTest {

	private static final Duration TTL = Duration.ofMinutes(1);

	private final FlakyRegistry first = new FlakyRegistry();

	private final FlakyRegistry second = new FlakyRegistry();

	private final Registry multi = Registry.multi(List.of(this.first, this.second));

	private final List<Change> changes = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.multi.close();
		assertThat(this.first.closed && this.second.closed).isTrue();
	}

	@Test
	void servicesAreRegisteredAndTakenBackEverywhere() {
		Service greeter = service("a");
		this.multi.register(greeter, TTL);
		assertThat(this.first.memory.get("greeter")).containsExactly(greeter);
		assertThat(this.second.memory.get("greeter")).containsExactly(greeter);
		assertThat(this.multi.get("greeter")).containsExactly(greeter);

		this.multi.deregister(greeter);
		assertThat(this.first.memory.list()).isEmpty();
		assertThat(this.second.memory.list()).isEmpty();
	}

	@Test
	void lookUpsAndListsGiveWhatAnyOfThemKnows() {
		this.first.register(service("a", "b"), TTL);
		this.second.register(service("b", "c"), TTL);
		this.second.register(Service.of("other", "1.0.0", Node.of("o", "127.0.0.1:1")), TTL);
		assertThat(this.multi.get("greeter")).singleElement()
			.satisfies(
					(found) -> assertThat(found.nodes()).extracting(Node::id).containsExactlyInAnyOrder("a", "b", "c"));
		assertThat(this.multi.list()).extracting(Service::name).containsExactlyInAnyOrder("greeter", "other");
	}

	@Test
	void firstOneHasTheSayAboutANodeThatSeveralKnow() {
		this.first.register(Service.of("greeter", "latest", new Node("a", "here:1", Map.of("zone", "1"))), TTL);
		this.second.register(Service.of("greeter", "latest", new Node("a", "there:1", Map.of("zone", "2"))), TTL);
		assertThat(this.multi.get("greeter")).flatExtracting(Service::nodes)
			.extracting(Node::address)
			.containsExactly("here:1");
	}

	@Test
	void nodeComesWithTheFirstThatHasItAndGoesWithTheLast() {
		Registry.Watcher watcher = this.multi.watch("greeter", this.changes::add);
		this.multi.register(service("a", "b"), TTL);
		await().untilAsserted(() -> assertThat(nodes(Action.CREATE)).containsExactlyInAnyOrder("a", "b"));

		this.first.deregister(service("a", "b"));
		this.second.deregister(service("a"));
		await().untilAsserted(() -> assertThat(nodes(Action.DELETE)).containsExactly("a"));
		this.second.deregister(service("b"));
		await().untilAsserted(() -> assertThat(nodes(Action.DELETE)).containsExactly("a", "b"));
		assertThat(nodes(Action.CREATE)).hasSize(2);
		assertThat(nodes(Action.UPDATE)).isEmpty();
		watcher.close();
	}

	@Test
	void nodeThatWasThereBeforeTheWatchGoesWithTheLastToo() {
		this.multi.register(service("a"), TTL);
		this.multi.watch("", this.changes::add);
		this.first.deregister(service("a"));
		this.second.register(service("b"), TTL);
		await().untilAsserted(() -> assertThat(nodes(Action.CREATE)).contains("b"));
		assertThat(nodes(Action.DELETE)).isEmpty();
		this.second.deregister(service("a"));
		await().untilAsserted(() -> assertThat(nodes(Action.DELETE)).containsExactly("a"));
	}

	@Test
	void oneThatIsDownHidesNothing() {
		this.first.register(service("a"), TTL);
		this.second.register(service("b"), TTL);
		assertThat(this.multi.get("greeter")).flatExtracting(Service::nodes).hasSize(2);

		this.second.down = true;
		this.first.register(service("c"), TTL);
		assertThat(this.multi.get("greeter")).flatExtracting(Service::nodes)
			.extracting(Node::id)
			.containsExactlyInAnyOrder("a", "b", "c");
		assertThat(this.multi.list()).extracting(Service::name).containsExactly("greeter");
		assertThat(this.multi.health()).satisfies((report) -> {
			assertThat(report.state()).isEqualTo(HealthReport.State.DEGRADED);
			assertThat(report.detail()).contains("flaky", "127.0.0.1:1 refused");
			assertThat(report.details()).containsKeys("flaky-1", "flaky-2");
		});
		int asked = this.second.gets.get();
		for (int i = 0; i < 1000; i++) {
			this.multi.get("greeter");
		}
		assertThat(this.second.gets.get()).as("asked in the background only").isLessThan(asked + 100);

		this.first.deregister(service("a", "c"));
		assertThat(this.multi.get("greeter")).flatExtracting(Service::nodes).extracting(Node::id).containsExactly("b");
		this.second.down = false;
		await().untilAsserted(() -> assertThat(this.multi.health().state()).isEqualTo(HealthReport.State.UP));
	}

	@Test
	void oneThatMayNotBeListedComesBackToo() {
		this.second.register(service("b"), TTL);
		this.second.listable = false;
		this.second.down = true;
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> this.multi.get("greeter"));
		assertThat(this.multi.health().state()).isEqualTo(HealthReport.State.DEGRADED);
		this.second.down = false;
		await().untilAsserted(() -> assertThat(this.multi.health().state()).isEqualTo(HealthReport.State.UP));
		assertThat(this.multi.get("greeter")).containsExactly(service("b"));
	}

	@Test
	void wrongQuestionIsNoOutage() {
		this.second.invalid = "no name";
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> this.multi.get("no name"))
			.withMessageContaining("'no name' is no name");
		assertThat(this.multi.health().state()).isEqualTo(HealthReport.State.UP);
	}

	@Test
	void questionThatIsInterruptedIsNoOutage() {
		this.first.gate = new CountDownLatch(1);
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> this.multi.get("greeter"))
			.withMessageContaining("interrupted");
		assertThat(Thread.interrupted()).isFalse();
		assertThat(this.multi.health().state()).isEqualTo(HealthReport.State.UP);
	}

	@Test
	void oneThatComesBackWhileAWatchBeginsIsWatchedOnce() {
		this.second.down = true;
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> this.multi.get("greeter"));
		CountDownLatch gate = new CountDownLatch(1);
		this.second.watchGate = gate;
		this.second.down = false;
		CompletableFuture<Registry.Watcher> watch = CompletableFuture
			.supplyAsync(() -> this.multi.watch("greeter", this.changes::add));
		await().until(() -> this.second.watches.get() == 1);
		this.second.watchGate = new CountDownLatch(0);
		await().until(() -> this.second.openWatches.get() == 1);
		gate.countDown();
		Registry.Watcher watcher = watch.join();
		assertThat(this.second.watches).hasValue(2);
		assertThat(this.second.openWatches).hasValue(1);
		watcher.close();
		assertThat(this.second.openWatches).hasValue(0);
	}

	@Test
	void nodeThatOneHasSeenGoingIsNotServedFromTheMemoryOfAnother() {
		this.multi.register(service("a", "b"), TTL);
		this.multi.get("greeter");
		this.second.down = true;
		this.multi.deregister(service("a"));
		assertThat(this.multi.get("greeter")).flatExtracting(Service::nodes).extracting(Node::id).containsExactly("b");
	}

	@Test
	void unknownNameIsAnErrorWhileOneCannotBeAsked() {
		assertThat(this.multi.get("nobody")).isEmpty();
		this.second.down = true;
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> this.multi.get("nobody"))
			.withMessageContaining("could not look up nobody")
			.withMessageContaining("127.0.0.1:1 refused");
	}

	@Test
	void registrationThatDidNotReachOneIsMadeUpFor() {
		this.second.down = true;
		this.multi.register(service("a"), TTL);
		this.multi.register(service("b"), TTL);
		this.multi.deregister(service("b"));
		assertThat(this.multi.health().detail()).contains("greeter");
		this.second.down = false;
		await().untilAsserted(() -> assertThat(this.second.memory.get("greeter")).containsExactly(service("a")));
		await().untilAsserted(() -> assertThat(this.multi.health().state()).isEqualTo(HealthReport.State.UP));
	}

	@Test
	void deregistrationThatDidNotReachOneIsMadeUpFor() {
		this.multi.register(service("a"), TTL);
		this.second.down = true;
		this.multi.deregister(service("a"));
		assertThat(this.second.memory.get("greeter")).hasSize(1);
		this.second.down = false;
		await().untilAsserted(() -> assertThat(this.second.memory.get("greeter")).isEmpty());
	}

	@Test
	void whatFailsInAllOfThemIsAnError() {
		this.first.down = true;
		this.second.down = true;
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> this.multi.register(service("a"), TTL))
			.withMessageContaining("registry flaky,flaky could not register greeter");
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> this.multi.deregister(service("a")));
		assertThatExceptionOfType(RegistryException.class).isThrownBy(this.multi::list);
		assertThatExceptionOfType(RegistryException.class)
			.isThrownBy(() -> this.multi.watch("greeter", this.changes::add));
		assertThat(this.multi.health().state()).isEqualTo(HealthReport.State.DOWN);
	}

	@Test
	void oneThatIsDownAtFirstIsWatchedAndToldOfLater() {
		this.second.down = true;
		this.second.memory.register(service("b"), TTL);
		this.multi.watch("greeter", this.changes::add);
		this.first.register(service("a"), TTL);
		await().untilAsserted(() -> assertThat(nodes(Action.CREATE)).containsExactly("a"));
		this.second.down = false;
		await().untilAsserted(() -> assertThat(nodes(Action.CREATE)).containsExactly("a", "b"));
		this.second.register(service("c"), TTL);
		await().untilAsserted(() -> assertThat(nodes(Action.CREATE)).containsExactly("a", "b", "c"));
		assertThat(nodes(Action.DELETE)).isEmpty();
	}

	@Test
	void manyNodesOfManyServicesComeAndGo() {
		this.multi.watch("", this.changes::add);
		List<Service> services = IntStream.range(0, 200)
			.mapToObj((i) -> Service.of("s" + i, "latest", Node.of("s" + i + "-1", "h:1"),
					Node.of("s" + i + "-2", "h:2")))
			.toList();
		services.forEach((service) -> this.multi.register(service, TTL));
		await().untilAsserted(() -> assertThat(nodes(Action.CREATE)).hasSize(400).doesNotHaveDuplicates());
		services.forEach(this.multi::deregister);
		// News of two registries may cross: what counts is what was told last.
		await().untilAsserted(() -> assertThat(left()).isEmpty());
		assertThat(nodes(Action.DELETE)).contains(nodes(Action.CREATE).toArray(String[]::new));
	}

	@Test
	void oneIsItself() {
		assertThat(Registry.multi(List.of(this.first))).isSameAs(this.first);
		assertThatIllegalArgumentException().isThrownBy(() -> Registry.multi(List.of()));
		assertThat(this.multi.name()).isEqualTo("flaky,flaky");
	}

	/** The nodes that a listener believes to be there. */
	private Set<String> left() {
		Set<String> left = new HashSet<>();
		for (Change change : this.changes) {
			List<String> ids = change.service().nodes().stream().map(Node::id).toList();
			if (change.action() == Action.DELETE) {
				ids.forEach(left::remove);
			}
			else {
				left.addAll(ids);
			}
		}
		return left;
	}

	private List<String> nodes(Action action) {
		return this.changes.stream()
			.filter((change) -> change.action() == action)
			.flatMap((change) -> change.service().nodes().stream())
			.map(Node::id)
			.toList();
	}

	private static Service service(String... ids) {
		return Service.of("greeter", "latest",
				List.of(ids).stream().map((id) -> Node.of(id, "127.0.0.1:9090")).toArray(Node[]::new));
	}

}
