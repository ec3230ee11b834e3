package io.microspring.samples.greeter;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.StreamSupport;

import io.microspring.autoconfigure.registry.MdnsProperties;
import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.errors.MicroException;
import io.microspring.registry.MdnsOptions;
import io.microspring.registry.Registry;
import io.microspring.samples.greeter.proto.Request;
import io.microspring.samples.greeter.proto.Response;
import io.microspring.samples.greeter.proto.StreamRequest;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** The greeter as its users see it: callers, {@code curl}, and who looks after it. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "micro.server.address=127.0.0.1:0", "micro.registry.mdns.domain=greeter-${random.uuid}" })
class GreeterTest {

	private static final String SERVICE = "go.micro.srv.greeter";

	private static final JsonMapper JSON = JsonMapper.shared();

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	@Autowired
	private Server server;

	@Autowired
	private Client client;

	@Autowired
	private MdnsProperties mdns;

	@LocalServerPort
	private int actuatorPort;

	private SayClient say;

	@BeforeEach
	void proxy() {
		this.say = this.client.proxy(SERVICE, SayClient.class);
	}

	@Test
	void curlGetsAGreeting() throws Exception {
		HttpResponse<String> greeting = curl("/Say/Hello", "{\"name\":\"John\"}");

		assertThat(greeting.statusCode()).isEqualTo(200);
		assertThat(greeting.body().trim()).isEqualTo("{\"msg\":\"Hello John\"}");
	}

