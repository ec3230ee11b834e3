package io.microspring.plugins.registry.gossip;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import io.microspring.registry.Change;
import io.microspring.registry.Change.Action;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.Service;
import io.microspring.registry.Value;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A cluster of ours and hashicorp's memberlist, which compresses as it does by default.
 */
class MemberlistTest {

	@RegisterExtension
	static final ExternalServer SERVER = new ExternalServer(ServerRecipe.memberlist());

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final GoMember go = new GoMember(SERVER);

	/** A member that was joined once is another one afterwards. */
	@AfterEach
	void restart() {
		SERVER.restart();
	}

	@Test
	void ourMemberJoinsGosAndEachSeesWhatTheOtherRegisters() {
		Service theirs = service("go.greeter", "g1");
		this.go.register(theirs, MINUTE);
		try (GossipRegistry ours = member(this.go.address())) {
			// By what is exchanged when it joins.
			assertThat(ours.get("go.greeter")).containsExactly(theirs);
			List<Change> changes = new CopyOnWriteArrayList<>();
			ours.watch("go.greeter", changes::add);
			ours.register(service("java.greeter", "j1"), MINUTE);
			this.go.register(service("go.greeter", "g2"), MINUTE);
			eventually().untilAsserted(() -> {
				assertThat(nodes(this.go.get("java.greeter"))).containsExactly("j1");
				assertThat(nodes(ours.get("go.greeter"))).containsExactlyInAnyOrder("g1", "g2");
			});
			this.go.deregister(service("go.greeter", "g2"));
			ours.deregister(service("java.greeter", "j1"));
			eventually().untilAsserted(() -> {
				assertThat(this.go.get("java.greeter")).isEmpty();
				assertThat(nodes(ours.get("go.greeter"))).containsExactly("g1");
				assertThat(changes).extracting(Change::action)
					.containsExactly(Action.CREATE, Action.CREATE, Action.DELETE);
			});
			assertThat(this.go.members()).isEqualTo(2);
			assertThat(ours.health().details()).containsEntry("members", "2");
		}
		eventually().untilAsserted(() -> assertThat(this.go.members()).isEqualTo(1));
	}

	@Test
	void gosMemberJoinsOursAndHearsOfRenewalsAndExpiry() {
		try (GossipRegistry first = member(""); GossipRegistry second = member(first.address())) {
			first.register(service("java.greeter", "j1"), Duration.ZERO);
			second.register(service("java.greeter", "j2"), MINUTE);
			eventually().untilAsserted(
					() -> assertThat(nodes(first.get("java.greeter"))).containsExactlyInAnyOrder("j1", "j2"));
			this.go.join(first.address());
			assertThat(nodes(this.go.get("java.greeter"))).containsExactlyInAnyOrder("j1", "j2");
			eventually().untilAsserted(() -> assertThat(this.go.members()).isEqualTo(3));
			this.go.register(service("go.greeter", "g1"), Duration.ofSeconds(2));
			second.register(service("java.greeter", "j3"), Duration.ofSeconds(2));
			eventually().untilAsserted(() -> {
				assertThat(nodes(first.get("go.greeter"))).containsExactly("g1");
				assertThat(nodes(second.get("go.greeter"))).containsExactly("g1");
				assertThat(nodes(this.go.get("java.greeter"))).contains("j3");
			});
			eventually().untilAsserted(() -> {
				assertThat(first.get("go.greeter")).isEmpty();
				assertThat(second.get("go.greeter")).isEmpty();
				assertThat(nodes(this.go.get("java.greeter"))).containsExactlyInAnyOrder("j1", "j2");
			});
			second.close();
			eventually().untilAsserted(() -> {
				assertThat(this.go.members()).isEqualTo(2);
				assertThat(nodes(this.go.get("java.greeter"))).containsExactly("j1");
			});
		}
	}

