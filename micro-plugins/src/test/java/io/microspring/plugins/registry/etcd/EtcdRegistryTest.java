package io.microspring.plugins.registry.etcd;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class EtcdRegistryTest extends RegistryContract {

	@RegisterExtension
	static final ExternalServer ETCD = new ExternalServer(ServerRecipe.etcd());

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private EtcdShell shell;

	@Override
	protected Registry open() {
		return new EtcdRegistry(options());
	}

	@BeforeEach
	void openShell() {
		this.shell = new EtcdShell(ETCD.address());
	}

	@AfterEach
	void closeShell() {
		this.shell.close();
	}

	// leases

	@Test
	void renewalKeepsTheLeaseAndIsNoChange() {
		try (Registry registry = open()) {
			Service service = Service.of("renewed", "1", Node.of("renewed-1", "127.0.0.1:1"));
			registry.register(service, MINUTE);
			var first = this.shell.entry("/micro/registry/renewed/renewed-1");
			registry.register(service, MINUTE);
			assertThat(this.shell.entry("/micro/registry/renewed/renewed-1")).isEqualTo(first);
			registry.register(service, MINUTE.multipliedBy(2));
			assertThat(this.shell.leaseOf("/micro/registry/renewed/renewed-1")).isEqualTo(Duration.ofMinutes(2));
			registry.register(service, Duration.ZERO);
			assertThat(this.shell.leaseOf("/micro/registry/renewed/renewed-1")).isZero();
		}
	}

	@Test
	void nodeWhoseLeaseWasLostIsRegisteredAgain() {
		try (Registry registry = open()) {
			Service service = Service.of("lost", "1", Node.of("lost-1", "127.0.0.1:1"));
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("lost", changes::add);
			registry.register(service, MINUTE);
			this.shell.revokeLeaseOf("/micro/registry/lost/lost-1");
			assertThat(registry.get("lost")).isEmpty();
			registry.register(service, MINUTE);
			assertThat(registry.get("lost")).containsExactly(service);
			assertThat(this.shell.leaseOf("/micro/registry/lost/lost-1")).isEqualTo(MINUTE);
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, service),
					new Change(Action.DELETE, service), new Change(Action.CREATE, service)));
		}
	}

	@Test
	void nodeThatSomebodyRemovedIsRegisteredAgain() {
		try (Registry registry = open()) {
			Service service = Service.of("removed", "1", Node.of("removed-1", "127.0.0.1:1"));
			registry.register(service, MINUTE);
			this.shell.delete("/micro/registry/removed/removed-1");
			assertThat(registry.get("removed")).isEmpty();
			registry.register(service, MINUTE);
			assertThat(registry.get("removed")).containsExactly(service);
		}
	}

	// what stands there

	@Test
	void slashesInNamesAreDashesInKeys() {
		try (Registry registry = open()) {
			Service service = Service.of("a/b", "1", Node.of("a/b/1", "127.0.0.1:1"));
			registry.register(service, MINUTE);
			assertThat(this.shell.keys()).containsKey("/micro/registry/a-b/a-b-1");
			assertThat(registry.get("a/b")).containsExactly(service);
			assertThat(registry.get("a-b")).isEmpty();
			registry.deregister(service);
			assertThat(registry.get("a/b")).isEmpty();
		}
	}

	@Test
	void oddValuesArePassedOver() {
		try (Registry registry = open()) {
			Service service = Service.of("odd", "1", Node.of("odd-1", "127.0.0.1:1"));
			List<Change> changes = new CopyOnWriteArrayList<>();
			for (String value : List.of("", "{", "[]", "{\"name\":\"odd\"}", "{\"name\":\"odd\",\"nodes\":[{}]}", "7",
					"{\"nodes\":[{\"id\":\"n\"}]}", "\u0000")) {
				this.shell.put("/micro/registry/odd/" + value.hashCode(), value);
			}
			registry.watch("odd", changes::add);
			registry.register(service, MINUTE);
			assertThat(registry.get("odd")).containsExactly(service);
			assertThat(registry.list()).extracting(Service::name).contains("odd");
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, service)));
		}
	}

	@Test
	void nodeThatChangesItsVersionGoesAndComes() {
		try (Registry registry = open()) {
			Node node = Node.of("moved-1", "127.0.0.1:1");
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("moved", changes::add);
			registry.register(Service.of("moved", "1", node), MINUTE);
			registry.register(Service.of("moved", "2", node), MINUTE);
			assertThat(registry.get("moved")).containsExactly(Service.of("moved", "2", node));
			eventually().untilAsserted(
					() -> assertThat(changes).containsExactly(new Change(Action.CREATE, Service.of("moved", "1", node)),
							new Change(Action.DELETE, Service.of("moved", "1", node)),
							new Change(Action.CREATE, Service.of("moved", "2", node))));
		}
	}

	// restarts

	@Test
	void restartLosesAndDoublesNothing() {
		try (Registry registry = open()) {
			Service first = Service.of("restarted", "1", Node.of("restarted-1", "127.0.0.1:1"));
			Service second = Service.of("restarted", "1", Node.of("restarted-2", "127.0.0.1:2"));
			registry.register(first, MINUTE);
			List<Change> one = new CopyOnWriteArrayList<>();
			List<Change> all = new CopyOnWriteArrayList<>();
			registry.watch("restarted", one::add);
			registry.watch("", (change) -> {
				if (change.service().name().equals("restarted")) {
					all.add(change);
				}
			});
			ETCD.kill();
			try {
				assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("restarted"))
					.withMessageContaining("etcd at " + ETCD.address() + " cannot be reached to look up restarted");
				assertThat(registry.health().state()).isEqualTo(HealthReport.State.DOWN);
			}
			finally {
				ETCD.start();
			}
			eventually().ignoreExceptions()
				.untilAsserted(() -> assertThat(registry.get("restarted")).containsExactly(first));
			registry.register(first, MINUTE);
			registry.register(second, MINUTE);
			for (List<Change> changes : List.of(one, all)) {
				eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, first),
						new Change(Action.CREATE, second)));
			}
			registry.deregister(second);
			eventually().untilAsserted(() -> assertThat(all).endsWith(new Change(Action.DELETE, second)).hasSize(3));
			assertThat(registry.health().state()).isEqualTo(HealthReport.State.UP);
		}
	}

	@Test
	void restartThatForgotEverythingIsHealed() {
		try (Registry registry = open()) {
			Service service = Service.of("forgotten", "1", Node.of("forgotten-1", "127.0.0.1:1"));
			registry.register(service, MINUTE);
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("forgotten", changes::add);
			Change came = new Change(Action.CREATE, service);
			Change went = new Change(Action.DELETE, service);
			ETCD.restartEmpty();
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(came, went));
			registry.register(service, MINUTE);
			assertThat(registry.get("forgotten")).containsExactly(service);
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(came, went, came));
		}
	}

	@Test
	void historyThatWasCompactedAwayMeanwhileIsNotMissed() {
		try (Registry watching = open(); Registry changing = open()) {
			Service gone = Service.of("compacted", "1", Node.of("compacted-1", "127.0.0.1:1"));
			Service come = Service.of("compacted", "1", Node.of("compacted-2", "127.0.0.1:2"));
			changing.register(gone, MINUTE);
			List<Change> changes = new CopyOnWriteArrayList<>();
			watching.watch("compacted", changes::add);
			ETCD.restart();
			changing.deregister(gone);
			changing.register(come, MINUTE);
			this.shell.compact();
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, gone),
					new Change(Action.DELETE, gone), new Change(Action.CREATE, come)));
		}
	}

	/** That etcd says so as {@link EtcdWatchTest} plays it. */
	@Test
	void watchOfHistoryThatIsGoneIsCancelledWithWhereItBegins() {
		try (EtcdRegistry registry = new EtcdRegistry(options())) {
			registry.register(Service.of("compacted", "1", Node.of("compacted-3", "127.0.0.1:3")), MINUTE);
			long compacted = this.shell.compact();
			List<WatchResponse> answers = new CopyOnWriteArrayList<>();
			var stream = registry.store().watch(EtcdKeys.prefix("compacted"), 1, new StreamObserver<>() {

				@Override
				public void onNext(WatchResponse answer) {
					answers.add(answer);
				}

				@Override
				public void onError(Throwable failure) {
					// By us, at the end.
				}

				@Override
				public void onCompleted() {
					// Not before we end it.
				}

			});
			eventually().untilAsserted(() -> assertThat(answers).anySatisfy((answer) -> {
				assertThat(answer.getCanceled()).isTrue();
				assertThat(answer.getCompactRevision()).isEqualTo(compacted);
			}));
			stream.onError(Status.CANCELLED.asRuntimeException());
		}
	}

	@Test
	void whatIsKnownIsServedWhileEtcdIsDown() {
		try (Registry registry = open(); Registry cached = Registry.cached(registry, CacheOptions.defaults())) {
			Service service = Service.of("known", "1", Node.of("known-1", "127.0.0.1:1"));
			registry.register(service, MINUTE);
			assertThat(cached.get("known")).containsExactly(service);
			ETCD.kill();
			try {
				assertThat(cached.get("known")).containsExactly(service);
				assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> cached.get("never.seen"));
				assertThat(cached.get("known")).containsExactly(service);
				assertThat(cached.health().state()).isEqualTo(HealthReport.State.DEGRADED);
			}
			finally {
				ETCD.start();
			}
			eventually().untilAsserted(() -> assertThat(cached.health().state()).isEqualTo(HealthReport.State.UP));
		}
	}

	// size

	@Test
	void thousandServicesOfTenNodesAreListedAndWatched() {
		List<Endpoint> endpoints = List.of(new Endpoint("Say.Hello",
				new Value("Request", "Request", List.of(new Value("name", "string", List.of()))), null, Map.of()));
		try (Registry registry = open()) {
			IntStream.range(0, 100).forEach((block) -> {
				Map<String, String> entries = new LinkedHashMap<>();
				for (int i = 0; i < 100; i++) {
					String name = "many." + (block * 10 + i / 10);
					Node node = new Node(name + "-" + i % 10, "127.0.0.1:" + (10_000 + i), Map.of("protocol", "mucp"));
					entries.put("/micro/registry/" + name + "/" + node.id(),
							RegistryJson.write(new Service(name, "1", Map.of(), endpoints, List.of(node))));
				}
				this.shell.putAll(entries);
			});
			List<Change> changes = new CopyOnWriteArrayList<>();
			List<Service> many = registry.list().stream().filter((s) -> s.name().startsWith("many.")).toList();
			assertThat(many).hasSize(1000).allSatisfy((service) -> assertThat(service.nodes()).hasSize(10));
			registry.watch("", (change) -> {
				if (change.service().nodes().get(0).id().startsWith("many.999-")) {
					changes.add(change);
				}
			});
			eventually().until(() -> changes.size() == 10);
			registry.deregister(Service.of("many.999", "1", Node.of("many.999-9", "")));
			eventually().until(() -> changes.size() == 11 && changes.get(10).action() == Action.DELETE);
			assertThat(registry.get("many.999")).flatExtracting(Service::nodes).hasSize(9);
		}
		finally {
			this.shell.deleteAll("/micro/registry/many.");
		}
	}

	// addresses

	@Test
	void addressThatDoesNotAnswerIsPassedOver() {
		Service service = Service.of("rotated", "1", Node.of("rotated-1", "127.0.0.1:1"));
		try (Registry registry = new EtcdRegistry(options().withAddress("127.0.0.1:1, " + ETCD.address()))) {
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("rotated", changes::add);
			registry.register(service, MINUTE);
			assertThat(registry.get("rotated")).containsExactly(service);
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, service)));
		}
	}

	@Test
	void unreachableEtcdIsNamed() {
		try (Registry registry = new EtcdRegistry(options().withAddress("127.0.0.1:1,localhost:2"))) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(registry::list)
				.withMessageContaining("etcd at 127.0.0.1:1, localhost:2 cannot be reached to list services");
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.watch("x", (change) -> {
			})).withMessageContaining("127.0.0.1:1").withMessageContaining("watch x");
		}
	}

	private static EtcdOptions options() {
		return EtcdOptions.defaults().withAddress(ETCD.address());
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

}
