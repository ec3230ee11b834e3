package io.microspring.plugins.registry.gossip;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import io.microspring.health.HealthReport;
import io.microspring.registry.CacheOptions;
import io.microspring.registry.Change;
import io.microspring.registry.Change.Action;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.microspring.registry.Value;
import io.microspring.test.RegistryContract;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A cluster of ours alone, all in this process. */
class GossipRegistryTest extends RegistryContract {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private String seeds = "";

	@Override
	protected Registry open() {
		GossipRegistry opened = new GossipRegistry(options().withSeeds(this.seeds));
		if (this.seeds.isEmpty()) {
			this.seeds = opened.address();
		}
		return opened;
	}

	@Override
	protected Duration ttl() {
		return Duration.ofSeconds(1);
	}

	// members

	@Test
	void twentyMembersKnowOneAnotherAndAllServices() {
		List<GossipRegistry> members = new ArrayList<>();
		try {
			for (int i = 0; i < 20; i++) {
				String seeds = (i == 0) ? "" : members.get((i - 1) / 3).address();
				GossipRegistry member = new GossipRegistry(options().withSeeds(seeds));
				members.add(member);
				member.register(service("greeter", "g" + i), MINUTE);
			}
			eventually().untilAsserted(() -> assertThat(members).allSatisfy((member) -> {
				assertThat(member.health().details()).containsEntry("members", "20");
				assertThat(nodes(member, "greeter")).hasSize(20);
			}));
			members.get(7).deregister(service("greeter", "g7"));
			members.get(13).close();
			eventually().untilAsserted(() -> assertThat(members).filteredOn((member) -> member != members.get(13))
				.allSatisfy((member) -> assertThat(nodes(member, "greeter")).hasSize(18).doesNotContain("g7", "g13")));
		}
		finally {
			members.forEach(GossipRegistry::close);
		}
	}

	@Test
	void memberThatLeavesTakesItsServicesWithIt() {
		try (GossipRegistry first = member(""); GossipRegistry second = member(first.address())) {
			second.register(service("left", "l1"), Duration.ZERO);
			List<Change> changes = new CopyOnWriteArrayList<>();
			first.watch("left", changes::add);
			eventually().until(() -> changes.size() == 1);
			second.close();
			eventually().untilAsserted(
					() -> assertThat(changes).extracting(Change::action).containsExactly(Action.CREATE, Action.DELETE));
			assertThat(first.get("left")).isEmpty();
			assertThat(first.health().details()).containsEntry("members", "1");
		}
	}

	@Test
	void memberThatIsCutOffLosesItsServicesAndComesBackWithThem() throws IOException {
		Relay relay = new Relay();
		try (relay;
				GossipRegistry first = member("");
				GossipRegistry second = new GossipRegistry(
						options().withSeeds(first.address()).withAdvertiseAddress(relay.address()))) {
			Service ours = service("here", "h1");
			Service theirs = service("there", "t1");
			relay.to(second.cluster().sockets().address().getPort());
			first.register(ours, MINUTE);
			second.register(theirs, MINUTE);
			eventually().untilAsserted(() -> {
				assertThat(first.get("there")).containsExactly(theirs);
				assertThat(second.get("here")).containsExactly(ours);
			});
			List<Change> changes = new CopyOnWriteArrayList<>();
			first.watch("there", changes::add);
			relay.cut();
			eventually().untilAsserted(() -> assertThat(first.get("there")).isEmpty());
			second.register(service("there", "t2"), MINUTE);
			relay.mend();
			eventually().untilAsserted(() -> {
				assertThat(nodes(first, "there")).containsExactlyInAnyOrder("t1", "t2");
				assertThat(second.get("here")).containsExactly(ours);
			});
			assertThat(changes).extracting(Change::action)
				.startsWith(Action.CREATE, Action.DELETE, Action.CREATE)
				.doesNotContain(Action.UPDATE);
		}
	}

