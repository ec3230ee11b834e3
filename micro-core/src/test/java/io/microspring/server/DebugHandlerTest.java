package io.microspring.server;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Registry;
import io.microspring.server.wire.debug.HealthRequest;
import io.microspring.server.wire.debug.HealthResponse;
import io.microspring.server.wire.debug.LogRequest;
import io.microspring.server.wire.debug.Record;
import io.microspring.server.wire.debug.RecordV1;
import io.microspring.server.wire.debug.Span;
import io.microspring.server.wire.debug.StatsRequest;
import io.microspring.server.wire.debug.StatsResponse;
import io.microspring.server.wire.debug.TraceRequest;
import io.microspring.server.wire.debug.TraceResponse;
import io.microspring.transport.Inbox;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What a server tells of itself to go-micro's tools.
 */
class DebugHandlerTest {

	private static final CallOptions JSON = CallOptions.defaults().withContentType("application/json");

	private final Registry registry = Registry.memory();

	private final Client client = Client.builder(this.registry).build();

	private final RecentLog log = RecentLog.of(100);

	private final List<Server> servers = new ArrayList<>();

	@AfterEach
	void close() {
		this.client.close();
		this.servers.forEach(Server::close);
		this.registry.close();
	}

	@Test
	void healthIsOkInProtobufAndJson() {
		start(DebugOptions.defaults());
		HealthResponse response = call("Debug.Health", HealthRequest.getDefaultInstance(), HealthResponse.class);
		assertThat(response.getStatus()).isEqualTo("ok");
		JsonNode json = this.client.call(Request.of("greeter", "Debug.Health", Map.of()), JsonNode.class, JSON);
		assertThat(json.toString()).isEqualTo("{\"status\":\"ok\"}");
	}

	@ParameterizedTest
	@ValueSource(strings = { "mucp", "grpc" })
	void everyProtocolAsks(String protocol) {
		start(DebugOptions.defaults().withLog(this.log));
		this.log.add(Instant.ofEpochSecond(7), "hi", Map.of());
		CallOptions options = CallOptions.defaults().withProtocol(protocol);
		Request health = Request.of("greeter", "Debug.Health", HealthRequest.getDefaultInstance());
		assertThat(this.client.call(health, HealthResponse.class, options).getStatus()).isEqualTo("ok");
		try (Stream<Object, Record> stream = this.client.stream(Request.of("greeter", "Debug.Log", null), Record.class,
				options)) {
			stream.send(LogRequest.getDefaultInstance());
			assertThat(stream.received()).extracting(Record::getMessage).containsExactly("hi");
		}
	}

