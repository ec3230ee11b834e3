package io.microspring.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;

import com.google.protobuf.StringValue;
import io.microspring.codec.Codec;
import io.microspring.codec.Codec.Kind;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.transport.Inbox;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests in older go-micro's envelopes, with its headers and without any, as the server
 * tells them from plain JSON and answers them.
 */
class LegacyEnvelopesTest {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	/**
	 * Protocol reference §16.1: id 7, {@code Say.Hello}, one text that is {@code bob}.
	 */
	private static final String PROTO_RPC = "000000140a095361792e48656c6c6f110700000000000000000000050a03626f62";

	private static final String JSON_RPC = "{\"method\":\"Say.Hello\",\"params\":[\"bob\"],\"id\":\"7\"}\n";

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private Server server;

	private Socket socket;

	private Inbox inbox;

	@BeforeEach
	void start() {
		this.server = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("greeter")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build()
			.handle(Handler.of(new Say()));
		this.server.start();
		this.socket = this.transport.dial(this.server.address(), PATIENCE).join();
		this.inbox = Inbox.of(this.socket);
	}

	@AfterEach
	void stop() {
		this.socket.close();
		this.server.close();
		this.transport.close();
		this.registry.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/protobuf", "application/proto-rpc", "application/octet-stream", "" })
	void protoRpcWithoutAnyHeaderIsAnswered(String contentType) throws Exception {
		Message answer = exchange(request("/", contentType, HexFormat.of().parseHex(PROTO_RPC)));

		assertThat(HexFormat.of().formatHex(answer.body()))
			.isEqualTo("000000091107000000000000000000000b0a0948656c6c6f20626f62");
		assertThat(answer.header(Headers.ID)).isEqualTo("7");
		assertThat(answer.header("X-Micro-Id")).isEqualTo("7");
		assertThat(answer.header(Headers.ERROR)).isNull();
		assertThat(answer.header(Headers.CONTENT_TYPE))
			.isEqualTo(contentType.isEmpty() ? "application/protobuf" : contentType);
	}

	@ParameterizedTest
	@CsvSource({ "application/json, /", "application/json; charset=utf-8, /?x=1", "application/json-rpc, /",
			"application/json-rpc, /Say/Hello", "application/json, /any/path" })
	void jsonRpcWithoutAnyHeaderIsAnswered(String contentType, String path) throws Exception {
		Message answer = exchange(request(path, contentType, utf8(JSON_RPC)));

		assertThat(text(answer)).isEqualTo("{\"id\":\"7\",\"result\":{\"value\":\"Hello bob\"},\"error\":null}\n");
		assertThat(answer.header(Headers.ID)).isEqualTo("7");
		assertThat(answer.header(Headers.CONTENT_TYPE)).isEqualTo(contentType);
		assertThat(answer.header(Headers.HTTP_STATUS)).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Micro-Target", "X-Micro-Target" })
	void targetMeansAnEnvelopeWhateverElseTheHeadersName(String target) throws Exception {
		Message request = request("/", "application/json", utf8(JSON_RPC)).withHeader(target, "greeter")
			.withHeader("X-Micro-Service", "greeter");

		assertThat(text(exchange(request))).startsWith("{\"id\":\"7\",\"result\":");
		assertThat(text(exchange(request.withHeader(Headers.ENDPOINT, "Say.Nope"))))
			.isEqualTo("{\"id\":\"\",\"result\":null,\"error\":\"rpc: can't find method Nope\"}\n");
	}

	@Test
	void protocolMeansThatThereIsNoEnvelope() throws Exception {
		Message request = request("/", "application/json", utf8("\"bob\"")).withHeader(Headers.PROTOCOL, "mucp")
			.withHeader(Headers.TARGET, "greeter")
			.withHeader(Headers.ENDPOINT, "Say.Hello");

		assertThat(text(exchange(request))).isEqualTo("\"Hello bob\"\n");
	}

	@Test
	void contentTypeOfAnEnvelopeBesideTheHeadersIsHeeded() throws Exception {
		Message request = request("/", "application/json-rpc", utf8(JSON_RPC)).withHeader(Headers.ENDPOINT, "Say.Hello")
			.withHeader(Headers.SERVICE, "greeter")
			.withHeader(Headers.ID, "7");

		Message answer = exchange(request);

		assertThat(text(answer)).isEqualTo("{\"id\":\"7\",\"result\":{\"value\":\"Hello bob\"},\"error\":null}\n");
		assertThat(answer.header("X-Micro-Id")).isEqualTo("7");
	}

	@Test
	void serviceAloneLeavesTheEndpointToTheEnvelope() throws Exception {
		Message request = request("/", "application/json-rpc", utf8(JSON_RPC)).withHeader(Headers.SERVICE, "greeter");

		assertThat(text(exchange(request))).startsWith("{\"id\":\"7\",\"result\":");
	}

	@Test
	void errorStandsInTheHeadersAndInTheEnvelope() throws Exception {
		Message json = exchange(request("/", "application/json-rpc", utf8(JSON_RPC.replace("bob", "error"))));
		Message proto = exchange(request("/", "application/proto-rpc",
				Codec.protoRpc()
					.write(new Codec.Header(Kind.REQUEST, "8", "", "Say.Hello", null), StringValue.of("error"))
					.body()));

		String error = "{\"id\":\"greeter\",\"code\":409,\"detail\":\"bad name\",\"status\":\"Conflict\"}";
		assertThat(json.header(Headers.ERROR)).isEqualTo(error);
		assertThat(json.header("X-Micro-Error")).isEqualTo(error);
		assertThat(error(Codec.jsonRpc(), json)).isEqualTo(error);
		assertThat(text(json)).startsWith("{\"id\":\"\",\"result\":null,");
		assertThat(proto.header(Headers.ERROR)).isEqualTo(error);
		assertThat(error(Codec.protoRpc(), proto)).isEqualTo(error);
		assertThat(HexFormat.of().formatHex(proto.body())).startsWith("000000").endsWith("7d00000000");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "application/json | /", "application/json-rpc | /",
			"application/proto-rpc | /", "application/protobuf | /", "application/proto-rpc | /x" })
	void envelopeThatDoesNotDecodeIsABadRequestAndTheNextOneIsAnswered(String contentType, String path)
			throws Exception {
		Message answer = exchange(request(path, contentType, utf8("{no envelope")));

		assertThat(answer.header(Headers.ERROR)).contains("\"code\":400", "envelope does not decode")
			.doesNotContain("\tat ");
		Codec codec = contentType.contains("json") ? Codec.jsonRpc() : Codec.protoRpc();
		assertThat(error(codec, answer)).isEqualTo(answer.header(Headers.ERROR));
		assertThat(text(exchange(request("/", "application/json", utf8(JSON_RPC))))).contains("Hello bob");
	}

	@Test
	void plainJsonStaysPlainJson() throws Exception {
		Message plain = exchange(request("/Say/Hello", "application/json", utf8("\"bob\"")));
		Message unknown = exchange(request("/Say/Nope", "application/json", utf8("{\"name\":\"bob\"}")));
		Message root = exchange(request("/", "application/json", new byte[0]));

		assertThat(text(plain)).isEqualTo("\"Hello bob\"\n");
		assertThat(unknown.header(Headers.HTTP_STATUS)).isEqualTo("404");
		assertThat(root.header(Headers.HTTP_STATUS)).isEqualTo("404");
	}

	@ParameterizedTest
	@ValueSource(strings = { "json-rpc", "proto-rpc", "grpc" })
	void streamInAnEnvelopeEndsWithEosInIt(String name) throws Exception {
		Codec codec = codec(name);
		Metadata headers = Metadata.of(Headers.HTTP_METHOD, "POST", Headers.PATH, "/", Headers.CONTENT_TYPE,
				"application/" + name, Headers.ENDPOINT, "Say.Chat", Headers.SERVICE, "greeter", Headers.ID, "3",
				Headers.STREAM, "3");
		Codec.Header header = new Codec.Header(Kind.REQUEST, "3", "greeter", "Say.Chat", null);
		for (StringValue message : new StringValue[] { StringValue.of(""), StringValue.of("a"), StringValue.of("b") }) {
			Message encoded = codec.write(header, message);
			this.socket.send(new Message(headers.withAll(encoded.headers()), encoded.body()));
		}

		for (String expected : new String[] { "Hello a", "Hello b" }) {
			Codec.Incoming part = codec.read(Kind.RESPONSE, this.inbox.take(PATIENCE));
			assertThat(part.body(StringValue.class)).isEqualTo(StringValue.of(expected));
			if (!name.equals("grpc")) {
				assertThat(part.header().id()).isEqualTo("3");
			}
		}
		this.socket.send(Message.of(headers.with(Headers.ERROR, Headers.END_OF_STREAM)));
		Message end = this.inbox.take(PATIENCE);

		assertThat(end.header(Headers.ERROR)).isEqualTo("EOS");
		assertThat(end.header("X-Micro-Error")).isEqualTo("EOS");
		if (!name.equals("grpc")) {
			assertThat(error(codec, end)).isEqualTo("EOS");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "protobuf", "json", "json-rpc", "proto-rpc", "grpc", "grpc+json" })
	void errorAndFaultAreAnsweredWhateverTheContentType(String name) throws Exception {
		Message conflict = exchange(greeting(name, "Say.Hello", "error"));
		Message fault = exchange(greeting(name, "Say.Hello", "fault"));

		assertThat(conflict.header(Headers.ERROR)).contains("\"code\":409", "bad name");
		assertThat(conflict.header("X-Micro-Error")).isEqualTo(conflict.header(Headers.ERROR));
		assertThat(fault.header(Headers.ERROR)).contains("\"code\":500", "internal error, reference ")
			.doesNotContain("secret");
		assertThat(exchange(greeting(name, "Say.Hello", "bob")).header(Headers.ERROR)).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "protobuf", "json", "json-rpc", "proto-rpc", "grpc" })
	void streamEndsAndFailsWhateverTheContentType(String name) throws Exception {
		Message opening = greeting(name, "Say.Chat", "").withHeader(Headers.STREAM, "3");
		this.socket.send(opening);
		this.socket.send(opening.withHeader(Headers.ERROR, "EOS"));
		assertThat(this.inbox.take(PATIENCE).header(Headers.ERROR)).isEqualTo("EOS");

		this.socket.send(greeting(name, "Say.Chat", "").withHeader(Headers.STREAM, "4"));
		this.socket.send(greeting(name, "Say.Chat", "fault").withHeader(Headers.STREAM, "4"));
		assertThat(this.inbox.take(PATIENCE).header(Headers.ERROR)).contains("\"code\":500");
	}

