package io.microspring.registry.mdns;

import java.io.IOException;
import java.net.DatagramPacket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.microspring.registry.Change;
import io.microspring.registry.MdnsOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.netty.handler.codec.dns.DnsQuestion;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Recorded go-micro programs and our registry meet on a network. */
class GoMicroMdnsTest {

	private MdnsOptions options;

	private Registry registry;

	private Peer peer;

	@BeforeEach
	void open() throws IOException {
		this.options = Ports.free();
		this.registry = Registry.mdns(this.options);
		this.peer = new Peer(this.options.port());
	}

	@AfterEach
	void close() {
		this.registry.close();
		this.peer.close();
	}

	@ParameterizedTest
	@MethodSource("lookUps")
	void goClientGetsTheAnswerItExpects(Recording recording) throws IOException {
		recording.servicesSeen().forEach((service) -> this.registry.register(service, Duration.ofMinutes(5)));
		this.peer.ask(recording.query().bytes());
		DatagramPacket packet = this.peer.answer();
		assertThat(packet.getPort()).isEqualTo(this.options.port());
		DnsMessage answer = DnsMessage.decode(Peer.bytes(packet));
		assertThat(answer.id()).isZero();
		assertThat(answer.flags()).isEqualTo(0x8400);
		assertThat(answer.questions()).isEqualTo(recording.query().message().questions());
		DnsMessage recorded = recording.answers().get(0).message();
		assertThat(Shown.message(answer)).containsSubsequence(Shown.message(recorded));
	}

	@ParameterizedTest
	@MethodSource("listings")
	void goClientGetsTheListItExpects(Recording recording) throws IOException {
		List<String> expected = new ArrayList<>();
		for (Recording.Packet packet : recording.answers()) {
			List<String> names = new Domain("micro").listed(packet.message());
			names.forEach((name) -> this.registry.register(Service.of(name, "latest", Node.of("1", "127.0.0.1:1")),
					Duration.ZERO));
			expected.addAll(names);
		}
		this.peer.ask(recording.query().bytes());
		List<String> listed = new ArrayList<>();
		for (int i = 0; i < expected.size(); i++) {
			DnsMessage answer = DnsMessage.decode(Peer.bytes(this.peer.answer()));
			assertThat(answer.questions()).isEqualTo(recording.query().message().questions());
			listed.addAll(new Domain("micro").listed(answer));
		}
		assertThat(listed).containsExactlyInAnyOrderElementsOf(expected);
	}

	@ParameterizedTest
	@MethodSource("lookUps")
	void questionThatComesTwiceIsAnsweredOnce(Recording recording) throws IOException {
		recording.servicesSeen().forEach((service) -> this.registry.register(service, Duration.ofMinutes(5)));
		this.peer.ask(recording.query().bytes());
		this.peer.ask(recording.query().bytes());
		this.peer.answer();
		assertThat(this.peer.hearsNothing(Duration.ofMillis(300))).isTrue();
	}

	@ParameterizedTest
	@MethodSource("lookUps")
	void goServerIsFound(Recording recording) {
		DnsQuestion asked = recording.query().message().questions().get(0);
		this.peer.serve((message, from) -> {
			if (message.questions().contains(asked)) {
				recording.answers().forEach((packet) -> this.peer.reply(packet.bytes(), from));
			}
		});
		patiently()
			.untilAsserted(() -> assertThat(this.registry.get(Recording.SERVICE)).isEqualTo(recording.servicesSeen()));
	}

	@ParameterizedTest
	@MethodSource("listings")
	void goServersAreListed(Recording recording) {
		DnsQuestion asked = recording.query().message().questions().get(0);
		this.peer.serve((message, from) -> {
			if (message.questions().contains(asked)) {
				recording.answers().forEach((packet) -> this.peer.reply(packet.bytes(), from));
			}
		});
		List<String> names = recording.clientResult()
			.path("services")
			.values()
			.stream()
			.map((n) -> n.stringValue())
			.toList();
		patiently().untilAsserted(() -> assertThat(this.registry.list()).extracting(Service::name)
			.containsExactlyInAnyOrderElementsOf(names));
	}

	@ParameterizedTest
	@MethodSource("registrations")
	void watcherHearsGoServersComeAndGo(Recording recording) throws IOException {
		Recording goodbye = Recording.of("deregister")
			.filter((r) -> r.generation().equals(recording.generation()))
			.filter((r) -> r.toString()
				.endsWith(recording.toString().contains("grpc") ? "grpc-deregister" : "mucp-deregister"))
			.findFirst()
			.orElseThrow();
		List<Change> changes = new CopyOnWriteArrayList<>();
		this.registry.watch(Recording.SERVICE, changes::add);
		for (Recording.Packet packet : recording.packets()) {
			this.peer.announce(packet.bytes());
		}
		patiently().until(() -> changes.size() == 1);
		for (Recording.Packet packet : goodbye.packets()) {
			this.peer.announce(packet.bytes());
		}
		patiently().until(() -> changes.size() == 2);
		assertThat(changes).extracting(Change::action).containsExactly(Change.Action.CREATE, Change.Action.DELETE);
		assertThat(changes).allSatisfy((change) -> {
			assertThat(change.service().name()).isEqualTo(Recording.SERVICE);
			assertThat(change.service().nodes()).singleElement()
				.satisfies((node) -> assertThat(node.id()).isEqualTo("go.micro.srv.greeter-fixed-id-1"));
		});
	}

	private static ConditionFactory patiently() {
		return Awaitility.await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(20));
	}

	static Stream<Recording> lookUps() {
		return Recording.of("getservice");
	}

	static Stream<Recording> listings() {
		return Recording.of("listservices");
	}

	static Stream<Recording> registrations() {
		return Recording.of("register");
	}

}
