package io.microspring.server;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.StringValue;
import io.microspring.call.Stream;
import io.microspring.errors.MicroException;
import io.microspring.registry.Registry;
import io.microspring.transport.HttpOptions;
import io.microspring.transport.Transport;
import io.microspring.transport.WebSocketClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Endpoints of every kind are called on a WebSocket, by the JDK's client.
 */
class WebSocketCallTest {

	private final Transport transport = Transport.http(HttpOptions.defaults().withMaxMessageSize(10_000));

	private final Say say = new Say();

	private final Server server = Server.builder(Registry.memory())
		.options(ServerOptions.named("greeter")
			.withAddress("127.0.0.1:0")
			.withShutdown(Duration.ZERO, Duration.ofMillis(100)))
		.transport(this.transport)
		.build();

	@BeforeEach
	void start() {
		this.server.handle(Handler.of("Say", this.say));
		this.server.start();
	}

	@AfterEach
	void stop() {
		this.say.release.countDown();
		this.server.close();
		this.transport.close();
	}

	@Test
	void unaryEndpointAnswersAndEnds() throws Exception {
		try (WebSocketClient client = call("/Say/Hello")) {
			assertThat(client.text("{\"name\":\"Bob\"}").hear().trim()).isEqualTo("{\"msg\":\"Hello Bob\"}");
			assertThat(client.hear()).isEqualTo("closed: 1000");
		}
	}

	@Test
	void binaryFramesAreProtobufAndAnsweredInKind() throws Exception {
		String name = new String(StringValue.of("Bob").toByteArray());
		String greeting = new String(StringValue.of("Hello Bob").toByteArray());
		try (WebSocketClient client = call("/Say/Proto")) {
			assertThat(client.binary(name).hear()).isEqualTo("binary:" + greeting);
			assertThat(client.hear()).isEqualTo("closed: 1000");
		}
		try (WebSocketClient client = call("/Say/Proto")) {
			assertThat(client.text("\"Bob\"").hear().trim()).isEqualTo("\"Hello Bob\"");
		}
	}

	@Test
	void halfCloseWithoutAMessageIsTheEmptyMessageOfProtobuf() throws Exception {
		try (WebSocketClient client = call("/Say/Proto")) {
			assertThat(client.halfClose().hear())
				.isEqualTo("binary:" + new String(StringValue.of("Hello ").toByteArray()));
			assertThat(client.hear()).isEqualTo("closed: 1000");
		}
	}

	@Test
	void endpointThatTakesNothingIsCalledByHalfClose() throws Exception {
		try (WebSocketClient client = call("/Say/Nothing")) {
			assertThat(client.halfClose().hear()).contains("nothing taken");
			assertThat(client.hear()).isEqualTo("closed: 1000");
		}
	}

	@Test
	void serverStreamSendsFramesAndEnds() throws Exception {
		try (WebSocketClient client = call("/Say/Count")) {
			client.text("{\"name\":\"Bob\"}");
			for (int i = 0; i < 3; i++) {
				assertThat(client.hear().trim()).isEqualTo("{\"msg\":\"Bob " + i + "\"}");
			}
			assertThat(client.hear()).isEqualTo("closed: 1000");
		}
	}

	@Test
	void bidiStreamAnswersEachFrameUntilTheHalfClose() throws Exception {
		try (WebSocketClient client = call("/Say/Bidi")) {
			for (int i = 0; i < 5; i++) {
				assertThat(client.text("{\"name\":\"" + i + "\"}").hear().trim())
					.isEqualTo("{\"msg\":\"Hello " + i + "\"}");
			}
			assertThat(client.halfClose().hear().trim()).isEqualTo("{\"msg\":\"goodbye\"}");
			assertThat(client.hear()).isEqualTo("closed: 1000");
		}
	}

	@Test
	void callersCloseEndsABidiStream() throws Exception {
		try (WebSocketClient client = call("/Say/Bidi")) {
			assertThat(client.text("{\"name\":\"1\"}").hear()).contains("Hello 1");
			client.webSocket.sendClose(1000, "").join();
			assertThat(client.hear()).isEqualTo("closed: 1000");
			assertThat(this.say.ended.get(10, TimeUnit.SECONDS)).isEqualTo("well");
		}
	}

	@Test
	void callerThatVanishesEndsABidiStreamWithAnError() throws Exception {
		try (WebSocketClient client = call("/Say/Bidi")) {
			assertThat(client.text("{\"name\":\"1\"}").hear()).contains("Hello 1");
			client.webSocket.abort();
			assertThat(this.say.ended.get(10, TimeUnit.SECONDS)).contains("the caller has gone");
		}
	}

