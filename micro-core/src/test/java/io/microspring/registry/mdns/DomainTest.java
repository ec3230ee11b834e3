package io.microspring.registry.mdns;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.microspring.registry.Node;
import io.microspring.registry.Service;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class DomainTest {

	private static final Domain DOMAIN = new Domain("micro");

	private static final DnsQuestion QUESTION = Domain.question("go.micro.srv.greeter.micro.", DnsRecordType.PTR);

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1:8080", "192.168.1.5:1", "[::1]:65535", "[fe80::1:2]:80" })
	void addressComesBack(String address) {
		assertThat(read(records(Node.of("1", address)).answer(QUESTION))).singleElement()
			.satisfies((instance) -> assertThat(instance.node().address()).isEqualTo(address));
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost:8080", "example.org:80", "127.0.0.1", "_INBOX.abc", "", ":80", "127.0.0.1:",
			"127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:http", "::1:80", "[::1]", "[localhost]:80", "-1:80" })
	void addressThatIsNoIpAndPortIsRefused(String address) {
		assertThatIllegalArgumentException().isThrownBy(() -> records(Node.of("1", address)))
			.withMessageContaining("'" + address + "'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a", "go.micro.srv.greeter-6f8a", "Mixed-Case_1", "büro", "问候", ".", "a.", ".a", "a..b",
			"Größe", "a b\\c", "customer-notification-service-6f8a2c1e-7d41-4f0e-9c55-2b8d1e3f4a5b",
			"a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a."
					+ "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a" })
	void nodeIdComesBack(String id) {
		NodeRecords records = records(Node.of(id, "127.0.0.1:1"));
		for (DnsMessage message : List.of(records.announcement(), records.goodbye(), records.answer(QUESTION))) {
			assertThat(read(message)).singleElement()
				.satisfies((instance) -> assertThat(instance.node().id()).isEqualTo(id));
		}
	}

	@Test
	void nodeIdThatIsTooLongForANameCanStillBeToldApart() {
		String id = "customer-notification-service-6f8a2c1e-7d41-4f0e-9c55-2b8d1e3f4a5";
		String one = records(Node.of(id + "b", "127.0.0.1:1")).instanceName();
		String other = records(Node.of(id + "c", "127.0.0.1:1")).instanceName();
		assertThat(one).startsWith("customer-notification-service-").isNotEqualTo(other);
	}

	@Test
	void emptyNodeIdIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> records(Node.of("", "127.0.0.1:1")))
			.withMessageContaining("id");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ".", "a.", ".a", "a..b", "Größe",
			"0123456789012345678901234567890123456789012345678901234567890123" })
	void serviceNameThatDnsCannotHaveIsRefused(String name) {
		Service service = Service.of(name, "latest", Node.of("1", "127.0.0.1:1"));
		assertThatIllegalArgumentException().isThrownBy(() -> new NodeRecords(new Instance(service, 120), DOMAIN))
			.withMessageContaining("'" + name + "'");
	}

	@Test
	void serviceNameThatIsTooLongAltogetherIsRefused() {
		Service service = Service.of("a.".repeat(120) + "a", "latest", Node.of("1".repeat(40), "127.0.0.1:1"));
		assertThatIllegalArgumentException().isThrownBy(() -> new NodeRecords(new Instance(service, 120), DOMAIN))
			.withMessageContaining("255");
	}

	@Test
	void textOfAnotherServiceIsNotBelieved() {
		Node node = Node.of("1", "127.0.0.1:1");
		DnsMessage message = new NodeRecords(new Instance(Service.of("greeter", "latest", node), 120), DOMAIN)
			.announcement();
		DnsMessage other = new NodeRecords(new Instance(Service.of("billing", "latest", node), 120), DOMAIN)
			.announcement();
		DnsRecord service = message.answers().get(0);
		DnsRecord text = new DefaultDnsRawRecord(service.name(), DnsRecordType.TXT, 120,
				((DnsRawRecord) other.answers().get(2)).content());
		assertThat(read(DnsMessage.announcement(List.of(service, message.answers().get(1), text)))).isEmpty();
		assertThat(read(message)).hasSize(1);
	}

	@Test
	void nodeWithoutAddressOrTextIsIncomplete() {
		List<DnsRecord> answers = records(Node.of("1", "127.0.0.1:1")).answer(QUESTION).answers();
		DnsMessage pointerOnly = DnsMessage.announcement(answers.subList(0, 1));
		assertThat(read(pointerOnly)).isEmpty();
		assertThat(DOMAIN.incomplete(pointerOnly, QUESTION.name())).containsExactly("1.go.micro.srv.greeter.micro.");
		assertThat(read(DnsMessage.announcement(answers.subList(1, 3)))).isEmpty();
		assertThat(DOMAIN.incomplete(DnsMessage.announcement(answers), QUESTION.name())).isEmpty();
	}

	@Test
	void serviceMetadataComesBackThoughGoMicroHasNone() {
		Service service = new Service("go.micro.srv.greeter", "latest", Map.of("team", "a"), List.of(),
				List.of(new Node("1", "127.0.0.1:1", Map.of("b", "c"))));
		assertThat(read(new NodeRecords(new Instance(service, 120), DOMAIN).announcement()))
			.extracting(Instance::service)
			.containsExactly(service);
	}

	@Test
	void otherDomainsAreOthers() {
		DnsMessage elsewhere = new NodeRecords(
				new Instance(Service.of("go.micro.srv.greeter", "latest", Node.of("1", "127.0.0.1:1")), 120),
				new Domain("elsewhere"))
			.announcement();
		assertThat(read(elsewhere)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "PT0S, 120", "PT0.001S, 1", "PT1S, 1", "PT1.5S, 2", "PT10S, 10", "PT60S, 60", "PT120S, 120",
			"PT10M, 120" })
	void newsIsGoodForAsLongAsTheRegistrationAndTwoMinutesAtTheMost(Duration ttl, int seconds) {
		assertThat(Instance.lifetime(ttl)).isEqualTo(seconds);
	}

	@ParameterizedTest
	@CsvSource({ "1, 1", "60, 60", "120, 120" })
	void recordsLiveAsLongAsGoMicrosAndTheTextSaysHowLongTheNodeDoes(int ttl, int seconds) {
		Service service = Service.of("go.micro.srv.greeter", "latest", Node.of("1", "127.0.0.1:1"));
		NodeRecords records = new NodeRecords(new Instance(service, ttl), DOMAIN);
		for (DnsMessage message : List.of(records.answer(QUESTION), records.detail(QUESTION), records.announcement())) {
			assertThat(message.answers()).extracting(DnsRecord::timeToLive).containsOnly(120L);
			assertThat(read(message)).extracting(Instance::ttl).containsExactly(seconds);
		}
		assertThat(records.probe(1).authorities()).extracting(DnsRecord::timeToLive).containsOnly(120L);
		assertThat(records.goodbye().answers()).extracting(DnsRecord::timeToLive).containsOnly(0L);
		assertThat(read(records.goodbye())).extracting(Instance::ttl).containsExactly(0);
	}

	private static NodeRecords records(Node node) {
		return new NodeRecords(new Instance(Service.of("go.micro.srv.greeter", "latest", node), 120), DOMAIN);
	}

	private static List<Instance> read(DnsMessage message) {
		return DOMAIN.instances(DnsMessage.decode(message.encode()), (name) -> true);
	}

}
