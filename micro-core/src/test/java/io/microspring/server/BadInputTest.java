package io.microspring.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.transport.HttpOptions;
import io.microspring.transport.Inbox;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What a caller sees of bad input, on the wire, and that the next call on the same
 * connection is answered.
 */
class BadInputTest {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final Transport transport = Transport
		.http(HttpOptions.defaults().withMaxMessageSize(1000).withMaxHeaderSize(4096));

	/** The caller's side, which lets everything out. */
	private final Transport caller = Transport.http();

	private final Registry registry = Registry.memory();

	private final CountDownLatch release = new CountDownLatch(1);

	private Server server;

	private Socket socket;

	private Inbox inbox;

	@BeforeEach
	void start() {
		this.server = server("127.0.0.1:0");
		this.server.handle(Handler.of("Say", new Say()));
		this.server.start();
		this.socket = this.caller.dial(this.server.address(), PATIENCE).join();
		this.inbox = Inbox.of(this.socket);
	}

	@AfterEach
	void stop() {
		this.release.countDown();
		this.socket.close();
		this.server.close();
		this.caller.close();
		this.transport.close();
	}

	static Stream<Arguments> badRequests() {
		return Stream.of(
				Arguments.of("unknown method", mucp("Say.Nope", "application/json", "{}"),
						"rpc: can't find method Nope"),
				Arguments.of("unknown handler", mucp("Nope.Hello", "application/json", "{}"),
						"rpc: can't find service Nope"),
				Arguments.of("ill-formed endpoint", mucp("Hello", "application/json", "{}"),
						"rpc: service/endpoint request ill-formed: Hello"),
				Arguments.of("endpoint of three parts", mucp("a.b.c", "application/json", "{}"),
						"rpc: service/endpoint request ill-formed: a.b.c"),
				Arguments.of("unsupported content type", mucp("Say.Hello", "application/xml", "<a/>"),
						"Unsupported Content-Type: application/xml"),
				Arguments.of("body that does not decode", mucp("Say.Hello", "application/json", "{\"name\":"),
						"\"code\":400"),
				Arguments.of("body of the wrong shape", mucp("Say.Hello", "application/json", "[1,2]"), "\"code\":400"),
				Arguments.of("no body", mucp("Say.Hello", "application/json", ""), "the body is empty"),
				Arguments.of("no protobuf message", mucp("Say.Hello", "application/protobuf", "xyz"),
						"application/json"),
				Arguments.of("body over the limit", mucp("Say.Hello", "application/json", "x".repeat(1001)),
						"\"code\":413"),
				Arguments.of("handler's exception", hello("fault"), "internal error, reference "),
				Arguments.of("declared exception", hello("declared"), "Declared"),
				Arguments.of("exception without a message", hello("blank"), "IOException"),
				Arguments.of("error of great length", hello("long"), "xxx..."),
				Arguments.of("error of the handler's own", hello("conflict"), "\"code\":409"),
				Arguments.of("answer over the limit", hello("big"), "over the limit of 1000"));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("badRequests")
	void badRequestIsAnsweredAndTheNextOneToo(String what, Message request, String expected) throws Exception {
		this.socket.send(request);

		Message answer = this.inbox.take(PATIENCE);
		assertThat(answer.header(Headers.ERROR)).as(what).contains(expected).doesNotContain("\tat ", "Exception:");
		assertThat(answer.header("X-Micro-Error")).isEqualTo(answer.header(Headers.ERROR));
		assertNextCallWorks();
	}

	static Stream<Arguments> badPlainRequests() {
		return Stream.of(Arguments.of("unknown path", plain("POST", "/Say/Nope", "application/json", "{}"), "404"),
				Arguments.of("root", plain("GET", "/", "application/json", ""), "404"),
				Arguments.of("other method", plain("GET", "/Say/Hello", "application/json", ""), "405"),
				Arguments.of("form", plain("POST", "/Say/Hello", "application/x-www-form-urlencoded", "a=b"), "415"),
				Arguments.of("undecodable", plain("POST", "/Say/Hello", "application/json", "{"), "400"),
				Arguments.of("fault", plain("POST", "/Say/Hello", "application/json", "{\"name\":\"fault\"}"), "500"),
				Arguments.of("declared", plain("POST", "/Say/Hello", "application/json", "{\"name\":\"declared\"}"),
						"500"),
				Arguments.of("conflict", plain("POST", "/Say/Hello", "application/json", "{\"name\":\"conflict\"}"),
						"409"),
				Arguments.of("stream", plain("POST", "/Say/Chat", "application/json", "{}"), "501"),
				Arguments.of("too large", plain("POST", "/Say/Hello", "application/json", "x".repeat(1001)), "413"));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("badPlainRequests")
	void badPlainRequestHasItsHttpStatusAndTheNextOneIsAnswered(String what, Message request, String status)
			throws Exception {
		this.socket.send(request);

		Message answer = this.inbox.take(PATIENCE);
		assertThat(answer.header(Headers.HTTP_STATUS)).as(what).isEqualTo(status);
		assertThat(text(answer)).startsWith("{\"id\":").contains("\"code\":" + status).doesNotContain("\tat ");
		assertNextCallWorks();
	}

	@Test
	void pathsThatExistAreNamedToWhoAskedForAnother() throws Exception {
		this.socket.send(plain("POST", "/say/hello", "application/json", "{}"));

		assertThat(text(this.inbox.take(PATIENCE))).contains("/Say/Hello");
	}

	@Test
	void handlerThatNeverReturnsIsAnsweredAtTheCallersDeadline() throws Exception {
		this.socket.send(hello("never").withHeader(Headers.TIMEOUT, "50000000"));

		assertThat(this.inbox.take(PATIENCE).header(Headers.ERROR)).isEqualTo("context deadline exceeded");
		assertNextCallWorks();
	}

	@Test
	void plainCallerOfAHandlerThatNeverReturnsGets408() throws Exception {
		this.socket.send(plain("POST", "/Say/Hello", "application/json", "{\"name\":\"never\"}")
			.withHeader(Headers.TIMEOUT, "50000000"));

		assertThat(this.inbox.take(PATIENCE).header(Headers.HTTP_STATUS)).isEqualTo("408");
		assertNextCallWorks();
	}

	@Test
	void callerWithoutADeadlineIsAnsweredAfterTheServersOwnTime() throws Exception {
		try (Server impatient = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("impatient")
				.withAddress("127.0.0.1:0")
				.withTimeout(Duration.ofMillis(50))
				.withShutdown(Duration.ZERO, Duration.ZERO))
			.build()
			.handle(Handler.of("Say", new Say()))) {
			impatient.start();
			try (Socket other = this.caller.dial(impatient.address(), PATIENCE).join()) {
				Inbox answers = Inbox.of(other);
				other.send(plain("POST", "/Say/Hello", "application/json", "{\"name\":\"never\"}"));

				assertThat(answers.take(PATIENCE).header(Headers.HTTP_STATUS)).isEqualTo("408");
			}
		}
	}

	@Test
	void timeoutThatIsNoNumberIsIgnored() throws Exception {
		this.socket.send(hello("John").withHeader(Headers.TIMEOUT, "soon"));

		assertThat(text(this.inbox.take(PATIENCE))).contains("Hello John");
	}

	@Test
	void headerSectionOverTheLimitIsRefusedAndOnlyThatConnectionCloses() throws Exception {
		this.socket.send(hello("John").withHeader("X-Large", "x".repeat(5000)));

		Message answer = this.inbox.take(PATIENCE);
		assertThat(answer.header(Headers.HTTP_STATUS)).isEqualTo("431");
		assertThatExceptionOfType(TransportException.class).isThrownBy(() -> this.inbox.take(PATIENCE));
		this.socket = this.caller.dial(this.server.address(), PATIENCE).join();
		this.inbox = Inbox.of(this.socket);
		assertNextCallWorks();
	}

	@Test
	void addressThatIsTakenIsNamed() {
		Server second = server(this.server.address());

		assertThatExceptionOfType(TransportException.class).isThrownBy(second::start)
			.withMessageContaining(this.server.address())
			.withCauseInstanceOf(IOException.class);
		second.close();
	}

	@Test
	void twoHandlersOfOneNameAreRefused() {
		assertThatExceptionOfType(DuplicateHandlerException.class)
			.isThrownBy(() -> this.server.handle(Handler.of("Say", new Say())))
			.withMessageContaining("Say");
	}

	@Test
	void twoEndpointsOfOneNameAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Handler.of(new Overloaded()))
			.withMessageContaining("Hello")
			.withMessageContaining("@MicroEndpoint(name");
	}

	@Test
	void plainRequestsArePipelinedAndAnsweredInTheirOrder() throws Exception {
		this.socket.send(plain("POST", "/Say/Hello", "application/json", "{\"name\":\"slow\"}"));
		this.socket.send(plain("POST", "/Say/Hello", "application/json", "{\"name\":\"quick\"}"));

		assertThat(text(this.inbox.take(PATIENCE))).contains("Hello slow");
		assertThat(text(this.inbox.take(PATIENCE))).contains("Hello quick");
	}

	@Test
	void manyPipelinedRequestsAreHeldBackAndAllAnswered() throws Exception {
		for (int i = 0; i < 1000; i++) {
			this.socket.send(hello("quick").withHeader(Headers.ID, Integer.toString(i)));
		}

		for (int i = 0; i < 1000; i++) {
			assertThat(this.inbox.take(PATIENCE).header(Headers.ERROR)).isNull();
		}
	}

	@Test
	void mucpRequestsArePipelinedAndAnsweredAsTheyComplete() throws Exception {
		this.socket.send(hello("slow").withHeader(Headers.ID, "1"));
		this.socket.send(hello("quick").withHeader(Headers.ID, "2"));

		assertThat(this.inbox.take(PATIENCE).header(Headers.ID)).isEqualTo("2");
		assertThat(this.inbox.take(PATIENCE).header(Headers.ID)).isEqualTo("1");
	}

	private Server server(String address) {
		return Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("greeter")
				.withAddress(address)
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build();
	}

	private void assertNextCallWorks() throws InterruptedException {
		this.socket.send(hello("again"));
		Message answer = this.inbox.take(PATIENCE);
		assertThat(answer.header(Headers.ERROR)).isNull();
		assertThat(text(answer)).isEqualTo("{\"msg\":\"Hello again\"}\n");
	}

	private static Message hello(String name) {
		return mucp("Say.Hello", "application/json", "{\"name\":\"" + name + "\"}");
	}

	private static Message mucp(String endpoint, String contentType, String body) {
		return new Message(Metadata.of(Headers.SERVICE, "greeter", Headers.ENDPOINT, endpoint, Headers.METHOD, endpoint,
				Headers.ID, "7", Headers.CONTENT_TYPE, contentType), body.getBytes(StandardCharsets.UTF_8));
	}

	private static Message plain(String method, String path, String contentType, String body) {
		return new Message(
				Metadata.of(Headers.HTTP_METHOD, method, Headers.PATH, path, Headers.CONTENT_TYPE, contentType),
				body.getBytes(StandardCharsets.UTF_8));
	}

	private static String text(Message message) {
		return new String(message.body(), StandardCharsets.UTF_8);
	}

	public record Name(String name) {
	}

	public record Reply(String msg) {
	}

	static final class Declared extends Exception {

		private static final long serialVersionUID = 1L;

	}

	@SuppressWarnings("unused")
	public final class Say {

		public Reply hello(Name name) throws Declared, IOException, InterruptedException {
			switch (name.name()) {
				case "fault" -> throw new IllegalStateException("secret");
				case "declared" -> throw new Declared();
				case "blank" -> throw new IOException("");
				case "long" -> throw MicroException.badRequest("greeter", "x".repeat(70_000));
				case "conflict" -> throw MicroException.conflict("greeter", "taken");
				case "never" -> BadInputTest.this.release.await();
				case "slow" -> BadInputTest.this.release.await(300, TimeUnit.MILLISECONDS);
				case "big" -> {
					return new Reply("x".repeat(1001));
				}
				default -> {
				}
			}
			return new Reply("Hello " + name.name());
		}

		public void chat(io.microspring.call.Stream<Reply, Name> stream) {
			stream.close();
		}

	}

	@SuppressWarnings("unused")
	public static final class Overloaded {

		public Reply hello(Name name) {
			return new Reply("");
		}

		public Reply hello(Reply name) {
			return name;
		}

	}

}