	@Test
	void severalStreamsAndCallsShareAConnection() throws Exception {
		for (String id : new String[] { "a", "b" }) {
			this.socket.send(greeting("json", "Say.Chat", "").withHeader(Headers.STREAM, id));
		}
		for (String id : new String[] { "b", "a", "b" }) {
			this.socket.send(greeting("json", "Say.Chat", "to " + id).withHeader(Headers.STREAM, id));
			Message part = this.inbox.take(PATIENCE);
			assertThat(text(part)).isEqualTo("\"Hello to " + id + "\"\n");
			assertThat(part.header(Headers.STREAM)).isEqualTo(id);
			assertThat(text(exchange(greeting("json", "Say.Hello", "bob")))).isEqualTo("\"Hello bob\"\n");
		}
		this.socket
			.send(greeting("json", "Say.Chat", "").withHeader(Headers.STREAM, "a").withHeader("Micro-Error", "EOS"));
		Message end = this.inbox.take(PATIENCE);
		assertThat(end.header(Headers.STREAM)).isEqualTo("a");
		assertThat(end.header(Headers.ERROR)).isEqualTo("EOS");
		this.socket.send(greeting("json", "Say.Chat", "still").withHeader(Headers.STREAM, "b"));
		assertThat(text(this.inbox.take(PATIENCE))).isEqualTo("\"Hello still\"\n");
	}

