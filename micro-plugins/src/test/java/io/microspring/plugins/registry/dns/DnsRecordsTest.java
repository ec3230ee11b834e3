package io.microspring.plugins.registry.dns;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.health.HealthReport;
import io.microspring.registry.CacheOptions;
import io.microspring.registry.Change;
import io.microspring.registry.Change.Action;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.microspring.test.server.ExternalServer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What stands in a zone, and how often it is asked for. */
class DnsRecordsTest {

	private static final DnsZone ZONE = new DnsZone();

	/** Records that live long: what is asked again is asked for another reason. */
	@RegisterExtension
	static final ExternalServer DNS = new ExternalServer(ZONE.recipe(Duration.ofMinutes(10)));

	private static final DnsZone SHORT_ZONE = new DnsZone();

	@RegisterExtension
	static final ExternalServer SHORT = new ExternalServer(SHORT_ZONE.recipe(Duration.ofSeconds(1), "local=/test/",
			"local=/_tcp/", "server=/refused.test/127.0.0.1#1"));

	// records

	@Test
	void srvRecordsNameNodesAndAnyTextsDescribeThem() {
		ZONE.put("srv", List.of("srv-host=_go.micro.srv.x._tcp.fleet.test,a.fleet.test,81,1,5",
				"srv-host=_go.micro.srv.x._tcp.fleet.test,a.fleet.test,82", "host-record=a.fleet.test,10.0.0.1",
				"srv-host=_go.micro.srv.x._tcp.fleet.test,b.elsewhere.test,83", "host-record=b.elsewhere.test,fd00::1",
				"srv-host=_go.micro.srv.x._tcp.fleet.test,lost.fleet.test,84",
				"txt-record=_go.micro.srv.x._tcp.fleet.test,version=1,protocol=mucp,odd,=none",
				"txt-record=_go.micro.srv.x._tcp.fleet.test,node=B.elsewhere.test.,version=2,protocol=grpc"));
		DNS.restart();
		try (Registry registry = registry(DNS)) {
			List<Service> found = registry.get("go.micro.srv.x");
			assertThat(found).containsExactlyInAnyOrder(
					Service.of("go.micro.srv.x", "1", found.get(index(found, "1")).nodes().toArray(Node[]::new)),
					Service.of("go.micro.srv.x", "2",
							new Node("b.elsewhere.test", "[fd00::1]:83", Map.of("protocol", "grpc"))));
			assertThat(found.get(index(found, "1")).nodes()).containsExactlyInAnyOrder(
					new Node("a:81", "10.0.0.1:81", Map.of("protocol", "mucp", "weight", "5", "priority", "1")),
					new Node("a:82", "10.0.0.1:82", Map.of("protocol", "mucp")));
			assertThat(registry.list()).containsExactlyElementsOf(found);
		}
	}

	private static int index(List<Service> services, String version) {
		return services.get(0).version().equals(version) ? 0 : 1;
	}

	@Test
	void hostsWithoutSrvRecordsAreNodesWithThePort() {
		ZONE.put("hosts", List.of("host-record=web.fleet.test,10.0.0.1", "host-record=web.fleet.test,10.0.0.2",
				"host-record=six.fleet.test,fd00::6"));
		DNS.restart();
		try (Registry registry = registry(DNS);
				Registry ported = new DnsRegistry(options(DNS).withHosts("{service}", 8080))) {
			assertThat(addresses(ported, "web")).containsExactlyInAnyOrder("10.0.0.1:8080", "10.0.0.2:8080");
			assertThat(addresses(ported, "six")).containsExactly("[fd00::6]:8080");
			assertThat(registry.get("web")).isEmpty();
			// As go-micro's selector: a name that has a port is a host.
			assertThat(addresses(registry, "web.fleet.test:81")).containsExactlyInAnyOrder("10.0.0.1:81",
					"10.0.0.2:81");
			assertThat(addresses(registry, "127.0.0.1:82")).containsExactly("127.0.0.1:82");
		}
	}