	@Test
	void errorIsOneTextFrameAndClose1011() throws Exception {
		try (WebSocketClient client = call("/Say/Hello")) {
			assertThat(client.text("{\"name\":\"error\"}").hear()).contains("\"code\":409", "\"detail\":\"taken\"");
			assertThat(client.hear()).isEqualTo("closed: 1011");
		}
		try (WebSocketClient client = call("/Say/Bidi")) {
			assertThat(client.text("{\"name\":\"1\"}").hear()).contains("Hello 1");
			assertThat(client.text("{\"name\":").hear()).contains("\"code\":400");
			assertThat(client.hear()).isEqualTo("closed: 1011");
		}
		try (WebSocketClient client = call("/Say/Hello")) {
			assertThat(client.text("{\"name\":\"fault\"}").hear()).contains("internal error, reference ")
				.doesNotContain("secret");
			assertThat(client.hear()).isEqualTo("closed: 1011");
		}
	}

	@Test
	void whatIsNoEndpointIsRefusedBeforeTheUpgrade() throws Exception {
		assertThat(WebSocketClient.refusal(this.server.address(), "/Say/Nope", Map.of())).isEqualTo(404);
		assertThat(WebSocketClient.refusal(this.server.address(), "/", Map.of())).isEqualTo(404);
	}

	@Test
	void messageOverTheLimitIsToldAndClosedWith1009() throws Exception {
		for (String path : new String[] { "/Say/Hello", "/Say/Bidi" }) {
			try (WebSocketClient client = call(path)) {
				client.webSocket.sendText("{\"name\":\"" + "x".repeat(11_000) + "\"}", true);
				assertThat(client.hear()).contains("\"code\":413");
				assertThat(client.hear()).isEqualTo("closed: 1009");
			}
		}
	}

	@Test
	void timeoutOfTheHandshakeIsTheCalls() throws Exception {
		try (WebSocketClient client = new WebSocketClient(this.server.address(), "/Say/Slow",
				Map.of("Timeout", "200000000"))) {
			client.text("{\"name\":\"Bob\"}");
			assertThat(client.hear()).contains("\"code\":408", "deadline exceeded");
			assertThat(client.hear()).isEqualTo("closed: 1011");
		}
	}

	@Test
	void headersOfTheHandshakeAreTheCallsMetadata() throws Exception {
		try (WebSocketClient client = new WebSocketClient(this.server.address(), "/Say/Metadata?a=b",
				Map.of("X-Tenant", "acme"))) {
			assertThat(client.text("{\"name\":\"X-Tenant\"}").hear()).contains("acme");
		}
		try (WebSocketClient client = call("/Say/Metadata")) {
			assertThat(client.text("{\"name\":\":protocol\"}").hear()).contains("none");
		}
	}

	@Test
	void secondMessageOfAUnaryCallIsNotTaken() throws Exception {
		try (WebSocketClient client = call("/Say/Slow")) {
			client.text("{\"name\":\"1\"}").text("{\"name\":\"2\"}");
			assertThat(client.hear()).contains("\"code\":400", "takes one message");
			assertThat(client.hear()).isEqualTo("closed: 1011");
		}
	}

	@Test
	void stoppingServerTellsItsStreams() throws Exception {
		try (WebSocketClient client = call("/Say/Bidi")) {
			assertThat(client.text("{\"name\":\"1\"}").hear()).contains("Hello 1");
			this.server.close();
			assertThat(client.hear()).contains("\"code\":503", "stopping");
			assertThat(client.hear()).isEqualTo("closed: 1011");
		}
	}

	private WebSocketClient call(String path) {
		return new WebSocketClient(this.server.address(), path, Map.of());
	}

	record Name(String name) {
	}

	record Greeting(String msg) {
	}

	static class Say {

		final CountDownLatch release = new CountDownLatch(1);

		final CompletableFuture<String> ended = new CompletableFuture<>();

		public Greeting hello(Name request) {
			if (request.name().equals("error")) {
				throw MicroException.of("greeter", 409, "taken");
			}
			if (request.name().equals("fault")) {
				throw new IllegalStateException("secret");
			}
			return new Greeting("Hello " + request.name());
		}

		public StringValue proto(StringValue name) {
			return StringValue.of("Hello " + name.getValue());
		}

		public Greeting nothing() {
			return new Greeting("nothing taken");
		}

		public Greeting metadata(Name request, Call call) {
			return new Greeting(call.metadata().getOrDefault(request.name(), "none"));
		}

		public Greeting slow(Name request) throws InterruptedException {
			this.release.await();
			return new Greeting("late");
		}

		public void count(Name request, Stream<Greeting, Name> stream) {
			for (int i = 0; i < 3; i++) {
				stream.send(new Greeting(request.name() + " " + i));
			}
		}

		public void bidi(Stream<Greeting, Name> stream) {
			try {
				for (Name name = stream.receive(); name != null; name = stream.receive()) {
					stream.send(new Greeting("Hello " + name.name()));
				}
				this.ended.complete("well");
			}
			catch (MicroException ex) {
				this.ended.complete(ex.getMessage());
				throw ex;
			}
			stream.send(new Greeting("goodbye"));
		}

	}

}
