package io.microspring.plugins.registry.zookeeper;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.health.HealthReport;
import io.microspring.registry.Change;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import io.microspring.registry.Value;
import io.microspring.test.RegistryContract;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ZooKeeperRegistryTest extends RegistryContract {

	@RegisterExtension
	static final EmbeddedZooKeeper ZOOKEEPER = new EmbeddedZooKeeper();

	private static final Duration MINUTE = Duration.ofMinutes(1);

	/** Somebody else, who knows nothing of us. */
	private CuratorFramework other;

	@BeforeEach
	void connect() {
		this.other = CuratorFrameworkFactory.newClient(ZOOKEEPER.address(), new RetryOneTime(100));
		this.other.start();
	}

	@AfterEach
	void disconnect() {
		this.other.close();
	}

	@Override
	protected Registry open() {
		return new ZooKeeperRegistry(ZOOKEEPER.options());
	}

	@Override
	protected Duration ttl() {
		return Duration.ofSeconds(1);
	}

	@Test
	void registrationIsWhatGoWritesButForItsLifetime() throws Exception {
		Value name = new Value("name", "string", List.of());
		Service service = new Service("go.micro.srv.written", "1.0.0", Map.of(),
				List.of(new Endpoint("Say.Hello", new Value("Request", "Request", List.of(name)), null,
						Map.of("stream", "true"))),
				List.of(new Node("written-1", "127.0.0.1:1", Map.of("protocol", "mucp"))));
		try (Registry registry = open()) {
			registry.register(service, MINUTE);
			Stat stat = new Stat();
			byte[] data = this.other.getData()
				.storingStatIn(stat)
				.forPath("/micro-registry/go.micro.srv.written/written-1");
			assertThat(RegistryJson.JSON.readTree(data)).isEqualTo(RegistryJson.JSON.readTree("""
					{"name":"go.micro.srv.written","version":"1.0.0","metadata":null,
					"endpoints":[{"name":"Say.Hello","request":{"name":"Request","type":"Request","values":[
					{"name":"name","type":"string","values":null}]},"response":null,"metadata":{"stream":"true"}}],
					"nodes":[{"id":"written-1","address":"127.0.0.1:1","metadata":{"protocol":"mucp"}}]}"""));
			assertThat(this.other.getACL().forPath("/micro-registry/go.micro.srv.written/written-1"))
				.isEqualTo(ZooDefs.Ids.OPEN_ACL_UNSAFE);
			assertThat(stat.getEphemeralOwner()).isNotZero();
		}
		assertThat(this.other.getChildren().forPath("/micro-registry/go.micro.srv.written")).isEmpty();
	}

	@Test
	void whatGoWroteIsRead() throws Exception {
		write("/micro-registry/go.micro.srv.go/go-1", """
				{"name":"go.micro.srv.go","version":"1.0.0","metadata":null,"endpoints":[{"request":{"name":"Context",
				"type":"Context","values":null},"response":null,"metadata":{},"name":"Say.Bidi"}],"nodes":[{"metadata":
				{"server":"mucp"},"id":"go-1","address":"127.0.0.1:23400"}]}""");
		try (Registry registry = open()) {
			assertThat(registry.get("go.micro.srv.go"))
				.containsExactly(new Service("go.micro.srv.go", "1.0.0", Map.of(),
						List.of(new Endpoint("Say.Bidi", new Value("Context", "Context", List.of()), null, Map.of())),
						List.of(new Node("go-1", "127.0.0.1:23400", Map.of("server", "mucp")))));
		}
	}

	@Test
	void persistentNodesStayUntilTheyAreDeregistered() throws Exception {
		Service service = Service.of("persistent", "1", Node.of("persistent-1", "127.0.0.1:1"));
		try (Registry registry = new ZooKeeperRegistry(ZOOKEEPER.options().withEphemeral(false))) {
			registry.register(service, Duration.ofMillis(1));
			registry.register(service, Duration.ofMillis(1));
			eventually().during(Duration.ofMillis(300))
				.untilAsserted(() -> assertThat(registry.get("persistent")).containsExactly(service));
		}
		assertThat(this.other.checkExists().forPath("/micro-registry/persistent/persistent-1").getVersion()).isZero();
		try (Registry registry = open()) {
			assertThat(registry.get("persistent")).containsExactly(service);
			registry.deregister(service);
			assertThat(registry.get("persistent")).isEmpty();
		}
	}

	@Test
	void nodeOfAnotherProcessIsNotTakenBack() {
		Service service = Service.of("taken.over", "1", Node.of("taken-1", "127.0.0.1:1"));
		try (Registry former = open(); Registry successor = open()) {
			successor.register(service, MINUTE);
			former.deregister(service);
			assertThat(former.get("taken.over")).containsExactly(service);
			successor.deregister(service);
			assertThat(former.get("taken.over")).isEmpty();
		}
	}

	@Test
	void persistentNodeBecomesEphemeralWithoutBeingMissed() {
		Service service = Service.of("converted", "1", Node.of("converted-1", "127.0.0.1:1"));
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry watching = open();
				Registry persistent = new ZooKeeperRegistry(ZOOKEEPER.options().withEphemeral(false))) {
			watching.watch("converted", changes::add);
			persistent.register(service, MINUTE);
			try (Registry registry = open()) {
				registry.register(service, MINUTE);
			}
			eventually().untilAsserted(() -> assertThat(changes)
				.containsExactly(new Change(Change.Action.CREATE, service), new Change(Change.Action.DELETE, service)));
		}
	}

	@Test
	void successorOfTheSameIdStays() {
		Service service = Service.of("successor", "1", Node.of("successor-1", "127.0.0.1:1"));
		try (Registry former = open(); Registry present = open()) {
			former.register(service, MINUTE);
			present.register(service, MINUTE);
			former.deregister(service);
			former.close();
			assertThat(present.get("successor")).containsExactly(service);
			present.deregister(service);
			assertThat(present.get("successor")).isEmpty();
		}
	}

	@Test
	void renewalWritesNothingUnlessSomebodyElseDid() throws Exception {
		Service service = Service.of("renewed", "1", Node.of("renewed-1", "127.0.0.1:1"));
		try (Registry registry = open()) {
			registry.register(service, MINUTE);
			registry.register(service, MINUTE);
			assertThat(this.other.checkExists().forPath("/micro-registry/renewed/renewed-1").getVersion()).isZero();
			write("/micro-registry/renewed/renewed-1", "{}");
			assertThat(registry.get("renewed")).isEmpty();
			registry.register(service, MINUTE);
			assertThat(registry.get("renewed")).containsExactly(service);
			this.other.delete().forPath("/micro-registry/renewed/renewed-1");
			registry.register(service, MINUTE);
			assertThat(registry.get("renewed")).containsExactly(service);
		}
	}

	@Test
	void slashesAreDashesInPathsOnly() throws Exception {
		Service service = Service.of("team/slashed", "1", Node.of("a/b", "127.0.0.1:1"));
		Service dashed = Service.of("team-slashed", "1", Node.of("c", "127.0.0.1:2"));
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry registry = open()) {
			registry.watch("team/slashed", changes::add);
			registry.register(dashed, MINUTE);
			registry.register(service, MINUTE);
			assertThat(this.other.getChildren().forPath("/micro-registry/team-slashed"))
				.containsExactlyInAnyOrder("a-b", "c");
			assertThat(registry.get("team/slashed")).containsExactly(service);
			assertThat(registry.get("team-slashed")).containsExactly(dashed);
			eventually()
				.untilAsserted(() -> assertThat(changes).containsExactly(new Change(Change.Action.CREATE, service)));
		}
	}

	@Test
	void oddEntriesArePassedOver() throws Exception {
		write("/micro-registry/odd/empty", "");
		write("/micro-registry/odd/text", "hello");
		write("/micro-registry/odd/none", "{\"name\":\"odd\",\"version\":\"1\",\"nodes\":null}");
		write("/micro-registry/odd/deep/er", "{\"name\":\"odd\",\"nodes\":[{\"id\":\"deeper\"}]}");
		Service service = Service.of("odd", "1", Node.of("odd-1", "127.0.0.1:1"));
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry registry = open()) {
			registry.register(service, MINUTE);
			registry.watch("odd", changes::add);
			assertThat(registry.get("odd")).containsExactly(service);
			assertThat(registry.list()).extracting(Service::name).contains("odd");
			eventually()
				.untilAsserted(() -> assertThat(changes).containsExactly(new Change(Change.Action.CREATE, service)));
			// ZooKeeper can have none of these paths.
			assertThat(registry.get("")).isEmpty();
			assertThat(registry.get("..")).isEmpty();
			assertThatIllegalArgumentException()
				.isThrownBy(() -> registry.register(Service.of("..", "1", Node.of("n", "a:1")), MINUTE));
		}
	}

	@Test
	void descriptionThatIsTooLargeIsRefused() {
		Service service = new Service("large", "1", Map.of("a", "x".repeat(1024 * 1024)), List.of(),
				List.of(Node.of("large-1", "127.0.0.1:1")));
		try (Registry registry = open()) {
			assertThatIllegalArgumentException().isThrownBy(() -> registry.register(service, MINUTE))
				.withMessageContaining("large-1")
				.withMessageContaining("jute.maxbuffer");
		}
	}

	@Test
	void whatIsRegisteredWithCredentialsIsItsOwnersAlone() throws Exception {
		ZooKeeperOptions options = ZOOKEEPER.options().withNamespace("guarded");
		Service service = Service.of("guarded", "1", Node.of("guarded-1", "127.0.0.1:1"));
		try (Registry owner = new ZooKeeperRegistry(options.withCredentials("team", "se:cret"));
				Registry same = new ZooKeeperRegistry(options.withCredentials("team", "se:cret"));
				Registry stranger = new ZooKeeperRegistry(options.withCredentials("team", "guess"));
				Registry nobody = new ZooKeeperRegistry(options)) {
			owner.register(service, MINUTE);
			assertThat(same.get("guarded")).containsExactly(service);
			for (Registry refused : List.of(stranger, nobody)) {
				assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> refused.get("guarded"))
					.withMessageContaining("refused to look up guarded")
					.withMessageContaining("NoAuth for /guarded/micro-registry/guarded");
				assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> refused.register(service, MINUTE))
					.withMessageContaining("refused to register guarded-1");
				assertThatExceptionOfType(RegistryException.class)
					.isThrownBy(() -> refused.watch("guarded", (change) -> {
					}))
					.withMessageContaining("watch guarded");
			}
		}
		try (Registry open = open()) {
			this.other.create().orSetData().creatingParentsIfNeeded().forPath("/micro-registry/hidden/hidden-1");
			this.other.setACL()
				.withACL(List.of(new ACL(ZooDefs.Perms.ALL, new Id("digest", "somebody:else"))))
				.forPath("/micro-registry/hidden");
			open.register(Service.of("seen", "1", Node.of("seen-1", "127.0.0.1:1")), MINUTE);
			assertThat(open.list()).extracting(Service::name).contains("seen").doesNotContain("hidden");
		}
	}

	@Test
	void nodeThatMayNotBeReadIsPassedOver() throws Exception {
		Service service = Service.of("halfhidden", "1", Node.of("halfhidden-2", "127.0.0.1:2"));
		try (Registry registry = open()) {
			registry.register(service, MINUTE);
			write("/micro-registry/halfhidden/halfhidden-1", "{}");
			this.other.setACL()
				.withACL(List.of(new ACL(ZooDefs.Perms.ALL, new Id("digest", "somebody:else"))))
				.forPath("/micro-registry/halfhidden/halfhidden-1");
			assertThat(registry.get("halfhidden")).containsExactly(service);
			assertThat(registry.list()).contains(service);
		}
	}

	@Test
	void servicesOfTwoUsersAndOfNobodyStandInOneRegistry() {
		ZooKeeperOptions options = ZOOKEEPER.options().withNamespace("shared/fleet");
		try (Registry first = new ZooKeeperRegistry(options.withCredentials("first", "a"));
				Registry second = new ZooKeeperRegistry(options.withCredentials("second", "b"));
				Registry nobody = new ZooKeeperRegistry(options)) {
			first.register(Service.of("first", "1", Node.of("first-1", "127.0.0.1:1")), MINUTE);
			second.register(Service.of("second", "1", Node.of("second-1", "127.0.0.1:2")), MINUTE);
			nobody.register(Service.of("nobody", "1", Node.of("nobody-1", "127.0.0.1:3")), MINUTE);
			assertThat(first.list()).extracting(Service::name).containsExactly("first", "nobody");
			assertThat(second.list()).extracting(Service::name).containsExactly("nobody", "second");
			assertThat(nobody.list()).extracting(Service::name).containsExactly("nobody");
		}
	}

	@Test
	void chrootThatDoesNotExistIsNamed() throws Exception {
		ZooKeeperOptions options = ZOOKEEPER.options().withAddress(ZOOKEEPER.address() + "/missing");
		try (Registry registry = new ZooKeeperRegistry(options)) {
			Service service = Service.of("rootless", "1", Node.of("rootless-1", "127.0.0.1:1"));
			for (ThrowingCallable asked : List.<ThrowingCallable>of(registry::list, () -> registry.get("rootless"),
					() -> registry.register(service, MINUTE))) {
				assertThatExceptionOfType(RegistryException.class).isThrownBy(asked)
					.withMessageContaining("the chroot /missing does not exist");
			}
			assertThat(registry.health().detail()).contains("the chroot /missing does not exist");
			this.other.create().forPath("/missing");
			registry.register(service, MINUTE);
			assertThat(registry.list()).containsExactly(service);
		}
	}

	@Test
	void namespaceAndChrootAreRoomsOfTheirOwn() throws Exception {
		this.other.create().orSetData().forPath("/chroot");
		Service service = Service.of("room", "1", Node.of("room-1", "127.0.0.1:1"));
		ZooKeeperOptions chroot = ZOOKEEPER.options().withAddress(ZOOKEEPER.address() + "/chroot");
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry registry = new ZooKeeperRegistry(chroot.withNamespace("/team/a/")); Registry outside = open()) {
			registry.watch("room", changes::add);
			registry.register(service, MINUTE);
			assertThat(this.other.checkExists().forPath("/chroot/team/a/micro-registry/room/room-1")).isNotNull();
			assertThat(registry.get("room")).containsExactly(service);
			assertThat(outside.get("room")).isEmpty();
			eventually()
				.untilAsserted(() -> assertThat(changes).containsExactly(new Change(Change.Action.CREATE, service)));
		}
	}

	@Test
	void closingOneOfTwoWatchesOfANameLeavesTheOther() {
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry registry = open()) {
			registry.watch("twice", changes::add);
			registry.watch("twice", (change) -> {
			}).close();
			registry.watch("", (change) -> {
			}).close();
			Service service = Service.of("twice", "1", Node.of("twice-1", "127.0.0.1:1"));
			registry.register(service, MINUTE);
			eventually()
				.untilAsserted(() -> assertThat(changes).containsExactly(new Change(Change.Action.CREATE, service)));
		}
	}

	@Test
	void unreachableZooKeeperIsNamed() {
		ZooKeeperOptions options = ZooKeeperOptions.defaults()
			.withAddress("127.0.0.1:1,localhost:2")
			.withTimeout(Duration.ofMillis(300));
		try (Registry registry = new ZooKeeperRegistry(options)) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(registry::list)
				.withMessageContaining("zookeeper at 127.0.0.1:1, localhost:2 cannot be reached to list services")
				.withMessageContaining("127.0.0.1:1: Connection refused");
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.watch("x", (change) -> {
			})).withMessageContaining("watch x");
			assertThat(registry.health().state()).isEqualTo(HealthReport.State.DOWN);
			assertThat(registry.health().detail()).contains("127.0.0.1:1: Connection refused");
		}
	}

	private void write(String path, String data) throws Exception {
		this.other.create().orSetData().creatingParentsIfNeeded().forPath(path, data.getBytes(StandardCharsets.UTF_8));
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

}