	@Test
	void killedMemberOfGosIsMissedAndItsServicesGoWithIt() {
		try (GossipRegistry first = member(this.go.address()); GossipRegistry second = member(first.address())) {
			first.register(service("java.greeter", "j1"), MINUTE);
			this.go.register(service("go.greeter", "g1"), MINUTE);
			List<Change> changes = new CopyOnWriteArrayList<>();
			eventually().untilAsserted(() -> {
				assertThat(nodes(first.get("go.greeter"))).containsExactly("g1");
				assertThat(nodes(second.get("go.greeter"))).containsExactly("g1");
				assertThat(second.health().details()).containsEntry("members", "3");
			});
			second.watch("go.greeter", changes::add);
			SERVER.kill();
			eventually().untilAsserted(() -> {
				assertThat(first.get("go.greeter")).isEmpty();
				assertThat(second.get("go.greeter")).isEmpty();
				assertThat(second.health().details()).containsEntry("members", "2");
			});
			assertThat(changes).extracting(Change::action).containsExactly(Action.CREATE, Action.DELETE);
			// Its address is a seed: the one that is there now is joined again.
			SERVER.start();
			eventually().untilAsserted(() -> {
				assertThat(this.go.members()).isEqualTo(3);
				assertThat(nodes(this.go.get("java.greeter"))).containsExactly("j1");
			});
		}
	}

	@Test
	void memberOfGosThatLeavesIsGoneAtOnce() {
		try (GossipRegistry ours = member(this.go.address())) {
			ours.list();
			this.go.register(service("go.greeter", "g1"), MINUTE);
			eventually().untilAsserted(() -> assertThat(nodes(ours.get("go.greeter"))).containsExactly("g1"));
			this.go.leave();
			eventually().untilAsserted(() -> {
				assertThat(ours.get("go.greeter")).isEmpty();
				assertThat(ours.health().details()).containsEntry("members", "1");
			});
		}
	}

	@Test
	void serviceThatFitsIntoNoPacketReachesGoOverAConnection() {
		Service large = large("java.large", 400);
		Service theirs = large("go.large", 400);
		this.go.register(theirs, MINUTE);
		try (GossipRegistry ours = member(this.go.address())) {
			assertThat(ours.get("go.large")).containsExactly(theirs);
			ours.register(large, MINUTE);
			eventually().untilAsserted(() -> assertThat(this.go.get("java.large")).containsExactly(large));
			ours.deregister(large);
			eventually().untilAsserted(() -> assertThat(this.go.get("java.large")).isEmpty());
		}
	}

	@Test
	void manyServicesAreExchangedBothWays() {
		try (GossipRegistry ours = member("")) {
			IntStream.range(0, 200).forEach((i) -> {
				ours.register(large("java.many." + i, 5), Duration.ofMinutes(5));
				this.go.register(large("go.many." + i, 5), Duration.ofMinutes(5));
			});
			this.go.join(ours.address());
			eventually().untilAsserted(() -> IntStream.range(0, 200).forEach((i) -> {
				assertThat(ours.get("go.many." + i)).hasSize(1);
			}));
			assertThat(ours.get("go.many.7")).containsExactly(large("go.many.7", 5));
			assertThat(this.go.get("java.many.7")).containsExactly(large("java.many.7", 5));
		}
	}

	static GossipRegistry member(String seeds) {
		return new GossipRegistry(options().withSeeds(seeds));
	}

	static GossipOptions options() {
		return GossipOptions.defaults()
			.withBindAddress("127.0.0.1:0")
			.withTimeout(Duration.ofSeconds(10))
			.withTiming(new GossipOptions.Timing(Duration.ofMillis(500), Duration.ofMillis(250), 3,
					Duration.ofMillis(50), Duration.ofMillis(500), Duration.ZERO));
	}

	static Service service(String name, String node) {
		return new Service(name, "1", Map.of("team", "a"), List.of(),
				List.of(new Node(node, "127.0.0.1:1", Map.of("protocol", "mucp"))));
	}

	private static Service large(String name, int endpoints) {
		return new Service(name, "1", Map.of(), IntStream.range(0, endpoints)
			.mapToObj((i) -> new Endpoint("Say.Hello" + i,
					new Value("Request" + Integer.toHexString(31 * i * i), "Request", List.of()), null, Map.of()))
			.toList(), List.of(Node.of(name + "-1", "127.0.0.1:1")));
	}

	static List<String> nodes(List<Service> services) {
		return services.stream().flatMap((service) -> service.nodes().stream()).map(Node::id).toList();
	}

	static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50));
	}

}
