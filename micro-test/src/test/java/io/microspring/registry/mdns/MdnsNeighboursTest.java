package io.microspring.registry.mdns;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.microspring.registry.Change;
import io.microspring.registry.MdnsOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A registry among others on one host, and what they are told when they ask. */
class MdnsNeighboursTest {

	private static final Duration TTL = Duration.ofMinutes(1);

	private static final Domain DOMAIN = new Domain("micro");

	private static final DnsQuestion QUESTION = Domain.question("greeter.micro.", DnsRecordType.PTR);

	private MdnsOptions options;

	private Registry registry;

	@BeforeEach
	void open() throws IOException {
		this.options = Ports.free();
		this.registry = Registry.mdns(this.options);
	}

	@AfterEach
	void close() {
		this.registry.close();
	}

	@Test
	void eachNodeIsAnsweredInAMessageOfItsOwn() throws IOException {
		Set<String> expected = new HashSet<>();
		for (int i = 1; i <= 8; i++) {
			String version = String.valueOf(1 + i % 2);
			this.registry.register(Service.of("greeter", version, Node.of("n" + i, "127.0.0.1:" + (4710 + i))), TTL);
			this.registry.register(Service.of("other" + i, version, Node.of("n" + i, "127.0.0.1:4711")), TTL);
			expected.add(version + " n" + i + " 127.0.0.1:" + (4710 + i));
		}
		Set<String> answered = new HashSet<>();
		try (Peer peer = new Peer(this.options.port())) {
			peer.ask(DnsMessage.query(4711, QUESTION).encode());
			for (int i = 0; i < expected.size(); i++) {
				DnsMessage answer = DnsMessage.decode(Peer.bytes(peer.answer()));
				assertThat(answer.questions()).containsExactly(QUESTION);
				List<Instance> instances = DOMAIN.instances(answer, (name) -> true);
				assertThat(instances).hasSize(1);
				Node node = instances.get(0).node();
				answered.add(instances.get(0).service().version() + " " + node.id() + " " + node.address());
			}
			assertThat(peer.hearsNothing(Duration.ofMillis(200))).isTrue();
		}
		assertThat(answered).isEqualTo(expected);
	}

