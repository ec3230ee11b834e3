package io.microspring.plugins.registry.kubernetes;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class KubernetesRegistryTest extends RegistryContract {

	private static final ExternalServer ETCD = new ExternalServer(ServerRecipe.etcd());

	@RegisterExtension
	static final ExternalServer KUBERNETES = Cluster.server(ETCD);

	private static final Logger log = LoggerFactory.getLogger(KubernetesRegistryTest.class);

	private static final long MILLION = 1_000_000;

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final Service SERVICE = Service.of("greeter", "1", Node.of("greeter-1", "127.0.0.1:1"));

	private static Cluster cluster;

	@BeforeAll
	static void findCluster() {
		cluster = new Cluster(KUBERNETES);
	}

	@AfterAll
	static void leaveCluster() {
		if (cluster != null) {
			cluster.close();
		}
	}

	/** Each is in a pod of its own. */
	@Override
	protected Registry open() {
		return open(cluster.run());
	}

	/** A node is there as long as its pod runs: Kubernetes finds out whether it does. */
	@Override
	protected boolean expires() {
		return false;
	}

	// what stands there

	@Test
	void podHasGoMicrosLabelsAndAnnotation() {
		String pod = cluster.run();
		Service service = new Service("a/b", "1", Map.of("team", "a"), List.of(new Endpoint("Say.Hello",
				new Value("Request", "Request", List.of(new Value("name", "string", List.of()))), null, Map.of())),
				List.of(new Node("a/b-1", "127.0.0.1:1", Map.of("protocol", "mucp"))));
		try (Registry registry = open(pod)) {
			registry.register(service, MINUTE);
			assertThat(cluster.pod(pod).getMetadata().getLabels()).containsOnly(Map.entry("micro.mu/type", "service"),
					Map.entry("micro.mu/selector-a_b", "service"));
			assertThat(cluster.pod(pod).getMetadata().getAnnotations())
				.containsOnly(Map.entry("micro.mu/service-a_b", RegistryJson.write(service)));
			assertThat(registry.get("a/b")).containsExactly(service);
			assertThat(registry.get("a_b")).isEmpty();
			registry.deregister(service);
			assertThat(cluster.pod(pod).getMetadata().getLabels()).containsOnly(Map.entry("micro.mu/type", "service"));
			assertThat(cluster.pod(pod).getMetadata().getAnnotations()).isEmpty();
		}
	}

	@Test
	void podThatGoMicroWroteIsReadListedAndHeard() {
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry registry = open()) {
			registry.watch("go.micro.srv/greeter", changes::add);
			cluster.run("go-greeter",
					Map.of("micro.mu/type", "service", "micro.mu/selector-go.micro.srv_greeter", "service"),
					Map.of("micro.mu/service-go.micro.srv_greeter", """
							{"name":"go.micro.srv/greeter","version":"latest","metadata":null,\
							"endpoints":[{"name":"Say.Hello","request":{"name":"Request","type":"Request",\
							"values":[{"name":"name","type":"string","values":null}]},"response":null,\
							"metadata":{}}],"nodes":[{"id":"greeter-7","address":"10.1.2.3:4711",\
							"metadata":{"protocol":"mucp"}}]}"""));
			Service service = new Service("go.micro.srv/greeter", "latest", Map.of(), List.of(new Endpoint("Say.Hello",
					new Value("Request", "Request", List.of(new Value("name", "string", List.of()))), null, Map.of())),
					List.of(new Node("greeter-7", "10.1.2.3:4711", Map.of("protocol", "mucp"))));
			assertThat(registry.get("go.micro.srv/greeter")).containsExactly(service);
			assertThat(registry.list()).contains(service);
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, service)));
		}
	}

	@Test
	void whatGoMicroHasNoRoomForStandsBesides() {
		String pod = cluster.run();
		Service first = Service.of("roomy", "1", Node.of("roomy-1", "127.0.0.1:1"));
		Service second = Service.of("roomy", "2", Node.of("roomy-2", "127.0.0.1:2"));
		try (Registry registry = open(pod)) {
			registry.register(first, MINUTE);
			registry.register(second, MINUTE);
			assertThat(cluster.pod(pod).getMetadata().getAnnotations()).containsOnly(
					Map.entry("micro.mu/service-roomy", RegistryJson.write(first)),
					Map.entry("microspring.io/services-roomy", "[" + RegistryJson.write(second) + "]"));
			assertThat(registry.get("roomy")).containsExactlyInAnyOrder(first, second);
			registry.deregister(first);
			assertThat(cluster.pod(pod).getMetadata().getAnnotations())
				.containsOnly(Map.entry("micro.mu/service-roomy", RegistryJson.write(second)));
		}
	}

	@Test
	void nodeThatChangesItsVersionGoesAndComes() {
		Node node = Node.of("moved-1", "127.0.0.1:1");
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry registry = open()) {
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

	@Test
	void renewalIsNoChangeAndBringsBackWhatWasTakenAway() {
		String pod = cluster.run();
		try (Registry registry = open(pod)) {
			registry.register(SERVICE, MINUTE);
			String version = cluster.pod(pod).getMetadata().getResourceVersion();
			registry.register(SERVICE, MINUTE);
			assertThat(cluster.pod(pod).getMetadata().getResourceVersion()).isEqualTo(version);
			cluster.annotate(pod, "micro.mu/service-greeter", "{}");
			registry.register(SERVICE, MINUTE);
			assertThat(cluster.pod(pod).getMetadata().getAnnotations())
				.containsOnly(Map.entry("micro.mu/service-greeter", RegistryJson.write(SERVICE)));
		}
		finally {
			cluster.delete(pod, true);
		}
	}

	@Test
	void processThatStartsAnewInItsPodReplacesItsPredecessor() {
		String pod = cluster.run();
		Service former = Service.of("reborn", "1", Node.of("reborn-1", "127.0.0.1:1"));
		Service present = Service.of("reborn", "1", Node.of("reborn-2", "127.0.0.1:2"));
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry killed = open(pod); Registry registry = open(pod)) {
			killed.register(former, MINUTE);
			registry.watch("reborn", changes::add);
			registry.register(present, MINUTE);
			assertThat(registry.get("reborn")).containsExactly(present);
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, former),
					new Change(Action.DELETE, former), new Change(Action.CREATE, present)));
		}
	}

	@Test
	void oddAnnotationsArePassedOver() {
		Service service = Service.of("odd", "1", Node.of("odd-1", "127.0.0.1:1"));
		List<Change> changes = new CopyOnWriteArrayList<>();
		int pod = 0;
		for (String value : List.of("", "{", "[]", "{\"name\":\"odd\"}", "{\"name\":\"odd\",\"nodes\":[{}]}", "7",
				"{\"nodes\":[{\"id\":\"n\"}]}", "[[],1]")) {
			cluster.run("odd-" + pod++, Map.of("micro.mu/type", "service", "micro.mu/selector-odd", "service"),
					Map.of("micro.mu/service-odd", value, "microspring.io/services-odd", value));
		}
		try (Registry registry = open()) {
			registry.watch("odd", changes::add);
			registry.register(service, MINUTE);
			assertThat(registry.get("odd")).containsExactly(service);
			assertThat(registry.list()).extracting(Service::name).contains("odd");
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, service)));
		}
	}

	@Test
	void nameThatCannotStandOnAPodIsRefusedAndUnknown() {
		try (Registry registry = open()) {
			for (String name : List.of("x".repeat(55), "ends-in-", "ends in ä")) {
				assertThatIllegalArgumentException()
					.isThrownBy(() -> registry.register(Service.of(name, "1", Node.of("n", "127.0.0.1:1")), MINUTE))
					.withMessageContaining(name)
					.withMessageContaining("54");
				assertThat(registry.get(name)).isEmpty();
				registry.watch(name, (change) -> {
				}).close();
			}
		}
	}

	// the life of pods

	@Test
	void podThatEndsIsNotReadyOrIsDeletedIsGone() {
		Map<String, String> pods = new HashMap<>();
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry registry = open()) {
			for (String id : List.of("ended", "unready", "terminating", "deleted", "stays")) {
				pods.put(id, cluster.run());
				try (Registry its = open(pods.get(id))) {
					its.register(Service.of("mortal", "1", Node.of(id, "127.0.0.1:1")), MINUTE);
				}
			}
			assertThat(registry.get("mortal")).flatExtracting(Service::nodes).hasSize(5);
			registry.watch("mortal", changes::add);
			cluster.status(pods.get("ended"), "Succeeded", "False");
			cluster.status(pods.get("unready"), "Running", "False");
			cluster.delete(pods.get("terminating"), false);
			cluster.delete(pods.get("deleted"), true);
			eventually().untilAsserted(() -> assertThat(changes).filteredOn((c) -> c.action() == Action.DELETE)
				.flatExtracting((c) -> c.service().nodes())
				.extracting(Node::id)
				.containsExactly("ended", "unready", "terminating", "deleted"));
			assertThat(registry.get("mortal")).flatExtracting(Service::nodes)
				.extracting(Node::id)
				.containsExactly("stays");
			cluster.status(pods.get("unready"), "Running", "True");
			eventually().untilAsserted(() -> assertThat(changes).last()
				.isEqualTo(new Change(Action.CREATE, Service.of("mortal", "1", Node.of("unready", "127.0.0.1:1")))));
		}
	}

	@Test
	void podThatIsNotReadyIsThereForWhoeverWantsItAsGoDoes() {
		String pod = cluster.run();
		try (Registry registry = new KubernetesRegistry(cluster.options().withPod(pod).withReadyOnly(false))) {
			registry.register(Service.of("unready", "1", Node.of("unready-1", "127.0.0.1:1")), MINUTE);
			cluster.status(pod, "Running", "False");
			assertThat(registry.get("unready")).hasSize(1);
			cluster.status(pod, "Failed", "False");
			assertThat(registry.get("unready")).isEmpty();
		}
	}

	// restarts

	@Test
	void restartLosesAndDoublesNothingAndWhatIsKnownIsServedMeanwhile() {
		Service first = Service.of("restarted", "1", Node.of("restarted-1", "127.0.0.1:1"));
		Service second = Service.of("restarted", "1", Node.of("restarted-2", "127.0.0.1:2"));
		String pod = cluster.run();
		try (Registry registry = open();
				Registry cached = Registry.cached(registry, CacheOptions.defaults());
				Registry other = open(pod)) {
			registry.register(first, MINUTE);
			assertThat(cached.get("restarted")).containsExactly(first);
			List<Change> one = new CopyOnWriteArrayList<>();
			List<Change> all = new CopyOnWriteArrayList<>();
			registry.watch("restarted", one::add);
			registry.watch("", (change) -> {
				if (change.service().name().equals("restarted")) {
					all.add(change);
				}
			});
			KUBERNETES.kill();
			try {
				// A connection that is still there says so in other words than a new one.
				assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("restarted"))
					.withMessageContaining("kubernetes at https://" + KUBERNETES.address()
							+ " cannot be reached to look up restarted: Connection ");
				assertThat(registry.health().state()).isEqualTo(HealthReport.State.DOWN);
				assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> cached.get("never.seen"));
				assertThat(cached.get("restarted")).containsExactly(first);
				assertThat(cached.health().state()).isEqualTo(HealthReport.State.DEGRADED);
			}
			finally {
				KUBERNETES.start();
			}
			registry.register(first, MINUTE);
			other.register(second, MINUTE);
			for (List<Change> changes : List.of(one, all)) {
				eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, first),
						new Change(Action.CREATE, second)));
			}
			cluster.delete(pod, true);
			eventually().untilAsserted(() -> assertThat(all).endsWith(new Change(Action.DELETE, second)).hasSize(3));
			assertThat(registry.get("restarted")).containsExactly(first);
			assertThat(registry.health().state()).isEqualTo(HealthReport.State.UP);
			eventually().untilAsserted(() -> assertThat(cached.health().state()).isEqualTo(HealthReport.State.UP));
		}
	}

	@Test
	void clusterThatIsSetUpAnewIsHealed() {
		Service service = Service.of("forgotten", "1", Node.of("forgotten-1", "127.0.0.1:1"));
		String pod = cluster.run();
		try (Registry registry = open(pod)) {
			registry.register(service, MINUTE);
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("forgotten", changes::add);
			Change came = new Change(Action.CREATE, service);
			Change went = new Change(Action.DELETE, service);
			KUBERNETES.kill();
			ETCD.restartEmpty();
			KUBERNETES.start();
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(came, went));
			cluster.run(pod, Map.of(), Map.of());
			registry.register(service, MINUTE);
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(came, went, came));
		}
	}

	// size

	/**
	 * On a hundred pods, each of which runs a hundred services: ten thousand pods take a
	 * minute to make.
	 */
	@Test
	void thousandServicesOfTenNodesAreListedAndWatched() throws Exception {
		ExecutorService threads = Threads.executor(ExecutorMode.POOL, "pods");
		try (Registry registry = open()) {
			CompletableFuture
				.allOf(IntStream.range(0, 100)
					.mapToObj((pod) -> CompletableFuture.runAsync(() -> runMany(pod), threads))
					.toArray(CompletableFuture[]::new))
				.join();
			long begun = System.nanoTime();
			List<Service> many = registry.list().stream().filter((s) -> s.name().startsWith("many.")).toList();
			long listed = System.nanoTime();
			assertThat(many).hasSize(1000).allSatisfy((service) -> assertThat(service.nodes()).hasSize(10));
			BlockingQueue<Change> told = new LinkedBlockingQueue<>();
			long watching = System.nanoTime();
			registry.watch("", (change) -> {
				if (change.service().name().equals("many.999")) {
					told.add(change);
				}
			});
			for (int i = 0; i < 10; i++) {
				assertThat(told.poll(40, TimeUnit.SECONDS)).extracting(Change::action).isEqualTo(Action.CREATE);
			}
			long watched = System.nanoTime();
			registry.register(Service.of("many.999", "1", Node.of("own", "127.0.0.1:1")), MINUTE);
			assertThat(told.poll(40, TimeUnit.SECONDS)).extracting(Change::action).isEqualTo(Action.CREATE);
			long registered = System.nanoTime();
			assertThat(registry.get("many.999")).flatExtracting(Service::nodes).hasSize(11);
			long deleting = System.nanoTime();
			cluster.delete("many-99", true);
			assertThat(told.poll(40, TimeUnit.SECONDS)).extracting(Change::action).isEqualTo(Action.DELETE);
			log.info("In ms: listed {}, watched {}, registered and told {}, pod deleted and told {}",
					(listed - begun) / MILLION, (watched - watching) / MILLION, (registered - watched) / MILLION,
					(System.nanoTime() - deleting) / MILLION);
		}
		finally {
			threads.shutdown();
			cluster.deleteAll();
		}
	}

	/** A hundred services stand on ten pods. */
	private void runMany(int pod) {
		Map<String, String> labels = new HashMap<>(Map.of("micro.mu/type", "service"));
		Map<String, String> annotations = new HashMap<>();
		for (int i = 0; i < 100; i++) {
			String name = "many." + (pod / 10 * 100 + i);
			labels.put("micro.mu/selector-" + name, "service");
			annotations.put("micro.mu/service-" + name,
					RegistryJson.write(Service.of(name, "1", Node.of(name + "-" + pod, "10.0.0.1:" + (10_000 + pod)))));
		}
		cluster.run("many-" + pod, labels, annotations);
	}

	// refusals

	@Test
	void podThatIsNotThereIsNamed() {
		try (Registry registry = open("nobody")) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.register(SERVICE, MINUTE))
				.withMessageContaining("register greeter-1 on pod nobody: 404 pods \"nobody\" not found");
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

	private static Registry open(String pod) {
		return new KubernetesRegistry(cluster.options().withPod(pod));
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

}
