package io.microspring.registry.mdns;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.microspring.registry.Service;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsPtrRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.util.NetUtil;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** We read what three generations of go-micro wrote, and write the same. */
class RecordedMdnsTest {

	private static final Domain DOMAIN = new Domain("micro");

	@ParameterizedTest
	@MethodSource("recordings")
	void packetsAreReadAsAnotherDecoderReadThem(Recording recording) {
		assertThat(recording.packets()).isNotEmpty().allSatisfy((packet) -> {
			DnsMessage message = packet.message();
			assertThat(message.id()).isEqualTo(packet.dns().path("id").intValue());
			assertThat(message.flags()).isEqualTo(packet.dns().path("flags").intValue());
			assertThat(message.isResponse()).isEqualTo(packet.dns().path("qr").booleanValue());
			assertThat(message.questions().stream().map((q) -> line(q) + " " + q.dnsClass()))
				.containsExactlyElementsOf(lines(packet.dns().path("question")));
			assertThat(message.answers().stream().map(RecordedMdnsTest::line))
				.containsExactlyElementsOf(lines(packet.dns().path("answer")));
			assertThat(message.authorities().stream().map(RecordedMdnsTest::line))
				.containsExactlyElementsOf(lines(packet.dns().path("authority")));
			assertThat(message.additionals()).isEmpty();
		});
	}

	@ParameterizedTest
	@MethodSource("lookUps")
	void answersAreReadAsTheGoClientReadThem(Recording recording) {
		List<Service> found = List.of();
		for (Recording.Packet packet : recording.answers()) {
			for (Instance instance : instances(packet)) {
				found = Service.merge(found, instance.service());
			}
		}
		assertThat(found).isNotEmpty().isEqualTo(recording.servicesSeen());
	}

	@ParameterizedTest
	@MethodSource("listings")
	void listingIsReadAsTheGoClientReadIt(Recording recording) {
		List<String> seen = recording.clientResult()
			.path("services")
			.values()
			.stream()
			.map(JsonNode::stringValue)
			.toList();
		assertThat(recording.answers().stream().flatMap((packet) -> DOMAIN.listed(packet.message()).stream()))
			.containsExactlyInAnyOrderElementsOf(seen);
	}

	@ParameterizedTest
	@MethodSource("queries")
	void ourQueryIsTheRecordedOneByteForByte(Recording recording) {
		DnsMessage recorded = recording.query().message();
		DnsQuestion question = Domain.question(recorded.questions().get(0).name(), DnsRecordType.PTR);
		assertThat(DnsMessage.query(recorded.id(), question).encode()).isEqualTo(recording.query().bytes());
	}

	@ParameterizedTest
	@MethodSource("lookUps")
	void ourAnswerMeansTheSame(Recording recording) {
		DnsQuestion question = recording.query().message().questions().get(0);
		for (Recording.Packet packet : recording.answers()) {
			DnsMessage ours = records(packet).answer(question);
			assertThat(shown(ours)).isEqualTo(withQuestion(packet.message(), question));
		}
	}

	@ParameterizedTest
	@MethodSource("listings")
	void ourListingMeansTheSame(Recording recording) {
		DnsQuestion question = recording.query().message().questions().get(0);
		for (Recording.Packet packet : recording.answers()) {
			DnsMessage ours = NodeRecords.listing(question, DOMAIN.listed(packet.message()).get(0), DOMAIN);
			assertThat(shown(ours)).isEqualTo(withQuestion(packet.message(), question));
		}
	}

	@ParameterizedTest
	@MethodSource("registrations")
	void ourProbesAndAnnouncementsMeanTheSame(Recording recording) {
		assertThat(recording.announcements()).isNotEmpty();
		List<List<String>> probes = new ArrayList<>();
		for (Recording.Packet packet : recording.announcements()) {
			NodeRecords records = records(packet);
			assertThat(shown(records.announcement())).isEqualTo(Shown.message(packet.message()));
			probes.add(shown(records.probe(4711)));
		}
		List<List<String>> recorded = recording.packets()
			.stream()
			.map(Recording.Packet::message)
			.filter((message) -> !message.isResponse())
			.map(Shown::message)
			.toList();
		assertThat(recorded).isNotEmpty().containsExactlyInAnyOrderElementsOf(probes);
	}

	@ParameterizedTest
	@MethodSource("goodbyes")
	void ourGoodbyesMeanTheSame(Recording recording) {
		assertThat(recording.announcements()).isNotEmpty().allSatisfy((packet) -> {
			assertThat(instances(packet)).singleElement().satisfies((instance) -> assertThat(instance.ttl()).isZero());
			assertThat(shown(records(packet).goodbye())).isEqualTo(Shown.message(packet.message()));
		});
	}

	/** The v1 servers repeat no question, which keeps newer clients from seeing them. */
	private static List<String> withQuestion(DnsMessage recorded, DnsQuestion question) {
		return Shown.message(new DnsMessage(recorded.id(), recorded.flags(), List.of(question), recorded.answers(),
				recorded.authorities(), recorded.additionals()));
	}

	private static List<String> shown(DnsMessage ours) {
		return Shown.message(DnsMessage.decode(ours.encode()));
	}

	private static NodeRecords records(Recording.Packet packet) {
		return new NodeRecords(new Instance(instances(packet).get(0).service(), Instance.MAX_TTL), DOMAIN);
	}

	private static List<Instance> instances(Recording.Packet packet) {
		return DOMAIN.instances(packet.message(), (name) -> true);
	}

	private static List<String> lines(JsonNode section) {
		return section.values().stream().map((json) -> {
			String line = json.path("name").stringValue() + " " + json.path("type").stringValue();
			if (json.has("txt_decoded_json")) {
				JsonNode txt = json.path("txt_decoded_json");
				return line + " " + json.path("ttl") + " " + txt.path("Service").stringValue() + " "
						+ txt.path("Version").stringValue() + " " + txt.path("Endpoints").size();
			}
			return json.has("ttl") ? line + " " + json.path("ttl") + " " + json.path("rdata").asString("")
					: line + " " + json.path("class");
		}).toList();
	}

	private static String line(DnsRecord record) {
		String line = record.name() + " " + record.type().name();
		if (record instanceof DnsQuestion) {
			return line;
		}
		line += " " + record.timeToLive() + " ";
		if (record instanceof DnsPtrRecord pointer) {
			return line + pointer.hostname();
		}
		ByteBuf content = ((DnsRawRecord) record).content().duplicate();
		if (record.type().equals(DnsRecordType.SRV)) {
			return line + content.readUnsignedShort() + " " + content.readUnsignedShort() + " "
					+ content.readUnsignedShort() + " " + DefaultDnsRecordDecoder.decodeName(content);
		}
		if (record.type().equals(DnsRecordType.A)) {
			return line + NetUtil.intToIpAddress(content.readInt());
		}
		if (!content.isReadable()) {
			return line;
		}
		Txt txt = Txt.decode(content);
		assertThat(txt.serviceMetadata()).isEqualTo(Map.of());
		return line + txt.service() + " " + txt.version() + " " + txt.endpoints().size();
	}

	static Stream<Recording> recordings() {
		return Recording.all();
	}

	static Stream<Recording> lookUps() {
		return Recording.of("getservice");
	}

	static Stream<Recording> listings() {
		return Recording.of("listservices");
	}

	static Stream<Recording> queries() {
		return Stream.concat(lookUps(), listings());
	}

	static Stream<Recording> registrations() {
		return Recording.of("register");
	}

	static Stream<Recording> goodbyes() {
		return Recording.of("deregister");
	}

}