	@Test
	void hostWithAddressesOfBothKindsIsOneNode() {
		ZONE.put("dual", List.of("srv-host=_dual._tcp.fleet.test,dual.fleet.test,80",
				"host-record=dual.fleet.test,10.0.0.9,fd00::9"));
		DNS.restart();
		try (Registry registry = registry(DNS)) {
			assertThat(addresses(registry, "dual")).containsExactly("10.0.0.9:80");
			assertThat(addresses(registry, "dual.fleet.test:81")).containsExactly("10.0.0.9:81");
		}
	}

	@Test
	void placesOfRecordsCanBeOthers() {
		ZONE.put("kubernetes",
				List.of("srv-host=_micro._tcp.greeter.prod.svc.fleet.test,p1.greeter.prod.svc.fleet.test,90",
						"host-record=p1.greeter.prod.svc.fleet.test,10.1.0.1"));
		DNS.restart();
		try (Registry registry = new DnsRegistry(
				options(DNS).withDomain("prod.svc.fleet.test").withSrvName("_micro._tcp.{service}").withTxt(false))) {
			assertThat(registry.get("greeter"))
				.containsExactly(Service.of("greeter", "latest", Node.of("p1.greeter", "10.1.0.1:90")));
			assertThat(ZONE.asked("query[TXT] _micro._tcp.greeter.prod.svc.fleet.test")).isZero();
		}
	}