	@Test
	void restartedMemberIsFoundAgainAndTheOldOneIsGone() {
		String seed = "127.0.0.1:" + freePort();
		try (GossipRegistry former = new GossipRegistry(options().withBindAddress(seed));
				GossipRegistry second = member(seed, former)) {
			former.register(service("restarted", "r1"), MINUTE);
			second.register(service("kept", "k1"), MINUTE);
			eventually().untilAsserted(() -> assertThat(nodes(second, "restarted")).containsExactly("r1"));
			eventually().untilAsserted(() -> assertThat(nodes(former, "kept")).containsExactly("k1"));
			List<Change> changes = new CopyOnWriteArrayList<>();
			second.watch("restarted", changes::add);
			// Without a goodbye, as when its process is killed.
			former.cluster().sockets().close();
			eventually().untilAsserted(() -> assertThat(second.get("restarted")).isEmpty());
			assertThat(second.health().state()).isEqualTo(HealthReport.State.DEGRADED);
			try (GossipRegistry present = new GossipRegistry(options().withBindAddress(seed))) {
				present.register(service("restarted", "r2"), MINUTE);
				eventually().untilAsserted(() -> assertThat(nodes(second, "restarted")).containsExactly("r2"));
				eventually().untilAsserted(() -> assertThat(nodes(present, "kept")).containsExactly("k1"));
				eventually().untilAsserted(() -> assertThat(changes).extracting(Change::action)
					.containsExactly(Action.CREATE, Action.DELETE, Action.CREATE));
				assertThat(second.health().state()).isEqualTo(HealthReport.State.UP);
			}
		}
	}

	@Test
	void whoJoinsIsNotToldOfTheNodesOfAKilledMember() {
		try (GossipRegistry killed = member("");
				GossipRegistry second = new GossipRegistry(options().withSeeds(killed.address()))) {
			killed.register(service("killed", "k1"), MINUTE);
			second.register(service("alive", "a1"), MINUTE);
			eventually().untilAsserted(() -> assertThat(nodes(second, "killed")).containsExactly("k1"));
			killed.cluster().sockets().close();
			eventually().untilAsserted(() -> assertThat(second.get("killed")).isEmpty());
			try (GossipRegistry third = member(second.address())) {
				assertThat(nodes(third, "alive")).containsExactly("a1");
				assertThat(third.get("killed")).isEmpty();
			}
		}
	}

	// seeds