	@Test
	void statisticsCountCallsAndErrors() {
		long before = Instant.now().getEpochSecond();
		start(DebugOptions.defaults());
		call("Say.Hello", "John", String.class);
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> call("Say.Hello", "error", String.class));
		StatsResponse stats = call("Debug.Stats", StatsRequest.getDefaultInstance(), StatsResponse.class);
		assertThat(stats.getRequests()).isGreaterThanOrEqualTo(2);
		assertThat(stats.getErrors()).isEqualTo(1);
		assertThat(stats.getStarted()).isBetween(before, Instant.now().getEpochSecond());
		assertThat(stats.getTimestamp() - stats.getStarted()).isEqualTo(stats.getUptime());
		assertThat(stats.getMemory()).isPositive();
		assertThat(stats.getThreads()).isPositive();
	}

	@Test
	void registryDoesNotKnowOfIt() {
		Server server = start(DebugOptions.defaults());
		assertThat(server.service().endpoints()).extracting(Endpoint::name).containsExactly("Say.Hello");
		assertThat(server.handlers()).extracting(Handler::name).containsExactly("Say");
	}

	@Test
	void serverWithoutItDoesNotKnowIt() {
		start(DebugOptions.defaults().withEnabled(false));
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> call("Debug.Health", HealthRequest.getDefaultInstance(), HealthResponse.class))
			.withMessageContaining("can't find service Debug");
	}

	@Test
	void methodThatItDoesNotHaveIsNamed() {
		start(DebugOptions.defaults());
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> call("Debug.Cache", HealthRequest.getDefaultInstance(), HealthResponse.class))
			.withMessageContaining("can't find method Cache");
	}

	@Test
	void handlerOfTheApplicationTakesItsPlace() {
		Server server = start(DebugOptions.defaults());
		server.handle(Handler.of(new Debug()));
		assertThat(call("Debug.Health", "x", String.class)).isEqualTo("my own");
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> call("Debug.Stats", StatsRequest.getDefaultInstance(), StatsResponse.class))
			.withMessageContaining("can't find method Stats");
	}

	@Test
	void interceptorsGuardWhatTellsOfOthers() {
		Server server = Server.builder(this.registry).intercept((next) -> (call) -> {
			throw MicroException.of("greeter", 401, "no entry");
		}).options(options(DebugOptions.defaults())).build();
		started(server);
		assertThat(call("Debug.Health", HealthRequest.getDefaultInstance(), HealthResponse.class).getStatus())
			.isEqualTo("ok");
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> call("Debug.Trace", TraceRequest.getDefaultInstance(), TraceResponse.class))
			.withMessageContaining("no entry");
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> records(LogRequest.getDefaultInstance()))
			.withMessageContaining("no entry");
	}

	@Test
	void logTellsTheLastLinesOldestFirst() {
		start(DebugOptions.defaults().withLog(this.log));
		IntStream.range(0, 150)
			.forEach((i) -> this.log.add(Instant.ofEpochSecond(i), "line " + i, Map.of("level", "INFO")));
		assertThat(records(LogRequest.getDefaultInstance())).hasSize(100);
		assertThat(records(LogRequest.newBuilder().setCount(2).build())).extracting(Record::getMessage)
			.containsExactly("line 148", "line 149");
		Record first = records(LogRequest.newBuilder().setSince(140).build()).get(0);
		assertThat(first.getTimestamp()).isEqualTo(140);
		assertThat(first.getMetadataMap()).containsOnly(Map.entry("level", "INFO"));
	}

	@Test
	void logThatNobodyFeedsIsEmpty() {
		start(DebugOptions.defaults());
		assertThat(records(LogRequest.newBuilder().setStream(true).build())).isEmpty();
	}

	@Test
	void logIsFollowedUntilTheCallerGoes() {
		start(DebugOptions.defaults().withLog(this.log));
		IntStream.range(0, 20).forEach((i) -> this.log.add(Instant.now(), "line " + i, Map.of()));
		List<String> texts = new CopyOnWriteArrayList<>();
		CompletableFuture<Void> reading;
		try (Stream<Object, Record> stream = follow()) {
			reading = CompletableFuture.runAsync(
					() -> stream.received().forEach((record) -> texts.add(record.getMessage())),
					(task) -> Threads.start("reader", task));
			await().untilAsserted(() -> assertThat(texts).hasSize(10));
			this.log.add(Instant.now(), "later", Map.of());
			await().untilAsserted(() -> assertThat(texts).hasSize(11).startsWith("line 10").endsWith("later"));
		}
		await().until(reading::isDone);
		await().untilAsserted(() -> assertThat(this.log.followers()).isZero());
	}

	@Test
	void followersAreLimited() {
		start(DebugOptions.defaults().withLog(this.log));
		this.log.add(Instant.now(), "line", Map.of());
		List<Stream<Object, Record>> streams = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			Stream<Object, Record> stream = follow();
			streams.add(stream);
			assertThat(stream.receive()).isNotNull();
		}
		try (Stream<Object, Record> more = follow()) {
			assertThatExceptionOfType(MicroException.class).isThrownBy(more::receive)
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(429));
		}
		streams.forEach(Stream::close);
		await().untilAsserted(() -> assertThat(this.log.followers()).isZero());
	}

	@Test
	void goMicroV1GetsTheRecordsThatItKnows() throws Exception {
		Server server = start(DebugOptions.defaults().withLog(this.log));
		this.log.add(Instant.ofEpochSecond(7), "hi", Map.of("level", "INFO"));
		RecordV1 v1 = RecordV1
			.parseFrom(firstRecord(server, Metadata.of("User-Agent", "Go-http-client/1.1", "Timeout", "5000000000")));
		assertThat(v1)
			.isEqualTo(RecordV1.newBuilder().setTimestamp(7).setValue("hi").putMetadata("level", "INFO").build());
		Record newer = Record.parseFrom(firstRecord(server, Metadata.of("User-Agent", "Go-http-client/1.1")));
		assertThat(newer)
			.isEqualTo(Record.newBuilder().setTimestamp(7).setMessage("hi").putMetadata("level", "INFO").build());
	}

	@Test
	void longLinesAreCut() {
		this.log.add(Instant.now(), "x".repeat(100_000), Map.of());
		assertThat(this.log.lines().get(0).text()).hasSizeLessThan(9_000).endsWith("x...");
	}

	@Test
	void traceTellsTheLastCalls() {
		start(DebugOptions.defaults().withCalls(3));
		CallOptions ofV2 = CallOptions.defaults()
			.withMetadata(Metadata.of("Micro-Trace-Id", "t2", "Micro-Span-Id", "s1"));
		CallOptions standard = CallOptions.defaults()
			.withMetadata(Metadata.of("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
		call("Say.Hello", "forgotten", String.class);
		this.client.call(Request.of("greeter", "Say.Hello", "John"), String.class, ofV2);
		this.client.call(Request.of("greeter", "Say.Hello", "John"), String.class, standard);
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> call("Say.Hello", "error", String.class));
		List<Span> spans = spans("");
		assertThat(spans).hasSize(3).extracting(Span::getName).containsOnly("greeter.Say.Hello");
		assertThat(spans.get(0).getTrace()).isEqualTo("t2");
		assertThat(spans.get(0).getParent()).isEqualTo("s1");
		assertThat(spans.get(1).getTrace()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
		assertThat(spans.get(2).getMetadataMap()).containsEntry("error", "MicroException");
		assertThat(spans("t2")).containsExactly(spans.get(0));
	}

	@Test
	void withoutRingNoCallIsTold() {
		start(DebugOptions.defaults());
		call("Say.Hello", "John", String.class);
		assertThat(spans("")).isEmpty();
	}

	private Server start(DebugOptions debug) {
		return started(Server.builder(this.registry).options(options(debug)).build());
	}

	private Server started(Server server) {
		this.servers.add(server);
		server.handle(Handler.of(new Say())).start();
		server.register();
		return server;
	}

	private static ServerOptions options(DebugOptions debug) {
		return ServerOptions.named("greeter")
			.withAddress("127.0.0.1:0")
			.withShutdown(Duration.ZERO, Duration.ofSeconds(5))
			.withDebug(debug);
	}

	private <T> T call(String endpoint, Object body, Class<T> type) {
		return this.client.call(Request.of("greeter", endpoint, body), type);
	}

	private List<Span> spans(String trace) {
		return call("Debug.Trace", TraceRequest.newBuilder().setId(trace).build(), TraceResponse.class).getSpansList();
	}

	private List<Record> records(LogRequest request) {
		List<Record> records = new ArrayList<>();
		try (Stream<Object, Record> stream = open(request)) {
			stream.received().forEach(records::add);
		}
		return records;
	}

	private Stream<Object, Record> follow() {
		return open(LogRequest.newBuilder().setStream(true).build());
	}

	private Stream<Object, Record> open(LogRequest request) {
		Stream<Object, Record> stream = this.client.stream(Request.of("greeter", "Debug.Log", null), Record.class,
				CallOptions.defaults());
		stream.send(request);
		return stream;
	}

	/** As a Go client of mucp streams: an empty message opens, the request follows. */
	private static byte[] firstRecord(Server server, Metadata headers) throws Exception {
		Metadata head = Metadata.builder()
			.setAll(headers)
			.set("Content-Type", "application/protobuf")
			.set("Micro-Endpoint", "Debug.Log")
			.set("Micro-Id", "1")
			.set("Micro-Stream", "1")
			.build();
		try (Transport transport = Transport.http();
				Socket socket = transport.dial(server.address(), Duration.ofSeconds(5)).get()) {
			Inbox inbox = Inbox.of(socket);
			socket.send(Message.of(head));
			socket.send(Message.of(head));
			return inbox.take(Duration.ofSeconds(10)).body();
		}
	}

	public static final class Say {

		public String hello(String name) throws IOException {
			if (name.equals("error")) {
				throw MicroException.badRequest("greeter", "bad name");
			}
			return "Hello " + name;
		}

	}

	public static final class Debug {

		public String health(String text) {
			return "my own";
		}

	}

}