	@Test
	void answerThatIsTooLargeForADatagramIsReadWhole() {
		List<String> records = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			records.add("srv-host=_many._tcp.fleet.test,host-with-a-long-name-" + i + ".fleet.test," + (1000 + i));
			records.add("host-record=host-with-a-long-name-" + i + ".fleet.test,10.2.0." + i);
		}
		ZONE.put("many", records);
		DNS.restart();
		try (Registry registry = registry(DNS)) {
			assertThat(registry.get("many")).hasSize(1)
				.first()
				.satisfies((service) -> assertThat(service.nodes()).hasSize(200)
					.contains(Node.of("host-with-a-long-name-7", "10.2.0.7:1007"),
							Node.of("host-with-a-long-name-199", "10.2.0.199:1199")));
		}
	}

	@Test
	void namesAreCompletedByTheSearchDomainsOfTheSystem(@TempDir Path directory) throws Exception {
		SHORT_ZONE.put("search",
				List.of("srv-host=_near._tcp.first.test,n1.first.test,80", "host-record=n1.first.test,10.3.0.1",
						"srv-host=_near._tcp.second.test,n2.second.test,80",
						"srv-host=_far._tcp.second.test,n2.second.test,81", "host-record=n2.second.test,10.3.0.2",
						"srv-host=_whole.test._tcp.test,n3.test,82", "host-record=n3.test,10.3.0.3"));
		SHORT.restart();
		Path resolvConf = Files.writeString(directory.resolve("resolv.conf"),
				"# search lost.test\nnameserver 127.0.0.1\nsearch lost.test\nsearch First.test. second.test test .\n");
		DnsOptions options = options(SHORT).withDomain("");
		try (Registry registry = new DnsRegistry(options, resolvConf);
				Registry hosts = new DnsRegistry(options.withHosts("{service}", 8080), resolvConf)) {
			assertThat(registry.get("near"))
				.containsExactly(Service.of("near", "latest", Node.of("n1", "10.3.0.1:80")));
			assertThat(registry.get("far")).containsExactly(Service.of("far", "latest", Node.of("n2", "10.3.0.2:81")));
			assertThat(addresses(registry, "whole.test")).containsExactly("10.3.0.3:82");
			assertThat(addresses(hosts, "n2")).containsExactly("10.3.0.2:8080");
			assertThat(addresses(hosts, "n2.second.test")).as("as it is").containsExactly("10.3.0.2:8080");
			assertThat(registry.health()).satisfies((health) -> {
				assertThat(health.state()).isEqualTo(HealthReport.State.UP);
				assertThat(health.details()).containsEntry("domain", "first.test second.test test");
			});
			assertThat(SHORT_ZONE.asked("_near._tcp.lost.test") + SHORT_ZONE.asked("_near._tcp.second.test")).isZero();
			Files.writeString(resolvConf, "search second.test\n");
			assertThat(registry.health().details()).containsEntry("domain", "second.test");
		}
	}

	@Test
	void namesThatDnsCannotCarryAreUnknown() {
		try (Registry registry = registry(DNS)) {
			for (String name : List.of("a".repeat(64), "a..b", "ä", "a b", "a.".repeat(130) + "b", ".")) {
				assertThat(registry.get(name)).as(name).isEmpty();
			}
		}
	}

	// how long it counts

	@Test
	void answersCountAsLongAsTheySay() {
		ZONE.put("lives", srv("lives", "l1", "10.3.0.1"));
		SHORT_ZONE.put("lives", srv("lives", "l1", "10.3.0.1"));
		DNS.restart();
		SHORT.restart();
		String question = "query[SRV] _lives._tcp.fleet.test";
		try (Registry registry = registry(DNS);
				Registry ceiling = new DnsRegistry(options(DNS).withTtl(Duration.ofMillis(1), Duration.ofMillis(1)));
				Registry brief = registry(SHORT)) {
			for (int i = 0; i < 5; i++) {
				assertThat(registry.get("lives")).hasSize(1);
			}
			assertThat(ZONE.asked(question)).isEqualTo(1);
			assertThat(registry.get("unheard.of")).isEmpty();
			assertThat(registry.get("unheard.of")).isEmpty();
			assertThat(ZONE.asked("query[SRV] _unheard.of._tcp.fleet.test")).isEqualTo(1);
			eventually().untilAsserted(() -> {
				ceiling.get("lives");
				assertThat(ZONE.asked(question)).isGreaterThan(2);
			});
			// A watch asks again when a second is over, and at no other time.
			List<Change> changes = new CopyOnWriteArrayList<>();
			long started = System.nanoTime();
			brief.watch("lives", changes::add);
			eventually().until(() -> SHORT_ZONE.asked(question) >= 3);
			assertThat(System.nanoTime() - started).isGreaterThan(Duration.ofMillis(1900).toNanos());
			assertThat(SHORT_ZONE.asked(question))
				.isLessThanOrEqualTo(1 + Duration.ofNanos(System.nanoTime() - started).toSeconds());
			assertThat(changes).hasSize(1);
		}
	}

	@Test
	void watchOfEverythingKnowsWhatIsLookedUp() {
		SHORT_ZONE.put("all", srv("all", "a1", "10.4.0.1"));
		SHORT.restart();
		try (Registry registry = registry(SHORT)) {
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("", changes::add);
			assertThat(registry.list()).isEmpty();
			assertThat(registry.get("all")).hasSize(1);
			eventually().until(() -> changes.size() == 1);
			assertThat(registry.list()).extracting(Service::name).containsExactly("all");
		}
	}

	// servers

	@Test
	void nameThatNobodyAnswersForHidesNoOther() {
		String host = ".fleet.test,80";
		SHORT_ZONE.put("fails", List.of("srv-host=fails.refused.test,f1" + host, "host-record=f1.fleet.test,10.7.0.1"));
		SHORT_ZONE.put("goes", List.of("srv-host=goes.fleet.test,g1" + host, "host-record=g1.fleet.test,10.7.0.2"));
		SHORT_ZONE.put("stays", List.of("srv-host=stays.fleet.test,s1" + host, "host-record=s1.fleet.test,10.7.0.3"));
		SHORT.restart();
		try (Registry registry = new DnsRegistry(options(SHORT).withDomain("test")
			.withSrvName("{service}")
			.withTxt(false)
			.withTimeout(Duration.ofMillis(500)))) {
			List.of("fails.refused", "goes.fleet", "stays.fleet")
				.forEach((name) -> assertThat(registry.get(name)).hasSize(1));
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("", changes::add);
			eventually().untilAsserted(() -> assertThat(changes).hasSize(3));
			SHORT_ZONE.put("fails", List.of("host-record=f1.fleet.test,10.7.0.1"));
			SHORT_ZONE.put("goes", List.of());
			SHORT.restart();
			// Whoever looks it up sees first that it went; the watch tells of it all the
			// same.
			eventually().until(() -> registry.get("goes.fleet").isEmpty());
			eventually()
				.untilAsserted(() -> assertThat(changes).filteredOn((change) -> change.action() == Action.DELETE)
					.extracting((change) -> change.service().name())
					.containsExactly("goes.fleet"));
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("fails.refused"));
			assertThat(registry.list()).extracting(Service::name).containsExactly("fails.refused", "stays.fleet");
		}
	}

	@Test
	void restartLosesAndDoublesNothing() {
		SHORT_ZONE.put("restarted", srv("restarted", "r1", "10.5.0.1"));
		SHORT.restart();
		Service first = Service.of("restarted", "latest", Node.of("r1", "10.5.0.1:80"));
		Service second = Service.of("restarted", "latest", Node.of("r2", "10.5.0.2:80"));
		try (Registry registry = new DnsRegistry(options(SHORT).withTimeout(Duration.ofMillis(300)));
				Registry cached = Registry.cached(registry, CacheOptions.defaults())) {
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("restarted", changes::add);
			assertThat(cached.get("restarted")).containsExactly(first);
			SHORT.kill();
			eventually().untilAsserted(() -> assertThatExceptionOfType(RegistryException.class)
				.isThrownBy(() -> registry.get("restarted"))
				.withMessageContaining("dns at " + SHORT.address() + " cannot be reached to look up restarted: "));
			assertThat(registry.health().state()).isEqualTo(HealthReport.State.DOWN);
			assertThat(cached.get("restarted")).containsExactly(first);
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> cached.get("never.seen"));
			assertThat(cached.health().state()).isEqualTo(HealthReport.State.DEGRADED);
			SHORT_ZONE.put("added", srv("restarted", "r2", "10.5.0.2"));
			SHORT.start();
			eventually().untilAsserted(() -> assertThat(changes).containsExactly(new Change(Action.CREATE, first),
					new Change(Action.CREATE, second)));
			eventually().untilAsserted(() -> assertThat(cached.health().state()).isEqualTo(HealthReport.State.UP));
			assertThat(registry.health().details()).containsEntry("registration",
					"none: somebody else writes the records");
		}
	}

	@Test
	void serverThatDoesNotAnswerOrFailsIsPassedOver() {
		ZONE.put("passed", srv("passed", "p1", "10.6.0.1"));
		DNS.restart();
		try (Registry registry = new DnsRegistry(
				options(DNS).withAddress("127.0.0.1:1," + DNS.address()).withTimeout(Duration.ofMillis(500)))) {
			assertThat(registry.get("passed")).hasSize(1);
		}
	}

	@Test
	void serverThatCannotSayIsNoProofThatThereIsNothing() {
		try (Registry registry = new DnsRegistry(
				options(SHORT).withDomain("refused.test").withTimeout(Duration.ofSeconds(1)))) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("x"))
				.withMessageContaining("dns at " + SHORT.address() + " cannot be reached to look up x: ");
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.watch("x", (change) -> {
			})).withMessageContaining("look up x");
			assertThatExceptionOfType(RegistryException.class).isThrownBy(registry::list)
				.withMessageContaining("list services");
		}
	}

	@Test
	void closedRegistryRefuses() {
		Registry registry = registry(DNS);
		registry.close();
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("x"))
			.withMessageContaining("closed");
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.watch("", (change) -> {
		})).withMessageContaining("closed");
	}

	private static List<String> srv(String service, String host, String ip) {
		return List.of("srv-host=_" + service + "._tcp.fleet.test," + host + ".fleet.test,80",
				"host-record=" + host + ".fleet.test," + ip);
	}

	private static List<String> addresses(Registry registry, String name) {
		return registry.get(name).stream().flatMap((service) -> service.nodes().stream()).map(Node::address).toList();
	}

	private static Registry registry(ExternalServer server) {
		return new DnsRegistry(options(server));
	}

	private static DnsOptions options(ExternalServer server) {
		return DnsOptions.defaults().withAddress(server.address()).withDomain(DnsZone.DOMAIN);
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

}