	@Test
	void seedThatIsAwayIsSaidAndTriedAgain() {
		String seed = "127.0.0.1:" + freePort();
		try (GossipRegistry member = member(seed); Registry cached = Registry.cached(member, CacheOptions.defaults())) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> member.get("x"))
				.withMessageContaining("registry gossip cannot look up x: no seed of " + seed + " could be joined");
			assertThatExceptionOfType(RegistryException.class)
				.isThrownBy(() -> member.register(service("x", "x1"), MINUTE));
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> cached.get("x"));
			assertThat(member.health().state()).isEqualTo(HealthReport.State.DOWN);
			try (GossipRegistry late = new GossipRegistry(options().withBindAddress(seed))) {
				late.register(service("x", "x2"), MINUTE);
				eventually().ignoreExceptions()
					.untilAsserted(() -> assertThat(nodes(member, "x")).containsExactly("x2"));
				eventually().ignoreExceptions()
					.untilAsserted(() -> assertThat(nodes(cached, "x")).containsExactly("x2"));
				assertThat(member.health().state()).isEqualTo(HealthReport.State.UP);
			}
		}
	}

	@Test
	void allMayHaveTheSameSeedsTheirOwnAddressAmongThem() {
		String seeds = "127.0.0.1:" + freePort() + ",127.0.0.1:" + freePort();
		try (GossipRegistry first = new GossipRegistry(
				options().withBindAddress(seeds.split(",")[0]).withSeeds(seeds))) {
			first.register(service("one", "o1"), MINUTE);
			try (GossipRegistry second = new GossipRegistry(
					options().withBindAddress(seeds.split(",")[1]).withSeeds(seeds))) {
				assertThat(nodes(second, "one")).containsExactly("o1");
			}
		}
	}

	@Test
	void takenPortIsNamed() {
		try (GossipRegistry first = member("");
				GossipRegistry second = new GossipRegistry(options().withBindAddress(first.address()))) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(second::list)
				.withMessageContaining("cannot listen at " + first.address());
		}
	}

	@Test
	void closedRegistryRefuses() {
		Registry closed = member("");
		closed.list();
		closed.close();
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> closed.get("x"))
			.withMessageContaining("closed");
	}

	// secrets

	@Test
	void secretIsReplacedStepByStep() {
		GossipOptions former = options().withSecret("sixteen bytes  1");
		GossipOptions both = options().withSecret("base64:c2l4dGVlbiBieXRlcyAgMg==", "sixteen bytes  1");
		GossipOptions between = options().withSecret("sixteen bytes  1", "sixteen bytes  2");
		try (GossipRegistry first = new GossipRegistry(between);
				GossipRegistry second = new GossipRegistry(both.withSeeds(first.address()));
				GossipRegistry third = new GossipRegistry(former.withSeeds(first.address()));
				GossipRegistry plain = new GossipRegistry(options().withSeeds(first.address()))) {
			second.register(service("secret", "s2"), MINUTE);
			eventually().untilAsserted(() -> assertThat(nodes(first, "secret")).containsExactly("s2"));
			assertThat(third.list()).isNotNull();
			assertThatExceptionOfType(RegistryException.class).isThrownBy(plain::list)
				.withMessageContaining("encrypted")
				.withMessageNotContaining("sixteen");
		}
	}

	// size

	@Test
	void serviceThatFitsIntoNoPacketIsToldOverConnections() {
		List<Endpoint> endpoints = IntStream.range(0, 300)
			.mapToObj((i) -> new Endpoint("Say.Hello" + i,
					new Value("Request" + Integer.toHexString(31 * i * i), "Request", List.of()), null, Map.of()))
			.toList();
		Service large = new Service("large", "1", Map.of(), endpoints, List.of(Node.of("large-1", "127.0.0.1:1")));
		try (GossipRegistry first = member(""); GossipRegistry second = member(first.address())) {
			first.register(large, MINUTE);
			eventually().untilAsserted(() -> assertThat(second.get("large")).containsExactly(large));
			first.deregister(large);
			eventually().untilAsserted(() -> assertThat(second.get("large")).isEmpty());
		}
	}

	@Test
	void thousandServicesOfTenNodesAreListedAndWatched() {
		List<Endpoint> endpoints = List.of(new Endpoint("Say.Hello",
				new Value("Request", "Request", List.of(new Value("name", "string", List.of()))), null, Map.of()));
		try (GossipRegistry first = member("")) {
			for (int i = 0; i < 1000; i++) {
				String name = "many." + i;
				List<Node> nodes = IntStream.range(0, 10)
					.mapToObj((n) -> new Node(name + "-" + n, "127.0.0.1:" + (10_000 + n), Map.of("protocol", "mucp")))
					.toList();
				first.register(new Service(name, "1", Map.of(), endpoints, nodes), Duration.ofMinutes(5));
			}
			try (GossipRegistry second = member(first.address())) {
				assertThat(second.list()).hasSize(1000)
					.allSatisfy((service) -> assertThat(service.nodes()).hasSize(10));
				List<Change> changes = new CopyOnWriteArrayList<>();
				second.watch("", (change) -> {
					if (change.service().name().equals("many.999")) {
						changes.add(change);
					}
				});
				eventually().until(() -> changes.size() == 1);
				first.deregister(Service.of("many.999", "1", Node.of("many.999-9", "")));
				eventually().until(() -> changes.size() == 2 && changes.get(1).action() == Action.DELETE);
				assertThat(nodes(second, "many.999")).hasSize(9);
			}
		}
	}

	private static GossipRegistry member(String seeds) {
		return new GossipRegistry(options().withSeeds(seeds));
	}

	/** A member of a seed that is there by now. */
	private static GossipRegistry member(String seeds, GossipRegistry seed) {
		seed.list();
		return member(seeds);
	}

	private static Service service(String name, String node) {
		return Service.of(name, "1", Node.of(node, "127.0.0.1:1"));
	}

	private static List<String> nodes(Registry registry, String name) {
		return registry.get(name).stream().flatMap((service) -> service.nodes().stream()).map(Node::id).toList();
	}

	/** Some patience less than usual, so that nobody waits. */
	private static GossipOptions options() {
		return GossipOptions.defaults()
			.withBindAddress("127.0.0.1:0")
			.withTimeout(Duration.ofSeconds(10))
			.withTiming(new GossipOptions.Timing(Duration.ofMillis(500), Duration.ofMillis(250), 3,
					Duration.ofMillis(50), Duration.ofMillis(500), Duration.ZERO));
	}

	private static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50));
	}

}
