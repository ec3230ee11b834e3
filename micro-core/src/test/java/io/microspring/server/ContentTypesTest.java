package io.microspring.server;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.protobuf.StringValue;
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
 * What a request is read as and answered as, by its content type and by what its caller
 * accepts.
 */
class ContentTypesTest {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private final Say say = new Say();

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
			.handle(Handler.of(this.say));
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
	@CsvSource(nullValues = "-", delimiter = '|',
			value = { "application/json | - | application/json",
					"application/json; charset=utf-8 | */* | application/json",
					"APPLICATION/JSON;Charset=\"UTF-8\" | application/* | application/json",
					"application/json | application/protobuf | application/protobuf",
					"application/json | text/html, application/protobuf;q=0.5 | application/protobuf",
					"application/json | application/protobuf;q=0.5, application/json | application/json" })
	void plainAnswerIsWhatItsCallerAccepts(String contentType, @Nullable String accept, String answered)
			throws Exception {
		Message answer = plain("/Say/Hello", contentType, accept, utf8("\"bob\""));

		assertThat(answer.header(Headers.CONTENT_TYPE)).isEqualTo(answered);
		StringValue greeting = answered.equals("application/json")
				? StringValue.of(text(answer).strip().replace("\"", "")) : StringValue.parseFrom(answer.body());
		assertThat(greeting.getValue()).isEqualTo("Hello bob");
	}

	@Test
	void answerThatIsNotAcceptedIsRefusedBeforeAnythingIsDone() throws Exception {
		Message answer = plain("/Say/Hello", "application/json", "text/html, application/xml;q=0.9", utf8("\"bob\""));

		assertThat(answer.header(Headers.HTTP_STATUS)).isEqualTo("406");
		assertThat(answer.header(Headers.CONTENT_TYPE)).isEqualTo("application/json");
		assertThat(text(answer)).contains("\"code\":406",
				"The answer cannot be text/html, application/xml;q=0.9; it can be application/protobuf, application/json");
		assertThat(this.say.called).hasValue(0);
	}

	@Test
	void contentTypeThatIsNotKnownIsRefusedWithThoseThatAre() throws Exception {
		Message plain = plain("/Say/Hello", "application/xml; charset=utf-8", null, utf8("<a/>"));
		Message mucp = mucp("application/xml", utf8("<a/>"));

		assertThat(plain.header(Headers.HTTP_STATUS)).isEqualTo("415");
		assertThat(text(plain)).contains("Unsupported Content-Type: application/xml; charset=utf-8; supported are ",
				"application/json", "application/protobuf");
		assertThat(mucp.header(Headers.ERROR)).contains("\"code\":415",
				"Unsupported Content-Type: application/xml; supported are application/protobuf, ");
		assertThat(this.say.called).hasValue(0);
	}

