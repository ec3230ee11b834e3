package io.microspring.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.broker.Broker;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.transport.Inbox;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * go-micro's headers as the server reads and writes them: events, fallbacks, ids, and
 * what a handler adds.
 */
class MucpOnTheWireTest {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private final Broker broker = Broker.memory();

	private final List<String> seen = new CopyOnWriteArrayList<>();

	private Server server;

	private Socket socket;

	private Inbox inbox;

	@BeforeEach
	void start() {
		this.broker.connect();
		this.server = Server.builder(this.registry)
			.transport(this.transport)
			.broker(this.broker)
			.options(ServerOptions.named("greeter")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build()
			.handle(Handler.of(new Say()))
			.subscribe(Subscriber.of("news", Text.class, (delivery) -> this.seen.add("1 " + delivery.payload())))
			.subscribe(Subscriber.of("news", Text.class,
					(delivery) -> this.seen.add("2 " + delivery.metadata().get("X-Kind"))))
			.subscribe(Subscriber.of("bad", Text.class, (delivery) -> {
				throw MicroException.conflict("greeter", "not twice");
			}))
			.subscribe(Subscriber.of("bad", Text.class, (delivery) -> this.seen.add("after the bad one")))
			.subscribe(Subscriber.of("bad", Text.class, (delivery) -> {
				throw new StackOverflowError("secret");
			}));
		this.server.start();
		this.socket = this.transport.dial(this.server.address(), PATIENCE).join();
		this.inbox = Inbox.of(this.socket);
	}

	@AfterEach
	void stop() {
		this.socket.close();
		this.server.close();
		this.broker.close();
		this.transport.close();
		this.registry.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Micro-Topic", "X-Micro-Topic" })
	void eventOverTheTransportReachesEachSubscriberAndItsHeadersComeBack(String header) throws Exception {
		Message answer = exchange(event(header, "news").withHeader("X-Kind", "daily"));

		assertThat(this.seen).containsExactly("1 Text[text=hi]", "2 daily");
		assertThat(answer.header(Headers.ERROR)).isNull();
		assertThat(answer.header(Headers.HTTP_STATUS)).isNull();
		assertThat(answer.header(header)).isEqualTo("news");
		assertThat(answer.header(Headers.ID)).isEqualTo("9");
		assertThat(answer.header("X-Kind")).isEqualTo("daily");
		assertThat(answer.body()).isEmpty();
	}

	@Test
	void subscriberThatFailsIsToldAndTheOthersRun() throws Exception {
		Message answer = exchange(event(Headers.TOPIC, "bad"));

		assertThat(this.seen).containsExactly("after the bad one");
		assertThat(answer.header(Headers.ERROR)).startsWith("{\"id\":\"greeter\",\"code\":500,")
			.contains("subscriber error: ", "not twice", "internal error, reference ")
			.doesNotContain("secret");
		assertNextCallWorks();
	}

	@Test
	void eventThatDoesNotDecodeIsAnError() throws Exception {
		Message answer = exchange(new Message(event(Headers.TOPIC, "news").headers(), new byte[] { '{' }));

		assertThat(answer.header(Headers.ERROR)).contains("subscriber error: ", "does not decode to Text");
		assertThat(this.seen).isEmpty();
		assertNextCallWorks();
	}

	@Test
	void eventWithoutSubscribersIsAnsweredAllTheSame() throws Exception {
		assertThat(exchange(event(Headers.TOPIC, "nobody")).header(Headers.ERROR)).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "Micro-Endpoint, Micro-Service", "Micro-Method, Micro-Service", "X-Micro-Endpoint, X-Micro-Service",
			"X-Micro-Method, X-Micro-Service" })
	void endpointIsReadFromEachOfItsHeaders(String endpoint, String service) throws Exception {
		Message answer = exchange(json(Metadata.of(service, "greeter", endpoint, "Say.Hello", Headers.ID, "7")));

		assertThat(text(answer)).isEqualTo("{\"text\":\"Hello John\"}\n");
		assertThat(answer.header(Headers.ID)).isEqualTo("7");
		assertThat(answer.header("X-Micro-Id")).isEqualTo("7");
		assertThat(answer.header(Headers.CONTENT_TYPE)).isEqualTo("application/json");
	}

	@Test
	void errorHasTheIdOfItsRequest() throws Exception {
		Message answer = exchange(json(Metadata.of(Headers.ENDPOINT, "Say.Nope", Headers.ID, "7")));

		assertThat(answer.header(Headers.ID)).isEqualTo("7");
		assertThat(answer.header("X-Micro-Error")).isEqualTo(answer.header(Headers.ERROR)).isNotEmpty();
	}

	@Test
	void streamIsReadFromItsFallbackHeader() throws Exception {
		Metadata headers = Metadata.of("X-Micro-Stream", "5", Headers.ENDPOINT, "Say.Echo");
		this.socket.send(json(headers));
		this.socket.send(json(headers));
		assertThat(text(this.inbox.take(PATIENCE))).isEqualTo("{\"text\":\"John\"}\n");

		this.socket.send(Message.of(headers.with(Headers.CONTENT_TYPE, "application/json").with(Headers.ERROR, "EOS")));
		assertThat(this.inbox.take(PATIENCE).header(Headers.ERROR)).isEqualTo("EOS");
	}

	@Test
	void headersThatAHandlerSetsArrive() throws Exception {
		Message mucp = exchange(json(Metadata.of(Headers.ENDPOINT, "Say.Headers", Headers.ID, "7")));
		Message plain = exchange(
				json(Metadata.of(Headers.HTTP_METHOD, "POST", Headers.PATH, "/Say/Headers", "Accept", "*/*")));

		assertThat(mucp.header("X-Served-By")).isEqualTo("Jürgen");
		assertThat(plain.header("X-Served-By")).isEqualTo("Jürgen");
		assertThat(plain.header("Cache-Control")).isEqualTo("no-store");
	}

	@ParameterizedTest
	@CsvSource(quoteCharacter = '"',
			value = { "Micro-Error, x", "x-micro-id, x", "content-type, text/html", "Content-Length, 3",
					"Transfer-Encoding, chunked", "Connection, close", ":status, 302", "\"\", x", "X Y, x", "X:Y, x",
					"\"X\r\nSet-Cookie\", x", "X-Ok, \"a\r\nSet-Cookie: b\"", "X-Ok, \"a\u0000b\"",
					"X-Ok, \"a\u007fb\"" })
	void illegalResponseHeaderIsRefused(String name, String value) throws Exception {
		Message request = new Message(
				Metadata.of(Headers.ENDPOINT, "Say.Set", Headers.CONTENT_TYPE, "application/json"),
				io.microspring.codec.Codec.json()
					.write(io.microspring.codec.Codec.Header.of(io.microspring.codec.Codec.Kind.REQUEST),
							List.of(name, value))
					.body());

		Message answer = exchange(request);

		assertThat(text(answer)).startsWith("\"The header ");
		assertThat(answer.header("Set-Cookie")).isNull();
	}

	private Message exchange(Message request) throws InterruptedException {
		this.socket.send(request);
		return this.inbox.take(PATIENCE);
	}

	private void assertNextCallWorks() throws InterruptedException {
		Message answer = exchange(json(Metadata.of(Headers.ENDPOINT, "Say.Hello", Headers.ID, "10")));
		assertThat(text(answer)).isEqualTo("{\"text\":\"Hello John\"}\n");
	}

	private static Message event(String header, String topic) {
		return new Message(Metadata.of(header, topic, Headers.ID, "9", Headers.CONTENT_TYPE, "application/json"),
				"{\"text\":\"hi\"}".getBytes(StandardCharsets.UTF_8));
	}

	private static Message json(Metadata headers) {
		return new Message(headers.with(Headers.CONTENT_TYPE, "application/json"),
				"{\"text\":\"John\"}".getBytes(StandardCharsets.UTF_8));
	}

	private static String text(Message message) {
		return new String(message.body(), StandardCharsets.UTF_8);
	}

	public record Text(String text) {
	}

	@SuppressWarnings("unused")
	public static final class Say {

		public Text hello(Text text) {
			return new Text("Hello " + text.text());
		}

		public void echo(io.microspring.call.Stream<Text, Text> stream) {
			stream.received().forEach(stream::send);
		}

		public Text headers(Text text, Call call) {
			call.responseHeader("X-Served-By", "Jürgen");
			call.responseHeader("Cache-Control", "no-store");
			return text;
		}

		public String set(List<String> header, Call call) {
			try {
				call.responseHeader(header.get(0), header.get(1));
				return "accepted";
			}
			catch (IllegalArgumentException ex) {
				return ex.getMessage();
			}
		}

	}

}