	@Test
	void severalServicesWithSeveralNodesOfSeveralRegistriesAreFoundAndWatched() {
		Map<String, Service> nodes = new ConcurrentHashMap<>();
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry second = Registry.mdns(this.options); Registry watcher = Registry.mdns(this.options)) {
			watcher.watch("", changes::add);
			for (Registry owner : List.of(this.registry, second)) {
				for (int i = 0; i < 4; i++) {
					String id = "n" + i + ((owner == second) ? "-second" : "-first");
					Service service = Service.of("service" + i % 2, "latest", Node.of(id, "127.0.0.1:" + (4711 + i)));
					owner.register(service, TTL);
					nodes.put(id, service);
				}
			}
			patiently().untilAsserted(() -> assertThat(changes).extracting(Change::service)
				.containsExactlyInAnyOrderElementsOf(nodes.values()));
			patiently().untilAsserted(() -> assertThat(ids(watcher.get("service1")))
				.containsExactlyInAnyOrder("n1-first", "n3-first", "n1-second", "n3-second"));
			patiently().untilAsserted(() -> assertThat(watcher.list()).containsExactly(Service.of("service0", "latest"),
					Service.of("service1", "latest")));
		}
	}

	/**
	 * RFC 6762 has a responder wait for 20 to 120 ms where others may answer too;
	 * go-micro's clients are gone by then.
	 */
	@Test
	void answerComesAtOnce() {
		this.registry.register(Service.of("greeter", "latest", Node.of("n1", "127.0.0.1:4711")), TTL);
		List<Long> millis = new ArrayList<>();
		patiently().until(() -> {
			try (Peer peer = new Peer(this.options.port())) {
				long start = System.nanoTime();
				peer.ask(DnsMessage.query(1 + millis.size(), QUESTION).encode());
				peer.answer();
				millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
			}
			return millis.get(millis.size() - 1) < 20;
		});
	}

	/** RFC 6762, 18.5: of a message that is all there is nothing to wait for. */
	@Test
	void bitThatSaysThereIsMoreIsIgnored() throws IOException {
		List<Change> changes = new CopyOnWriteArrayList<>();
		this.registry.watch("", changes::add);
		Service service = Service.of("greeter", "latest", Node.of("n1", "127.0.0.1:4711"));
		byte[] announcement = new NodeRecords(new Instance(service, 120), DOMAIN).announcement().encode();
		byte[] query = DnsMessage.query(4711, Domain.question("own.micro.", DnsRecordType.PTR)).encode();
		announcement[2] |= 2;
		query[2] |= 2;
		try (Peer peer = new Peer(this.options.port())) {
			peer.announce(announcement);
			patiently()
				.untilAsserted(() -> assertThat(changes).containsExactly(new Change(Change.Action.CREATE, service)));
			this.registry.register(Service.of("own", "latest", Node.of("o1", "127.0.0.1:4712")), TTL);
			peer.ask(query);
			assertThat(DnsMessage.decode(Peer.bytes(peer.answer())).answers()).hasSize(4);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void otherResponderOnThePortIsNoTrouble(boolean first) throws IOException {
		if (!first) {
			this.registry.health();
		}
		List<DnsQuestion> heard = new CopyOnWriteArrayList<>();
		Service printer = Service.of("_ipp._tcp", "1", Node.of("printer", "127.0.0.1:631"));
		NodeRecords elsewhere = new NodeRecords(new Instance(printer, 120), new Domain("local"));
		// As avahi: hears all, and answers, to everyone, what nobody asked for here.
		try (Peer avahi = new Peer(this.options.port()); Registry client = Registry.mdns(this.options)) {
			avahi.serve((message, from) -> {
				heard.addAll(message.questions());
				avahi.reply(elsewhere.announcement().encode(), from);
			});
			this.registry.register(Service.of("greeter", "latest", Node.of("n1", "127.0.0.1:4711")), TTL);
			patiently().untilAsserted(() -> assertThat(ids(client.get("greeter"))).containsExactly("n1"));
			patiently().untilAsserted(() -> assertThat(client.list()).containsExactly(Service.of("greeter", "latest")));
			assertThat(heard).contains(QUESTION);
			assertThat(client.get("_ipp._tcp")).isEmpty();
		}
		patiently().untilAsserted(() -> assertThat(ids(this.registry.get("greeter"))).containsExactly("n1"));
	}

	@Test
	void askerOnEachInterfaceIsAnswered() throws IOException {
		this.registry.register(Service.of("greeter", "latest", Node.of("n1", "127.0.0.1:4711")), TTL);
		List<String> answered = new ArrayList<>();
		for (NetworkInterface through : NetworkInterface.networkInterfaces().filter(this::isJoined).toList()) {
			try (Peer peer = new Peer(this.options.port(), through)) {
				// Where plain sockets do not hear each other we cannot either.
				if (peer.hearsItself()) {
					peer.ask(DnsMessage.query(4711 + through.getIndex(), QUESTION).encode());
					DatagramPacket answer = peer.answer();
					assertThat(DOMAIN.instances(DnsMessage.decode(Peer.bytes(answer)), (name) -> true)).hasSize(1);
					answered.add(through.getName());
				}
			}
		}
		assertThat(answered).contains(NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()).getName());
	}

	private boolean isJoined(NetworkInterface candidate) {
		try {
			return candidate.isUp() && !candidate.isPointToPoint()
					&& candidate.inetAddresses().anyMatch((address) -> address.getAddress().length == 4)
					&& List.of(this.registry.health().details().getOrDefault("interfaces", "").split(", "))
						.contains(candidate.getName());
		}
		catch (SocketException ex) {
			return false;
		}
	}

	private static List<String> ids(List<Service> services) {
		return services.stream().flatMap((service) -> service.nodes().stream()).map(Node::id).toList();
	}

	private static ConditionFactory patiently() {
		return Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20));
	}

}