	@Test
	void pageInABrowserCallsOnWebSockets(@Value("${micro.server.websocket.allowed-origins[0]}") String origin)
			throws Exception {
		URI page = URI.create("http://127.0.0.1:" + this.actuatorPort + "/");
		assertThat(HTTP.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString()).body())
			.contains("<button id=\"hello\">", "new WebSocket(", "\"/Say/Hello\"", "\"/Say/Stream\"", "\"/Say/Bidi\"",
					"JSON.stringify({ name: ", "new Uint8Array(0)");
		// What its script asks for, and then does.
		String node = actuator("micro").get("server").get("node").get("address").asString();
		assertThat(node).isEqualTo(this.server.address());
		WebSocketCaller script = new WebSocketCaller(node, origin);
		script.unary();
		script.stream();
		script.text();
		script.error();
		assertThatExceptionOfType(ExecutionException.class)
			.isThrownBy(() -> new WebSocketCaller(node, "http://evil.test").unary())
			.withCauseInstanceOf(WebSocketHandshakeException.class);
	}

	@Test
	void callIsGreeted() {
		assertThat(hello("John")).isEqualTo("Hello John");
		assertThat(hello("")).isEqualTo("Hello ");
		assertThat(hello("sleep:1ms")).isEqualTo("Hello sleep:1ms");
		assertThat(hello("big:5")).isEqualTo("xxxxx");
	}

	@ParameterizedTest
	@CsvSource({ "error, 400, go.micro.srv.greeter.Say.Hello, bad name error",
			"notfound, 404, go.micro.srv.greeter, not found: notfound",
			"internal, 500, go.micro.srv.greeter, internal: internal", "plain-error, 500, '', plain error" })
	void nameOfAnErrorIsAnsweredWithIt(String name, int code, String id, String detail) {
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> hello(name)).satisfies((ex) -> {
			assertThat(ex.code()).isEqualTo(code);
			assertThat(ex.id()).isEqualTo(id);
			assertThat(ex.detail()).isEqualTo(detail);
		});
		assertThat(hello("next")).isEqualTo("Hello next");
	}

	@Test
	void faultIsAnsweredWithoutItsMessage() {
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> hello("panic")).satisfies((ex) -> {
			assertThat(ex.code()).isEqualTo(500);
			assertThat(ex.id()).isEqualTo(SERVICE);
			assertThat(ex.detail()).startsWith("internal error, reference ").doesNotContain("panic");
		});
	}

	@Test
	void metadataArrivesWithTheCall() {
		String answer = this.say.hello(name("metadata"), CallOptions.defaults().withMetadata("X-Foo", "bar")).getMsg();

		assertThat(JSON.readTree(answer).path("X-Foo").asString()).isEqualTo("bar");
		assertThat(JSON.readTree(answer).path("Micro-Endpoint").asString()).isEqualTo("Say.Hello");
	}

	@Test
	void deadlineArrivesWithTheCall() throws Exception {
		assertThat(hello("deadline")).matches("deadline=true in=4\\.9\\d*s");
		assertThat(JSON.readTree(curl("/Say/Hello", "{\"name\":\"deadline\"}").body()).path("msg").asString())
			.isEqualTo("deadline=false in=0s");
	}

	@Test
	void sleepEndsWithTheDeadline() {
		CallOptions options = CallOptions.defaults().withTimeout(Duration.ofMillis(100));

		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> this.say.hello(name("sleep:1m"), options))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(408));
	}

	@Test
	void streamGreetsAsOftenAsAskedAndEndsAsTheNameSays() {
		assertThat(stream("John", 3)).containsExactly("Hello John 0", "Hello John 1", "Hello John 2");
		assertThat(stream("John", 0)).isEmpty();
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> stream("error", 1))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400));
	}

	@Test
	void bidiAnswersEachUntilEitherSideEnds() {
		try (Stream<Request, Response> stream = this.say.bidi()) {
			stream.send(name("John"));
			assertThat(stream.receive()).isEqualTo(response("Hello John"));
			stream.closeSend();
			assertThat(stream.receive()).isNull();
		}
		try (Stream<Request, Response> stream = this.say.bidi()) {
			stream.send(name("end"));
			assertThat(stream.receive()).isNull();
		}
		try (Stream<Request, Response> stream = this.say.bidi()) {
			stream.send(name("notfound"));
			assertThatExceptionOfType(MicroException.class).isThrownBy(stream::receive)
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(404));
		}
	}

	@Test
	void eventIsHeardUnlessItIsBad() throws Exception {
		assertThat(event("hi").headers().firstValue("Micro-Error")).isEmpty();
		assertThat(event("error").headers().firstValue("Micro-Error"))
			.hasValueSatisfying((error) -> assertThat(error).contains("bad event"));
	}

	@Test
	void actuatorShowsTheServiceItsEndpointsAndItsHealth() throws Exception {
		JsonNode health = actuator("health");
		assertThat(health.path("status").asString()).isEqualTo("UP");
		assertThat(health.path("components").propertyNames()).contains("microRegistry", "microBroker", "microServer");

		JsonNode micro = actuator("micro");
		assertThat(micro.path("name").asString()).isEqualTo(SERVICE);
		assertThat(micro.path("server").path("node").path("address").asString()).isEqualTo(this.server.address());
		assertThat(micro.path("server").path("endpoints").findValuesAsString("name")).contains("Say.Hello",
				"Say.Stream", "Say.Bidi");
		assertThat(micro.path("server").path("registration").path("registered").asBoolean()).isTrue();
	}

	@Test
	void actuatorShowsTheNeighbours() throws Exception {
		MdnsOptions domain = MdnsOptions.defaults().withDomain(this.mdns.domain());
		try (Registry registry = Registry.mdns(domain);
				Server neighbour = Server.builder(registry)
					.options(ServerOptions.named("neighbour")
						.withAddress("127.0.0.1:0")
						.withShutdown(Duration.ZERO, Duration.ZERO))
					.build()) {
			neighbour.start();
			neighbour.register();

			await().untilAsserted(() -> assertThat(actuator("microservices").path("services").propertyNames())
				.contains(SERVICE, "neighbour"));
			assertThat(actuator("microservices/neighbour").findValuesAsString("address"))
				.containsExactly(neighbour.address());
		}
	}

	@Test
	void actuatorShowsTheMetricsOfCalls() throws Exception {
		hello("John");

		assertThat(get("prometheus").body())
			.containsPattern("micro_server_seconds_count\\{[^}]*rpc_method=\"Say.Hello\"")
			.containsPattern("micro_client_seconds_count\\{[^}]*rpc_method=\"Say.Hello\"");
	}

	private String hello(String name) {
		return this.say.hello(name(name), CallOptions.defaults()).getMsg();
	}

	private List<String> stream(String name, int count) {
		StreamRequest request = StreamRequest.newBuilder().setName(name).setCount(count).build();
		try (Stream<StreamRequest, Response> stream = this.say.stream(request)) {
			return StreamSupport.stream(stream.received().spliterator(), false).map(Response::getMsg).toList();
		}
	}

	private HttpResponse<String> curl(String path, String json) throws IOException, InterruptedException {
		return send(HttpRequest.newBuilder(URI.create("http://" + this.server.address() + path)), json);
	}

	private HttpResponse<String> event(String message) throws IOException, InterruptedException {
		return send(HttpRequest.newBuilder(URI.create("http://" + this.server.address()))
			.header("Micro-Topic", "go.micro.evt.greeting"), "{\"message\":\"" + message + "\"}");
	}

	private JsonNode actuator(String endpoint) throws IOException, InterruptedException {
		return JSON.readTree(get(endpoint).body());
	}

	private HttpResponse<String> get(String endpoint) throws IOException, InterruptedException {
		URI uri = URI.create("http://127.0.0.1:" + this.actuatorPort + "/actuator/" + endpoint);
		return HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
	}

	private static HttpResponse<String> send(HttpRequest.Builder request, String json)
			throws IOException, InterruptedException {
		return HTTP.send(request.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(json))
			.build(), HttpResponse.BodyHandlers.ofString());
	}

	private static Request name(String name) {
		return Request.newBuilder().setName(name).build();
	}

	private static Response response(String msg) {
		return Response.newBuilder().setMsg(msg).build();
	}

	interface SayClient {

		Response hello(Request request, CallOptions options);

		Stream<StreamRequest, Response> stream(StreamRequest request);

		Stream<Request, Response> bidi();

	}

}