	@Test
	void grpcFrameOverHttp11IsAnsweredInKind() throws Exception {
		Metadata headers = Metadata.of(Headers.HTTP_METHOD, "POST", Headers.PATH, "/", Headers.CONTENT_TYPE,
				"application/grpc+proto", Headers.ENDPOINT, "Say.Hello", Headers.SERVICE, "greeter", Headers.ID, "3");
		Message answer = exchange(
				new Message(headers, codec("grpc").write(Codec.Header.of(Kind.REQUEST), StringValue.of("bob")).body()));
		Message error = exchange(new Message(headers,
				codec("grpc").write(Codec.Header.of(Kind.REQUEST), StringValue.of("error")).body()));
		Message truncated = exchange(new Message(headers, new byte[] { 0, 0, 0, 0, 9, 1 }));

		assertThat(codec("grpc").read(Kind.RESPONSE, answer).body(StringValue.class))
			.isEqualTo(StringValue.of("Hello bob"));
		assertThat(answer.header("Grpc-Status")).isEqualTo("0");
		assertThat(answer.header(Headers.ERROR)).isNull();
		assertThat(error.header("Grpc-Status")).isEqualTo("13");
		assertThat(error.header("Grpc-Message")).isEqualTo(error.header(Headers.ERROR)).contains("bad name");
		assertThat(error.body()).isEmpty();
		assertThat(truncated.header(Headers.ERROR)).contains("\"code\":400", "frame does not decode");
	}