	@Test
	void acceptDoesNotChangeGoMicrosOwnProtocol() throws Exception {
		Metadata headers = Metadata.of(Headers.CONTENT_TYPE, "application/json; charset=utf-8", Headers.ACCEPT,
				"application/protobuf", Headers.ENDPOINT, "Say.Hello", Headers.ID, "1");

		Message answer = exchange(new Message(headers, utf8("\"bob\"")));

		assertThat(text(answer)).isEqualTo("\"Hello bob\"\n");
		assertThat(answer.header(Headers.ERROR)).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "utf-8", "iso-8859-1", "UTF-16", "\"utf-8\"" })
	void textIsReadInItsCharset(String charset) throws Exception {
		byte[] body = "Jürgen".getBytes(Charset.forName(charset.replace("\"", "")));

		Message answer = plain("/Say/Loudly", "text/plain; charset=" + charset, null, body);

		assertThat(text(answer)).isEqualTo("JÜRGEN");
		assertThat(answer.header(Headers.CONTENT_TYPE)).isEqualTo("text/plain");
		Message unknown = plain("/Say/Loudly", "text/plain; charset=klingon", null, body);
		assertThat(unknown.header(Headers.HTTP_STATUS)).isEqualTo("400");
		assertThat(text(unknown)).contains("the charset klingon is not known");
	}

	@Test
	void answerThatTheRequestsTypeCannotHoldIsJson() throws Exception {
		Message answer = plain("/Say/Length", "text/plain", "*/*", utf8("bob"));

		assertThat(text(answer)).isEqualTo("{\"characters\":3}\n");
		assertThat(answer.header(Headers.CONTENT_TYPE)).isEqualTo("application/json");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = { "\"id\":\"7\" | \"7\"", "\"id\":7 | 7",
			"\"id\":-1.5e3 | -1.5e3", "\"id\":null | null", "\"id\":\"\\u0041\\\"\" | \"A\\\"\"" })
	void jsonRpc2IsAnsweredByTheIdAsItWasWritten(String id, String answered) throws Exception {
		Message answer = rpc2("{\"jsonrpc\":\"2.0\",\"method\":\"Say.Hello\",\"params\":[\"bob\"]," + id + "}");

		assertThat(text(answer))
			.isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":" + answered + ",\"result\":{\"value\":\"Hello bob\"}}\n");
		assertThat(answer.header(Headers.CONTENT_TYPE)).isEqualTo("application/json-rpc2");
	}

	@Test
	void jsonRpc2ErrorIsAnObjectWithGoMicrosWithin() throws Exception {
		String error = "{\"id\":\"greeter\",\"code\":409,\"detail\":\"bad name\",\"status\":\"Conflict\"}";

		Message conflict = rpc2("{\"jsonrpc\":\"2.0\",\"method\":\"Say.Hello\",\"params\":[\"error\"],\"id\":7}");
		Message unknown = rpc2("{\"jsonrpc\":\"2.0\",\"method\":\"Say.Nope\",\"id\":8}");
		Message batch = rpc2("[{\"jsonrpc\":\"2.0\",\"method\":\"Say.Hello\",\"id\":9}]");
		Message other = rpc2("{\"method\":\"Say.Hello\",\"id\":9}");

		assertThat(conflict.header(Headers.ERROR)).isEqualTo(error);
		assertThat(text(conflict)).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32000,"
				+ "\"message\":\"bad name\",\"data\":" + error + "}}\n");
		assertThat(text(unknown)).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":8,\"error\":{\"code\":-32601,"
				+ "\"message\":\"rpc: can't find method Nope\"}}\n");
		assertThat(text(batch)).contains("\"id\":null", "batches are not taken");
		assertThat(text(other)).contains("\"id\":null", "jsonrpc is not \\\"2.0\\\"");
	}

	@Test
	void jsonRpc2NotificationIsDoneAndAnsweredByNothing() throws Exception {
		Message answer = rpc2("{\"jsonrpc\":\"2.0\",\"method\":\"Say.Hello\",\"params\":[\"bob\"]}");
		Message failed = rpc2("{\"jsonrpc\":\"2.0\",\"method\":\"Say.Hello\",\"params\":[\"error\"]}");

		assertThat(answer.body()).isEmpty();
		assertThat(failed.body()).isEmpty();
		assertThat(this.say.called).hasValue(2);
	}

	private Message rpc2(String json) throws InterruptedException {
		return exchange(new Message(Metadata.of(Headers.HTTP_METHOD, "POST", Headers.PATH, "/", Headers.CONTENT_TYPE,
				"application/json-rpc2"), utf8(json)));
	}

	private Message plain(String path, String contentType, @Nullable String accept, byte[] body)
			throws InterruptedException {
		Metadata headers = Metadata.of(Headers.HTTP_METHOD, "POST", Headers.PATH, path, Headers.CONTENT_TYPE,
				contentType);
		return exchange(new Message((accept == null) ? headers : headers.with(Headers.ACCEPT, accept), body));
	}

	private Message mucp(String contentType, byte[] body) throws InterruptedException {
		return exchange(new Message(
				Metadata.of(Headers.CONTENT_TYPE, contentType, Headers.ENDPOINT, "Say.Hello", Headers.ID, "1"), body));
	}

	private Message exchange(Message request) throws InterruptedException {
		this.socket.send(request);
		return this.inbox.take(PATIENCE);
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static String text(Message message) {
		return new String(message.body(), StandardCharsets.UTF_8);
	}

	public static class Say {

		final AtomicInteger called = new AtomicInteger();

		public StringValue hello(StringValue name) {
			this.called.incrementAndGet();
			if (name.getValue().equals("error")) {
				throw MicroException.conflict("greeter", "bad name");
			}
			return StringValue.of("Hello " + name.getValue());
		}

		public String loudly(String text) {
			return text.toUpperCase(java.util.Locale.ROOT);
		}

		public Length length(String text) {
			return new Length(text.length());
		}

	}

	public record Length(int characters) {
	}

}
