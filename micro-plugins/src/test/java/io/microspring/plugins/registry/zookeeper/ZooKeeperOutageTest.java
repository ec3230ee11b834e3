package io.microspring.plugins.registry.zookeeper;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.microspring.health.HealthReport;
import io.microspring.registry.CacheOptions;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Sessions and servers that end, and registries that are large.
 */
class ZooKeeperOutageTest {

	@RegisterExtension
	static final EmbeddedZooKeeper ZOOKEEPER = new EmbeddedZooKeeper();

	private static final Logger log = LoggerFactory.getLogger(ZooKeeperOutageTest.class);

	private static final Duration MINUTE = Duration.ofMinutes(1);

	@Test
	void processThatHangsOrIsKilledIsGoneWithItsSessionAndComesBackByItself() throws Exception {
		Service service = Service.of("process", "latest", Node.of("process-1", "127.0.0.1:4711"));
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry registry = open();
				RegisteringProcess process = RegisteringProcess.start(ZOOKEEPER.options(), "process")) {
			registry.watch("process", changes::add);
			Change came = new Change(Change.Action.CREATE, service);
			Change went = new Change(Change.Action.DELETE, service);
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(came));
			process.pause();
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(came, went));
			assertThat(registry.get("process")).isEmpty();
			process.resume();
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(came, went, came));
			long killed = System.nanoTime();
			process.kill();
			eventually().pollInterval(Duration.ofMillis(10))
				.untilAsserted(() -> assertThat(changes).containsExactly(came, went, came, went));
			log.info("kill to gone: {} ms, with a session of {}", millisSince(killed),
					ZOOKEEPER.options().sessionTimeout());
		}
	}

	@Test
	void restartIsNoticedByNobodyWhoWatches() throws Exception {
		Service first = Service.of("restarted", "1", Node.of("restarted-1", "127.0.0.1:1"));
		Service second = Service.of("restarted", "2", Node.of("restarted-2", "127.0.0.1:2"));
		List<Change> one = new CopyOnWriteArrayList<>();
		List<Change> all = new CopyOnWriteArrayList<>();
		ZooKeeperOptions options = ZOOKEEPER.options().withSessionTimeout(MINUTE);
		try (Registry registry = new ZooKeeperRegistry(options); Registry other = new ZooKeeperRegistry(options)) {
			registry.register(first, MINUTE);
			other.watch("restarted", one::add);
			other.watch("", all::add);
			Change came = new Change(Change.Action.CREATE, first);
			eventually().untilAsserted(() -> assertThat(one).containsExactly(came));
			ZOOKEEPER.stop();
			eventually().untilAsserted(() -> assertThat(other.health().state()).isEqualTo(HealthReport.State.DOWN));
			ZOOKEEPER.start();
			eventually().ignoreExceptionsInstanceOf(RegistryException.class).until(() -> {
				registry.register(second, MINUTE);
				return true;
			});
			eventually()
				.untilAsserted(() -> assertThat(one).containsExactly(came, new Change(Change.Action.CREATE, second)));
			eventually().untilAsserted(() -> assertThat(all).filteredOn((c) -> c.service().name().equals("restarted"))
				.containsExactlyElementsOf(one));
			assertThat(other.get("restarted")).containsExactlyInAnyOrder(first, second);
			assertThat(other.health().state()).isEqualTo(HealthReport.State.UP);
		}
	}

	@Test
	void deregistrationThatFailedIsMadeGoodUnlessItIsTakenBack() throws Exception {
		Service leaving = Service.of("leaving", "1", Node.of("leaving-1", "127.0.0.1:1"));
		Service staying = Service.of("leaving", "1", Node.of("staying-1", "127.0.0.1:2"));
		ZooKeeperOptions options = ZOOKEEPER.options().withSessionTimeout(MINUTE).withTimeout(Duration.ofMillis(500));
		try (Registry registry = new ZooKeeperRegistry(options); Registry other = open()) {
			registry.register(leaving, MINUTE);
			registry.register(staying, MINUTE);
			ZOOKEEPER.stop();
			for (Service service : List.of(leaving, staying)) {
				assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.deregister(service));
			}
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.register(staying, MINUTE));
			ZOOKEEPER.start();
			eventually().ignoreExceptionsInstanceOf(RegistryException.class)
				.untilAsserted(() -> assertThat(other.get("leaving")).containsExactly(staying));
		}
	}

	@Test
	void outageLongerThanTheSessionLosesNoNode() throws Exception {
		Service service = Service.of("outage", "1", Node.of("outage-1", "127.0.0.1:1"));
		Service gone = Service.of("outage", "1", Node.of("outage-2", "127.0.0.1:2"));
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (ZooKeeperRegistry registry = open();
				Registry leaving = open();
				Registry watching = open();
				Registry cached = Registry.cached(watching, CacheOptions.defaults())) {
			Service forbidden = Service.of("forbidden", "1", Node.of("forbidden-1", "127.0.0.1:1"));
			registry.register(service, MINUTE);
			registry.register(forbidden, MINUTE);
			List<Service> others = IntStream.range(0, 5)
				.mapToObj((i) -> Service.of("outage." + i, "1", Node.of("outage." + i, "127.0.0.1:1")))
				.toList();
			others.forEach((other) -> registry.register(other, MINUTE));
			leaving.register(gone, MINUTE);
			watching.watch("outage", changes::add);
			assertThat(cached.get("outage")).flatExtracting(Service::nodes).hasSize(2);
			eventually().untilAsserted(() -> assertThat(changes).hasSize(2));
			forbid("/micro-registry/forbidden");
			ZOOKEEPER.stop();
			leaving.close();
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> watching.get("outage"))
				.withMessageContaining("zookeeper at " + ZOOKEEPER.address() + " cannot be reached to look up outage");
			assertThat(cached.get("outage")).flatExtracting(Service::nodes).hasSize(2);
			eventually().untilAsserted(() -> assertThat(watching.health().state()).isEqualTo(HealthReport.State.DOWN));
			eventually().until(() -> registry.connection() == ConnectionState.LOST);
			ZOOKEEPER.start();
			eventually().ignoreExceptionsInstanceOf(RegistryException.class)
				.untilAsserted(() -> assertThat(watching.get("outage")).containsExactly(service));
			eventually().untilAsserted(
					() -> assertThat(changes).filteredOn((change) -> change.service().nodes().equals(gone.nodes()))
						.extracting(Change::action)
						.containsExactly(Change.Action.CREATE, Change.Action.DELETE));
			// What the former session held may be gone before the new one is there.
			eventually().untilAsserted(() -> assertThat(changes).filteredOn("service", service)
				.extracting(Change::action)
				.last()
				.isEqualTo(Change.Action.CREATE));
			assertThat(cached.get("outage")).contains(service);
			// One that may not be written does not keep the others.
			eventually().untilAsserted(() -> assertThat(watching.list()).containsAll(others));
			assertThat(watching.get("forbidden")).isEmpty();
		}
	}

	@Test
	void whatAnEmptyServerForgotIsRegisteredAgainByItself() throws Exception {
		Service service = Service.of("forgotten", "1", Node.of("forgotten-1", "127.0.0.1:1"));
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry registry = open(); Registry watching = open()) {
			registry.register(service, MINUTE);
			watching.watch("forgotten", changes::add);
			eventually().untilAsserted(() -> assertThat(changes).hasSize(1));
			ZOOKEEPER.startEmpty();
			eventually().ignoreExceptionsInstanceOf(RegistryException.class)
				.untilAsserted(() -> assertThat(watching.get("forgotten")).containsExactly(service));
			registry.deregister(service);
			eventually().untilAsserted(() -> assertThat(changes).endsWith(new Change(Change.Action.DELETE, service)));
		}
	}

	@Test
	void thousandServicesOfTenNodesAreListedAndWatched() throws Exception {
		fill(1000, 10);
		ZooKeeperOptions options = ZOOKEEPER.options()
			.withNamespace("large")
			.withTimeout(MINUTE)
			.withSessionTimeout(MINUTE);
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry registry = new ZooKeeperRegistry(options); Registry other = new ZooKeeperRegistry(options)) {
			long asked = System.nanoTime();
			assertThat(registry.list()).hasSize(1000);
			log.info("listed after {} ms", millisSince(asked));
			assertThat(registry.get("large.7")).flatExtracting(Service::nodes).hasSize(10);
			long watched = System.nanoTime();
			List<Change> first = new ArrayList<>();
			registry.watch("", (change) -> {
				if (first.size() < 10_000) {
					first.add(change);
				}
				else {
					changes.add(change);
				}
			});
			log.info("watched after {} ms", millisSince(watched));
			Service service = Service.of("large.0", "1", Node.of("late", "127.0.0.1:1"));
			long registered = System.nanoTime();
			other.register(service, MINUTE);
			eventually().pollInterval(Duration.ofMillis(5))
				.untilAsserted(() -> assertThat(changes).containsExactly(new Change(Change.Action.CREATE, service)));
			log.info("registration to first seen: {} ms", millisSince(registered));
			assertThat(first).extracting((change) -> change.service().nodes().get(0).id())
				.doesNotHaveDuplicates()
				.hasSize(10_000);
		}
	}

	/** Everybody may read there, and nobody may write. */
	private static void forbid(String path) throws Exception {
		ZooKeeper zooKeeper = new ZooKeeper(ZOOKEEPER.address(), 60_000, (event) -> {
		});
		try {
			zooKeeper.setACL(path, ZooDefs.Ids.READ_ACL_UNSAFE, -1);
		}
		finally {
			zooKeeper.close();
		}
	}

	private static ZooKeeperRegistry open() {
		return new ZooKeeperRegistry(ZOOKEEPER.options().withTimeout(Duration.ofSeconds(1)));
	}

	/** As many others have registered them. */
	private static void fill(int services, int nodes) throws Exception {
		ZooKeeper zooKeeper = new ZooKeeper(ZOOKEEPER.address(), 60_000, (event) -> {
		});
		try {
			List<CompletableFuture<Integer>> created = new ArrayList<>();
			created.add(create(zooKeeper, "/large", new byte[0]));
			created.add(create(zooKeeper, "/large/micro-registry", new byte[0]));
			for (int i = 0; i < services; i++) {
				String name = "large." + i;
				created.add(create(zooKeeper, "/large/micro-registry/" + name, new byte[0]));
				for (int j = 0; j < nodes; j++) {
					Service service = Service.of(name, "1", Node.of(name + "-" + j, "127.0.0.1:" + (10_000 + j)));
					created.add(create(zooKeeper, "/large/micro-registry/" + name + "/" + name + "-" + j,
							RegistryJson.write(service).getBytes()));
				}
			}
			CompletableFuture.allOf(created.toArray(CompletableFuture[]::new)).get(1, TimeUnit.MINUTES);
			assertThat(created).extracting(CompletableFuture::join).containsOnly(0);
		}
		finally {
			zooKeeper.close();
		}
	}

	private static CompletableFuture<Integer> create(ZooKeeper zooKeeper, String path, byte[] data) {
		CompletableFuture<Integer> created = new CompletableFuture<>();
		zooKeeper.create(path, data, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT,
				(code, asked, context, name) -> created.complete(code), null);
		return created;
	}

	private static long millisSince(long start) {
		return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

}
