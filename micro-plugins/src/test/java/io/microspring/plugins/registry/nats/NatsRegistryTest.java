package io.microspring.plugins.registry.nats;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.microspring.health.HealthReport;
import io.microspring.registry.CacheOptions;
import io.microspring.registry.Change;
import io.microspring.registry.Change.Action;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import io.microspring.registry.Value;
import io.microspring.test.RegistryContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class NatsRegistryTest extends RegistryContract {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(ServerRecipe.nats(""));

	private static final Duration MINUTE = Duration.ofMinutes(1);

	@Override
	protected Registry open() {
		return new NatsRegistry(options());
	}

	// what is said

	@Test
	void questionsAnswersAndNewsAreGoMicros() throws Exception {
		Service service = Service.of("said", "1", Node.of("said-1", "127.0.0.1:1"));
		try (NatsProcess go = new NatsProcess(NATS.address()); Registry registry = open()) {
			registry.register(service, MINUTE);
			registry.deregister(service);
			registry.register(service, Duration.ZERO);
			registry.get("said");
			registry.list();
			String json = RegistryJson.write(service);
			eventually().untilAsserted(() -> {
				assertThat(go.news("said")).containsExactly(
						"{\"Action\":\"create\",\"Service\":" + json + ",\"Ttl\":60000}",
						"{\"Action\":\"delete\",\"Service\":" + json + "}",
						"{\"Action\":\"create\",\"Service\":" + json + "}");
				assertThat(go.questions()).contains("{\"Action\":\"list\",\"Service\":null}")
					.anyMatch((question) -> question.startsWith("{\"Action\":\"get\",\"Service\":{\"name\":\"said\","));
			});
			assertThat(go.ask("{\"Action\":\"get\",\"Service\":{\"name\":\"said\"}}")).containsExactly(json);
			assertThat(go.ask("{\"Action\":\"list\",\"Service\":null}")).contains(json);
		}
	}

	@Test
	void serviceOfAnotherProcessIsFoundAndHeard() throws Exception {
		Service service = described("go.said", "1", Map.of("protocol", "mucp"));
		try (NatsProcess go = new NatsProcess(NATS.address()); Registry registry = open()) {
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("go.said", changes::add);
			go.register(service, "");
			eventually().untilAsserted(() -> assertThat(registry.get("go.said")).containsExactly(service));
			eventually().untilAsserted(() -> assertThat(registry.list()).contains(service));
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, service)));
			go.deregister(service);
			eventually().untilAsserted(() -> assertThat(changes).endsWith(new Change(Action.DELETE, service)));
		}
	}

	@Test
	void oddMessagesArePassedOver() throws Exception {
		Service service = Service.of("odd", "1", Node.of("odd-1", "127.0.0.1:1"));
		try (NatsProcess go = new NatsProcess(NATS.address()); Registry registry = open()) {
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("odd", changes::add);
			for (String odd : List.of("", "{", "[]", "null", "7", "{\"Action\":\"get\"}", "{\"Action\":\"create\"}",
					"{\"Action\":\"drop\",\"Service\":{\"name\":\"odd\",\"nodes\":[{\"id\":\"n\"}]}}",
					"{\"Action\":\"create\",\"Service\":{\"name\":\"odd\",\"nodes\":[{}]}}")) {
				go.publish("micro.registry.nats.watch", odd);
				go.publish("micro.registry.nats.query", odd);
				go.answerAlso(odd);
			}
			registry.register(service, MINUTE);
			eventually().untilAsserted(() -> assertThat(registry.get("odd")).containsExactly(service));
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, service)));
		}
	}

	@Test
	void subjectsOfBothGenerationsOfGoMicroAreUsed() {
		Service service = Service.of("both", "1", Node.of("both-1", "127.0.0.1:1"));
		NatsOptions newest = options().withSubjects(List.of("micro.nats.query"), List.of("micro.nats.watch"));
		NatsOptions both = options().withSubjects(List.of("micro.registry.nats.query", "micro.nats.query"),
				List.of("micro.registry.nats.watch", "micro.nats.watch"));
		try (Registry former = open();
				Registry present = new NatsRegistry(newest);
				Registry java = new NatsRegistry(both)) {
			List<Change> changes = new CopyOnWriteArrayList<>();
			present.watch("both", changes::add);
			java.register(service, MINUTE);
			for (Registry registry : List.of(former, present, java)) {
				eventually().untilAsserted(() -> assertThat(registry.get("both")).containsExactly(service));
			}
			former.register(Service.of("v2", "1", Node.of("v2-1", "127.0.0.1:1")), MINUTE);
			eventually().untilAsserted(() -> assertThat(java.get("v2")).hasSize(1));
			assertThat(present.get("v2")).isEmpty();
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, service)));
		}
	}

	@Test
	void quorumEndsALookUpEarly() {
		Service service = Service.of("quorum", "1", Node.of("quorum-1", "127.0.0.1:1"));
		Duration timeout = Duration.ofSeconds(30);
		try (Registry registry = new NatsRegistry(
				options().withQuorum(1).withTimeout(timeout).withConnectTimeout(timeout))) {
			registry.register(service, MINUTE);
			long started = System.nanoTime();
			assertThat(registry.get("quorum")).containsExactly(service);
			assertThat(System.nanoTime() - started).isLessThan(timeout.toNanos() / 2);
		}
	}

	@Test
	void nodeThatChangesItsVersionGoesAndComes() {
		try (Registry registry = open()) {
			Service first = Service.of("moved", "1", Node.of("moved-1", "127.0.0.1:1"));
			Service second = Service.of("moved", "2", Node.of("moved-1", "127.0.0.1:1"));
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("moved", changes::add);
			registry.register(first, MINUTE);
			registry.register(second, MINUTE);
			registry.register(second, MINUTE);
			eventually().untilAsserted(() -> assertThat(registry.get("moved")).containsExactly(second));
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, first),
					new Change(Action.DELETE, first), new Change(Action.CREATE, second)));
		}
	}

	// processes that say nothing any more

	@Test
	void closedRegistryTakesItsNodesBack() {
		Service service = Service.of("closed", "1", Node.of("closed-1", "127.0.0.1:1"));
		try (Registry registry = open()) {
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("closed", changes::add);
			Registry closing = open();
			closing.register(service, MINUTE);
			closing.close();
			eventually().untilAsserted(() -> assertThat(registry.get("closed")).isEmpty());
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, service),
					new Change(Action.DELETE, service)));
		}
	}

	@Test
	void killedProcessIsMissedByWatchersWhenItsTimeIsOver() throws Exception {
		Service timed = Service.of("killed", "1", Node.of("killed-1", "127.0.0.1:1"));
		Service silent = Service.of("killed", "1", Node.of("killed-2", "127.0.0.1:2"));
		Service alive = Service.of("killed", "1", Node.of("killed-3", "127.0.0.1:3"));
		try (Registry registry = new NatsRegistry(options().withSilence(Duration.ofSeconds(1)));
				NatsProcess living = new NatsProcess(NATS.address())) {
			List<Change> changes = new CopyOnWriteArrayList<>();
			NatsProcess killed = new NatsProcess(NATS.address());
			killed.register(silent, "");
			registry.watch("killed", changes::add);
			killed.register(timed, ",\"Ttl\":1000");
			living.register(alive, "");
			eventually().until(() -> changes.size() == 3);
			killed.close();
			eventually().untilAsserted(() -> assertThat(registry.get("killed")).containsExactly(alive));
			eventually().untilAsserted(() -> assertThat(changes).hasSize(5)
				.contains(new Change(Action.DELETE, timed), new Change(Action.DELETE, silent)));
			// That one says nothing either, but answers.
			int questions = living.questions().size();
			eventually().until(() -> living.questions().size() > questions + 1);
			assertThat(changes).hasSize(5);
		}
	}

	@Test
	void nodeThatIsSlowToAnswerIsFoundWhileItIsWatched() throws Exception {
		Service slow = Service.of("slow", "1", Node.of("slow-1", "127.0.0.1:1"));
		Service quick = Service.of("slow", "1", Node.of("slow-2", "127.0.0.1:2"));
		try (NatsProcess process = new NatsProcess(NATS.address());
				Registry one = open();
				Registry all = open();
				Registry none = open()) {
			List<Change> changes = new CopyOnWriteArrayList<>();
			one.watch("slow", changes::add);
			all.watch("", changes::add);
			none.watch("other", changes::add);
			process.register(slow, ",\"Ttl\":60000");
			eventually().until(() -> changes.stream().filter((change) -> change.service().equals(slow)).count() == 2);
			process.pause(true);
			assertThat(none.get("slow")).isEmpty();
			assertThat(one.get("slow")).containsExactly(slow);
			assertThat(all.get("slow")).containsExactly(slow);
			none.register(quick, MINUTE);
			eventually()
				.untilAsserted(() -> assertThat(one.get("slow")).containsExactly(slow.withNodes(nodes(slow, quick))));
			process.deregister(slow);
			eventually().untilAsserted(() -> assertThat(one.get("slow")).containsExactly(quick));
			eventually().untilAsserted(() -> assertThat(all.get("slow")).containsExactly(quick));
		}
	}

	// restarts

	@Test
	void nodesThatAreNotBackYetAreFoundWhileTheyAreWatched() throws Exception {
		Service away = Service.of("partial", "1", Node.of("partial-1", "127.0.0.1:1"));
		Service back = Service.of("partial", "1", Node.of("partial-2", "127.0.0.1:2"));
		// This one does not connect again.
		try (NatsProcess process = new NatsProcess(NATS.address());
				Registry registry = new NatsRegistry(options().withSilence(Duration.ofSeconds(1)))) {
			process.register(away, "");
			registry.register(back, MINUTE);
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("partial", changes::add);
			eventually().until(() -> changes.size() == 2);
			NATS.restart();
			List<Service> first = eventually().ignoreExceptions().until(() -> registry.get("partial"), (found) -> true);
			assertThat(first).singleElement()
				.satisfies((service) -> assertThat(service.nodes())
					.containsExactlyInAnyOrderElementsOf(nodes(away, back)));
			eventually().untilAsserted(() -> assertThat(changes).endsWith(new Change(Action.DELETE, away)).hasSize(3));
			assertThat(registry.get("partial")).containsExactly(back);
		}
	}

	@Test
	void restartLosesAndDoublesNothing() {
		try (Registry registry = open();
				Registry watching = open();
				Registry cached = Registry.cached(watching, CacheOptions.defaults())) {
			Service first = Service.of("restarted", "1", Node.of("restarted-1", "127.0.0.1:1"));
			Service second = Service.of("restarted", "1", Node.of("restarted-2", "127.0.0.1:2"));
			registry.register(first, MINUTE);
			List<Change> one = new CopyOnWriteArrayList<>();
			List<Change> all = new CopyOnWriteArrayList<>();
			watching.watch("restarted", one::add);
			watching.watch("", (change) -> {
				if (change.service().name().equals("restarted")) {
					all.add(change);
				}
			});
			eventually().untilAsserted(() -> assertThat(cached.get("restarted")).containsExactly(first));
			NATS.kill();
			try {
				eventually().untilAsserted(() -> assertThatExceptionOfType(RegistryException.class)
					.isThrownBy(() -> watching.get("restarted"))
					.withMessageContaining("nats at " + NATS.address()));
				assertThat(watching.health().state()).isEqualTo(HealthReport.State.DOWN);
				assertThat(cached.get("restarted")).containsExactly(first);
				assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> cached.get("never.seen"));
				assertThat(cached.health().state()).isEqualTo(HealthReport.State.DEGRADED);
			}
			finally {
				NATS.start();
			}
			// Nobody registers again: who was there answers.
			eventually().ignoreExceptions()
				.untilAsserted(() -> assertThat(watching.get("restarted")).containsExactly(first));
			eventually().ignoreExceptions().untilAsserted(() -> registry.register(second, MINUTE));
			for (List<Change> changes : List.of(one, all)) {
				eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, first),
						new Change(Action.CREATE, second)));
			}
			registry.deregister(second);
			eventually().untilAsserted(() -> assertThat(all).endsWith(new Change(Action.DELETE, second)).hasSize(3));
			assertThat(watching.health().state()).isEqualTo(HealthReport.State.UP);
			eventually().untilAsserted(() -> assertThat(cached.health().state()).isEqualTo(HealthReport.State.UP));
			assertThat(cached.get("restarted")).containsExactly(first);
		}
	}

	@Test
	void whoIsNotBackYetIsNotTakenForUnknown() {
		try (Registry registry = open()) {
			assertThat(registry.get("away")).isEmpty();
			NATS.restart();
			eventually().untilAsserted(
					() -> assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("away"))
						.withMessageContaining("away may not be back yet"));
		}
	}

	// size

	@Test
	void thousandServicesOfTenNodesAreListedAndWatched() {
		List<Endpoint> endpoints = List.of(new Endpoint("Say.Hello",
				new Value("Request", "Request", List.of(new Value("name", "string", List.of()))), null, Map.of()));
		try (Registry many = open(); Registry registry = open()) {
			IntStream.range(0, 1000).forEach((i) -> {
				List<Node> nodes = IntStream.range(0, 10)
					.mapToObj((n) -> new Node("many." + i + "-" + n, "127.0.0.1:" + (10_000 + n),
							Map.of("protocol", "mucp")))
					.toList();
				many.register(new Service("many." + i, "1", Map.of(), endpoints, nodes), MINUTE);
			});
			eventually().untilAsserted(
					() -> assertThat(registry.list()).filteredOn((service) -> service.name().startsWith("many."))
						.hasSize(1000)
						.allSatisfy((service) -> assertThat(service.nodes()).hasSize(10)));
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("", (change) -> {
				if (change.service().name().startsWith("many.")) {
					changes.add(change);
				}
			});
			eventually().until(() -> changes.size() == 10_000);
			many.deregister(Service.of("many.999", "1", Node.of("many.999-9", "")));
			eventually()
				.untilAsserted(() -> assertThat(changes.get(changes.size() - 1).action()).isEqualTo(Action.DELETE));
			eventually()
				.untilAsserted(() -> assertThat(registry.get("many.999")).flatExtracting(Service::nodes).hasSize(9));
		}
	}

	@Test
	void serviceThatIsTooLargeIsRefused() {
		try (Registry registry = open()) {
			Service large = new Service("large", "1", Map.of("text", "x".repeat(1_100_000)), List.of(),
					List.of(Node.of("large-1", "127.0.0.1:1")));
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.register(large, MINUTE))
				.withMessageContaining("takes no more than 1048576 bytes");
		}
	}

	// addresses

	@Test
	void addressThatDoesNotAnswerIsPassedOver() {
		Service service = Service.of("rotated", "1", Node.of("rotated-1", "127.0.0.1:1"));
		try (Registry registry = new NatsRegistry(options().withAddress("127.0.0.1:1, " + NATS.address()))) {
			registry.register(service, MINUTE);
			eventually().untilAsserted(() -> assertThat(registry.get("rotated")).containsExactly(service));
		}
	}

	@Test
	void unreachableServersAreNamed() {
		try (Registry registry = new NatsRegistry(options().withAddress("127.0.0.1:1,localhost:2"))) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(registry::list)
				.withMessageContaining("nats at 127.0.0.1:1, localhost:2 cannot be reached to list services: ")
				.withMessageContaining("refused");
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.watch("x", (change) -> {
			})).withMessageContaining("127.0.0.1:1").withMessageContaining("watch x");
			assertThat(registry.health().state()).isEqualTo(HealthReport.State.DOWN);
		}
	}

	@Test
	void closedRegistryRefuses() {
		Registry registry = open();
		registry.close();
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("x"))
			.withMessageContaining("closed");
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.watch("", (change) -> {
		})).withMessageContaining("closed");
	}

	private static Service described(String name, String version, Map<String, String> metadata) {
		return new Service(name, version, metadata,
				List.of(new Endpoint("Say.Hello", new Value("Request", "Request", List.of()), null, Map.of("a", "b"))),
				List.of(new Node(name + "-1", "127.0.0.1:1", metadata)));
	}

	private static List<Node> nodes(Service... services) {
		return Stream.of(services).flatMap((service) -> service.nodes().stream()).toList();
	}

	private static NatsOptions options() {
		return NatsOptions.defaults().withAddress(NATS.address());
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

}
