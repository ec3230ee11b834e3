package io.microspring.plugins.registry.consul;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.InflaterInputStream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What three generations of go-micro wrote to Consul and read from it, recorded, against
 * what we write and read. The agent only takes notes and hands out what it is given.
 */
class ConsulRecordingTest {

	private final List<Request> requests = new CopyOnWriteArrayList<>();

	private volatile String reply = "[]";

	private HttpServer agent;

	private ConsulRegistry registry;

	@BeforeEach
	void start() throws IOException {
		this.agent = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.agent.createContext("/", this::answer);
		this.agent.start();
		this.registry = new ConsulRegistry(
				ConsulOptions.defaults().withAddress("127.0.0.1:" + this.agent.getAddress().getPort()));
	}

	@AfterEach
	void stop() {
		this.registry.close();
		this.agent.stop(0);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("registrations")
	void registrationIsWhatGoWrites(String name, JsonNode recorded) {
		Service service = service(recorded);
		String id = recorded.path("ID").stringValue();
		Duration ttl = Duration.parse("PT" + recorded.path("Check").path("TTL").stringValue());
		this.registry.register(service, ttl);
		this.registry.register(service, ttl);
		this.registry.deregister(service);
		assertThat(this.requests).extracting(Request::line)
			.containsExactly("PUT /v1/agent/service/register", "PUT /v1/agent/check/pass/service:" + id,
					"PUT /v1/agent/check/pass/service:" + id, "PUT /v1/agent/service/deregister/" + id);
		JsonNode written = RegistryJson.JSON.readTree(this.requests.get(0).body());
		for (String field : List.of("ID", "Name", "Address", "Port")) {
			assertThat(written.path(field)).as(field).isEqualTo(recorded.path(field));
		}
		assertThat(set(written.path("Check"))).isEqualTo(set(recorded.path("Check")));
		assertThat(tags(written)).containsExactlyInAnyOrderElementsOf(tags(recorded));
		if (recorded.has("Meta")) {
			assertThat(written.path("Meta")).isEqualTo(recorded.path("Meta"));
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("lookUps")
	void lookUpIsWhatGoReads(String name, String health, JsonNode read) {
		this.reply = health;
		List<Service> services = this.registry.get("go.micro.srv.greeter");
		assertThat(this.requests).extracting(Request::line)
			.containsExactly("GET /v1/health/service/go.micro.srv.greeter");
		assertThat(services).hasSize(1);
		Service service = services.get(0);
		JsonNode expected = read.path("service").path(0);
		assertThat(service.name()).isEqualTo(expected.path("name").stringValue());
		assertThat(service.version()).isEqualTo(expected.path("version").stringValue());
		assertThat(service.endpoints())
			.containsExactlyElementsOf(elements(expected.path("endpoints")).map(RegistryJson::readEndpoint).toList());
		assertThat(service.nodes()).containsExactlyElementsOf(
				elements(expected.path("nodes")).map((node) -> new Node(node.path("id").stringValue(),
						node.path("address").stringValue(), RegistryJson.readMetadata(node.path("metadata"))))
					.toList());
	}

	static Stream<Arguments> registrations() {
		return recordings().filter((recording) -> recording.has("registrations"))
			.flatMap((recording) -> elements(recording.path("registrations")).map((registration) -> Arguments
				.of(title(recording) + " " + registration.path("Name").stringValue(), registration)));
	}

	static Stream<Arguments> lookUps() {
		return recordings().filter((recording) -> recording.has("health_reply_decoded"))
			.map((recording) -> Arguments.of(title(recording), recording.path("health_reply_decoded").toString(),
					elements(recording.path("client_runs"))
						.filter((run) -> run.path("command").stringValue().endsWith("op=get"))
						.map((run) -> RegistryJson.JSON.readTree(run.path("result").stringValue()))
						.findFirst()
						.orElseThrow()));
	}

	private static Stream<JsonNode> recordings() {
		return Stream.of("v1", "v2", "head").flatMap((generation) -> {
			String resource = "/vectors/" + generation + "/consul.jsonl";
			try (InputStream in = ConsulRecordingTest.class.getResourceAsStream(resource)) {
				assertThat(in).as(resource).isNotNull();
				return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
					.map(RegistryJson.JSON::readTree)
					.toList()
					.stream();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		});
	}

	private static String title(JsonNode recording) {
		return recording.path("peer_version").stringValue() + " " + recording.path("case").stringValue();
	}

	/** The service that a registration is of, read from its tags. */
	private static Service service(JsonNode recorded) {
		List<String> texts = tags(recorded);
		Map<String, String> metadata = new HashMap<>();
		texts.stream()
			.filter((text) -> text.startsWith("t "))
			.forEach((text) -> metadata
				.putAll(RegistryJson.readMetadata(RegistryJson.JSON.readTree(text.substring(2)))));
		List<Endpoint> endpoints = texts.stream()
			.filter((text) -> text.startsWith("e "))
			.map((text) -> RegistryJson.readEndpoint(RegistryJson.JSON.readTree(text.substring(2))))
			.toList();
		String version = texts.stream().filter((text) -> text.startsWith("v ")).findFirst().orElseThrow().substring(2);
		String address = recorded.path("Address").stringValue() + ":" + recorded.path("Port").intValue();
		return new Service(recorded.path("Name").stringValue(), version, Map.of(), endpoints,
				List.of(new Node(recorded.path("ID").stringValue(), address, metadata)));
	}

	/**
	 * The tags of a registration as kind and inflated text, JSON in one order of keys.
	 */
	private static List<String> tags(JsonNode registration) {
		return elements(registration.path("Tags")).map(JsonNode::stringValue).map((tag) -> {
			byte[] deflated = HexFormat.of().parseHex(tag.substring(2));
			try (InputStream in = new InflaterInputStream(new ByteArrayInputStream(deflated))) {
				String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
				return tag.charAt(0) + " " + (text.startsWith("{") ? sorted(RegistryJson.JSON.readTree(text)) : text);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}).toList();
	}

	private static String sorted(JsonNode json) {
		if (json.isObject()) {
			List<String> entries = new ArrayList<>();
			json.properties().forEach((entry) -> entries.add('"' + entry.getKey() + "\":" + sorted(entry.getValue())));
			entries.sort(null);
			return "{" + String.join(",", entries) + "}";
		}
		return json.isArray() ? "[" + String.join(",", elements(json).map(ConsulRecordingTest::sorted).toList()) + "]"
				: json.toString();
	}

	/** What an object sets; null says no more than nothing. */
	private static String set(JsonNode object) {
		return sorted(RegistryJson.JSON.createObjectNode()
			.setAll(object.properties()
				.stream()
				.filter((entry) -> !entry.getValue().isNull())
				.collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue))));
	}

	private static Stream<JsonNode> elements(JsonNode array) {
		return StreamSupport.stream(array.spliterator(), false);
	}

	private void answer(HttpExchange exchange) throws IOException {
		this.requests.add(new Request(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath(),
				new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
		byte[] body = this.reply.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().set("Content-Type", "application/json");
		exchange.sendResponseHeaders(200, body.length);
		exchange.getResponseBody().write(body);
		exchange.close();
	}

	private record Request(String line, String body) {

	}

}