	private Message exchange(Message request) throws InterruptedException {
		this.socket.send(request);
		return this.inbox.take(PATIENCE);
	}

	private static Message greeting(String name, String endpoint, String text) {
		Metadata headers = Metadata.of(Headers.HTTP_METHOD, "POST", Headers.PATH, "/", Headers.CONTENT_TYPE,
				"application/" + name, Headers.ENDPOINT, endpoint, Headers.SERVICE, "greeter", Headers.ID, "3");
		return new Message(headers,
				codec(name).write(new Codec.Header(Kind.REQUEST, "3", "greeter", endpoint, null), StringValue.of(text))
					.body());
	}

	private static Codec codec(String name) {
		return Objects.requireNonNull(io.microspring.codec.Codecs.defaults().find("application/" + name));
	}

	private static @Nullable String error(Codec codec, Message message) {
		return codec.read(Kind.RESPONSE, message).header().error();
	}

	private static Message request(String path, String contentType, byte[] body) {
		Metadata headers = Metadata.of(Headers.HTTP_METHOD, "POST", Headers.PATH, path);
		return new Message(contentType.isEmpty() ? headers : headers.with(Headers.CONTENT_TYPE, contentType), body);
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static String text(Message message) {
		return new String(message.body(), StandardCharsets.UTF_8);
	}

	@SuppressWarnings("unused")
	public static final class Say {

		public StringValue hello(StringValue name) {
			if (name.getValue().equals("error")) {
				throw MicroException.conflict("greeter", "bad name");
			}
			if (name.getValue().equals("fault")) {
				throw new IllegalStateException("secret");
			}
			return StringValue.of("Hello " + name.getValue());
		}

		public void chat(io.microspring.call.Stream<StringValue, StringValue> stream) {
			stream.received().forEach((name) -> stream.send(hello(name)));
		}

	}

}
