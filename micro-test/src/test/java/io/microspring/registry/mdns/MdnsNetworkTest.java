package io.microspring.registry.mdns;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.microspring.errors.MicroException;
import io.microspring.health.HealthReport;
import io.microspring.registry.Change;
import io.microspring.registry.Endpoint;
import io.microspring.registry.MdnsOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.microspring.selector.Selector;
import io.microspring.selector.Strategy;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Registries on one network, or on none. */
class MdnsNetworkTest {

	private final List<Registry> opened = new ArrayList<>();

	private MdnsOptions options;

	@BeforeEach
	void choosePort() throws IOException {
		this.options = Ports.free();
	}

	@AfterEach
	void closeAll() {
		this.opened.forEach(Registry::close);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void registriesFindEachOtherWithinASecond(boolean multicast) {
		Registry server = open(this.options.withMulticast(multicast));
		Registry client = open(this.options.withMulticast(multicast));
		// Classes are loaded before the clock runs.
		client.register(Service.of("warm", "latest", Node.of("n0", "127.0.0.1:1")), Duration.ZERO);
		assertThat(client.get("warm")).hasSize(1);
		atBestWithin(Duration.ofSeconds(1), () -> {
			server.deregister(greeter("n1"));
			patiently().until(() -> client.get("greeter").isEmpty());
			server.register(greeter("n1"), Duration.ofMinutes(1));
			return untilTrue(() -> !client.get("greeter").isEmpty());
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void nodeOfAnotherProcessIsFoundWithinASecond(boolean multicast) throws Exception {
		MdnsOptions shared = this.options.withMulticast(multicast);
		Registry client = open(shared);
		assertThat(client.get("greeter")).isEmpty();
		atBestWithin(Duration.ofSeconds(1), () -> {
			try (RegisteringProcess process = RegisteringProcess.start(shared, "greeter", Duration.ofMinutes(1))) {
				Duration found = untilTrue(() -> !client.get("greeter").isEmpty());
				patiently()
					.untilAsserted(() -> assertThat(client.get("greeter")).containsExactly(greeter("greeter-1")));
				process.kill();
				patiently().until(() -> client.get("greeter").isEmpty());
				return found;
			}
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void watcherMissesAKilledProcessWithinTheTimeToLive(boolean multicast) throws Exception {
		MdnsOptions shared = this.options.withMulticast(multicast);
		List<Change> changes = new CopyOnWriteArrayList<>();
		open(shared).watch("greeter", changes::add);
		Duration ttl = Duration.ofSeconds(3);
		atBestWithin(ttl.plusMillis(500), () -> {
			changes.clear();
			try (RegisteringProcess process = RegisteringProcess.start(shared, "greeter", ttl)) {
				patiently().until(() -> actions(changes).equals(List.of(Change.Action.CREATE)));
				process.kill();
				return untilTrue(() -> actions(changes).equals(List.of(Change.Action.CREATE, Change.Action.DELETE)));
			}
		});
	}

	@Test
	void watchedNodeThatAnswersStaysThoughItSaysNothingByItself() throws IOException {
		Service silent = greeter("n1");
		NodeRecords records = new NodeRecords(new Instance(silent, 1), new Domain("micro"));
		List<Change> changes = new CopyOnWriteArrayList<>();
		Registry client = open(this.options);
		client.watch("greeter", changes::add);
		try (Peer peer = new Peer(this.options.port())) {
			peer.serve((message, from) -> message.questions()
				.stream()
				.filter((question) -> question.name().equals("greeter.micro."))
				.forEach((question) -> peer.reply(records.answer(question).encode(), from)));
			patiently().until(() -> !changes.isEmpty());
			patiently().during(Duration.ofSeconds(3))
				.until(() -> actions(changes).equals(List.of(Change.Action.CREATE)));
		}
		patiently().until(() -> actions(changes).equals(List.of(Change.Action.CREATE, Change.Action.DELETE)));
	}

	@Test
	void multicastIsUsedWhereItWorks() {
		HealthReport health = open(this.options).health();
		assertThat(health.state()).isEqualTo(HealthReport.State.UP);
		assertThat(health.details()).containsEntry("domain", "micro")
			.containsEntry("port", String.valueOf(this.options.port()))
			.doesNotContainKey("fallback");
		assertThat(health.details().get("interfaces")).contains("lo");
	}

	@Test
	void multicastThatReachesNobodySaysSoWhenNothingIsFound() {
		Registry alone = open(this.options);
		assertThat(alone.get("greeter")).isEmpty();
		assertThat(alone.health().details()).containsEntry("groups",
				"224.0.0.251:" + this.options.port() + ", [ff02::fb]:" + this.options.port());
		assertThat(alone.hint()).startsWith("it heard nobody else on ")
			.contains("lo", "--network host", "hostNetwork: true", "micro.registry.type");
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> Selector.of(alone, Strategy.random()).select("greeter"))
			.withMessageContaining("not found in registry mdns; it heard nobody else on ");

		Registry other = open(this.options);
		other.register(Service.of("other", "latest", Node.of("n1", "127.0.0.1:1")), Duration.ZERO);
		patiently().until(() -> {
			alone.get("other");
			return alone.hint().isEmpty();
		});
	}

	@Test
	void eachInterfaceThatIsNotJoinedIsThereWithItsReason() throws IOException {
		MulticastLink link = MulticastLink.open(this.options.port());
		try {
			List<NetworkInterface> present = NetworkInterface.networkInterfaces().toList();
			for (NetworkInterface candidate : present) {
				if (List.of(link.toString().split(", ")).contains(candidate.getName())) {
					assertThat(link.refusals()).doesNotContainKey(candidate.getName());
				}
				else {
					assertThat(link.refusals().get(candidate.getName())).isNotBlank();
					assertThat(candidate.isUp() || link.refusals().get(candidate.getName()).equals("is down")).isTrue();
				}
			}
			assertThat(link.tried()).contains("224.0.0.251:" + this.options.port());
		}
		finally {
			link.close();
		}
	}

	@Test
	void refusedMulticastFallsBackAndSaysSo() throws IOException {
		ListAppender<ILoggingEvent> log = log();
		try (DatagramSocket greedy = new DatagramSocket(null)) {
			greedy.setReuseAddress(false);
			greedy.bind(new InetSocketAddress(this.options.port()));
			Registry server = open(this.options);
			server.register(greeter("n1"), Duration.ofMinutes(1));
			assertThat(server.health().state()).isEqualTo(HealthReport.State.DEGRADED);
			assertThat(server.health().detail()).contains("no interface let us join")
				.contains("224.0.0.251:" + this.options.port())
				.contains("127.0.0.1:" + this.options.port())
				.contains("choose another registry", "--network host");
			assertThat(server.health().details()).containsKeys("groups", "advice", "fallback")
				.extractingByKey("refused")
				.asString()
				.contains("224.0.0.251:" + this.options.port() + ": ");
			assertThat(server.hint()).contains("no interface let us join", "only processes of this host",
					"micro.registry.type");
			patiently()
				.untilAsserted(() -> assertThat(open(this.options).get("greeter")).containsExactly(greeter("n1")));
		}
		assertThat(warnings(log, "no interface let us join")).isEqualTo(this.opened.size());
	}

	@Test
	void multicastThatComesBackIsUsedAgain() throws IOException {
		Registry server = open(this.options);
		try (DatagramSocket greedy = new DatagramSocket(null)) {
			greedy.setReuseAddress(false);
			greedy.bind(new InetSocketAddress(this.options.port()));
			server.register(greeter("n1"), Duration.ZERO);
			assertThat(server.health().state()).isEqualTo(HealthReport.State.DEGRADED);
		}
		patiently().until(() -> server.health().state() == HealthReport.State.UP);
		Registry client = open(this.options);
		patiently().untilAsserted(() -> assertThat(client.get("greeter")).hasSize(1));
		assertThat(client.health().state()).isEqualTo(HealthReport.State.UP);
	}

	@Test
	void multicastSwitchedOffFallsBackAndSaysSo() throws IOException {
		ListAppender<ILoggingEvent> log = log();
		Registry registry = open(this.options.withMulticast(false));
		assertThat(registry.health().state()).isEqualTo(HealthReport.State.DEGRADED);
		assertThat(registry.health().detail()).contains("switched off");
		assertThat(registry.health().details()).containsKey("fallback").doesNotContainKey("interfaces");
		registry.get("greeter");
		assertThat(warnings(log, "127.0.0.1:" + this.options.port() + "-")).isEqualTo(1);
	}

	@Test
	void fallBackSurvivesWhoeverLeaves() {
		MdnsOptions off = this.options.withMulticast(false);
		Registry first = open(off);
		Registry second = open(off);
		Registry third = open(off);
		first.register(greeter("n1"), Duration.ofMinutes(1));
		second.register(greeter("n2"), Duration.ofMinutes(1));
		patiently().untilAsserted(() -> assertThat(ids(third)).containsExactlyInAnyOrder("n1", "n2"));
		first.close();
		patiently().untilAsserted(() -> assertThat(ids(third)).containsExactly("n2"));
		Registry fourth = open(off);
		fourth.register(greeter("n4"), Duration.ofMinutes(1));
		patiently().untilAsserted(() -> assertThat(ids(third)).containsExactlyInAnyOrder("n2", "n4"));
		patiently().untilAsserted(() -> assertThat(ids(second)).containsExactlyInAnyOrder("n2", "n4"));
	}

	@Test
	void fallBackWithoutAPortLeftRefusesToRegisterAndStillFinds() throws IOException {
		MdnsOptions off = this.options.withMulticast(false);
		Registry server = open(off);
		server.register(greeter("n1"), Duration.ofMinutes(1));
		List<Registry> others = IntStream.range(1, LoopbackLink.PORTS).mapToObj((i) -> open(off)).toList();
		others.forEach(Registry::health);
		Registry late = open(off);
		patiently().untilAsserted(() -> assertThat(ids(late)).containsExactly("n1"));
		assertThatExceptionOfType(RegistryException.class)
			.isThrownBy(() -> late.register(greeter("n2"), Duration.ofMinutes(1)))
			.withMessageContaining("register greeter")
			.withMessageContaining("127.0.0.1:");
		others.get(0).close();
		patiently().ignoreExceptions().until(() -> {
			late.register(greeter("n2"), Duration.ofMinutes(1));
			return ids(server).contains("n2");
		});
	}

	@Test
	void closingSaysGoodbye() {
		Registry server = open(this.options);
		List<Change> changes = new CopyOnWriteArrayList<>();
		open(this.options).watch("", changes::add);
		server.register(greeter("n1"), Duration.ZERO);
		patiently().until(() -> actions(changes).equals(List.of(Change.Action.CREATE)));
		server.close();
		patiently().until(() -> actions(changes).equals(List.of(Change.Action.CREATE, Change.Action.DELETE)));
	}

	@Test
	void newsOfANodeReachesOthersAsAnUpdate() {
		Registry server = open(this.options);
		List<Change> changes = new CopyOnWriteArrayList<>();
		open(this.options).watch("greeter", changes::add);
		server.register(greeter("n1"), Duration.ofMinutes(1));
		server.register(greeter("n1"), Duration.ofMinutes(1));
		Service changed = Service.of("greeter", "latest", new Node("n1", "127.0.0.1:4711", Map.of("zone", "b")));
		server.register(changed, Duration.ofMinutes(1));
		patiently().until(() -> actions(changes).equals(List.of(Change.Action.CREATE, Change.Action.UPDATE)));
		assertThat(changes.get(1).service()).isEqualTo(changed);
	}

	@Test
	void listKnowsTheVersionsOfSeveralServicesOfSeveralProcesses() {
		Registry one = open(this.options);
		Registry two = open(this.options);
		one.register(Service.of("a.b", "1", Node.of("n1", "127.0.0.1:1")), Duration.ZERO);
		one.register(Service.of("a.b", "2", Node.of("n1", "127.0.0.1:1")), Duration.ZERO);
		two.register(Service.of("b", "3", Node.of("n2", "127.0.0.1:2")), Duration.ZERO);
		two.register(Service.of("c", "4", Node.of("n2", "127.0.0.1:2")), Duration.ZERO);
		patiently().untilAsserted(() -> assertThat(open(this.options).list()).containsExactly(Service.of("a.b", "1"),
				Service.of("a.b", "2"), Service.of("b", "3"), Service.of("c", "4")));
	}

	@Test
	void largeServiceIsFound() {
		List<Endpoint> endpoints = IntStream.range(0, 1500)
			.mapToObj((i) -> new Endpoint("Say.Hello" + Math.floorMod(i * 2654435761L, 1_000_000_007L), null, null,
					Map.of()))
			.toList();
		Service large = new Service("large", "latest", Map.of(), endpoints, List.of(Node.of("n1", "127.0.0.1:1")));
		open(this.options).register(large, Duration.ZERO);
		Registry client = open(this.options);
		patiently().untilAsserted(() -> assertThat(client.get("large")).containsExactly(large));
	}

	@Test
	void serviceThatNoDatagramCarriesIsRefused() {
		List<Endpoint> endpoints = IntStream.range(0, 9000)
			.mapToObj((i) -> new Endpoint("Say.Hello" + Math.floorMod(i * 2654435761L, 1_000_000_007L), null, null,
					Map.of()))
			.toList();
		Service tooLarge = new Service("large", "latest", Map.of(), endpoints, List.of(Node.of("n1", "127.0.0.1:1")));
		Registry registry = open(this.options);
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.register(tooLarge, Duration.ZERO))
			.withMessageContaining("n1 of large")
			.withMessageContaining("datagram");
	}

	@Test
	void nodeThatDnsCannotCarryIsRefused() {
		Registry registry = open(this.options);
		Service service = Service.of("greeter", "latest", Node.of("n1", "_INBOX.x1"));
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.register(service, Duration.ZERO))
			.withMessageContaining("register node n1 of greeter")
			.withMessageContaining("'_INBOX.x1'");
		assertThat(registry.get("greeter")).isEmpty();
	}

	@Test
	void nameThatDnsCannotHaveIsUnknown() {
		assertThat(open(this.options).get("no..such")).isEmpty();
	}

	@Test
	void lookUpWaitsItsTimeout() {
		Registry registry = open(this.options.withTimeout(Duration.ofMillis(300)));
		registry.register(greeter("n1"), Duration.ZERO);
		long start = System.nanoTime();
		assertThat(registry.get("greeter")).hasSize(1);
		assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isGreaterThanOrEqualTo(300L);
	}

	@Test
	void closedRegistryRefuses() {
		Registry registry = open(this.options);
		registry.register(greeter("n1"), Duration.ZERO);
		registry.close();
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("greeter"))
			.withMessageContaining("get greeter")
			.withMessageContaining("closed");
		assertThat(registry.health().state()).isEqualTo(HealthReport.State.DOWN);
	}

	private Registry open(MdnsOptions chosen) {
		Registry registry = Registry.mdns(chosen);
		this.opened.add(registry);
		return registry;
	}

	private static Service greeter(String node) {
		return Service.of("greeter", "latest", Node.of(node, "127.0.0.1:4711"));
	}

	private static List<String> ids(Registry registry) {
		return registry.get("greeter").stream().flatMap((s) -> s.nodes().stream()).map(Node::id).toList();
	}

	private static List<Change.Action> actions(List<Change> changes) {
		return changes.stream().map(Change::action).toList();
	}

	private static ListAppender<ILoggingEvent> log() {
		ListAppender<ILoggingEvent> appender = new ListAppender<>();
		appender.start();
		((Logger) LoggerFactory.getLogger(Network.class)).addAppender(appender);
		return appender;
	}

	private static long warnings(ListAppender<ILoggingEvent> log, String text) {
		return List.copyOf(log.list)
			.stream()
			.filter((event) -> event.getLevel() == Level.WARN && event.getFormattedMessage().contains(text))
			.count();
	}

	/** How long it took until something was so. */
	private static Duration untilTrue(Callable<Boolean> condition) {
		long start = System.nanoTime();
		patiently().until(condition);
		return Duration.ofNanos(System.nanoTime() - start);
	}

	/** On a machine that does much else a single time says nothing. */
	private static void atBestWithin(Duration bound, Callable<Duration> attempt) {
		Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> attempt.call().compareTo(bound) < 0);
	}

	private static ConditionFactory patiently() {
		return Awaitility.await().atMost(Duration.ofSeconds(15)).pollInterval(Duration.ofMillis(20));
	}

}
