package io.microspring.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.stream.IntStream;

import io.microspring.call.CallContext;
import io.microspring.call.MicroEndpoint;
import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.errors.MicroException;
import io.microspring.registry.Registry;
import io.microspring.selector.Selector;
import io.microspring.selector.Strategy;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A server and a client that meet over HTTP on loopback.
 */
@ParameterizedClass
@EnumSource(names = { "HTTP", "MUX" })
class ServerAndClientTest {

	private final Registry registry = Registry.memory();

	private final Wire wire;

	private final Transport transport = Transport.http();

	private Server server;

	private Client client;

	ServerAndClientTest(Wire wire) {
		this.wire = wire;
	}

	@BeforeEach
	void start() {
		this.server = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("greeter")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(5)))
			.build();
		this.server.handle(Handler.of(new Say()));
		this.server.start();
		this.server.register();
		this.client = Client.builder(this.registry).transport(this.transport).options(this.wire.client()).build();
		this.wire.warm(this.client, "greeter");
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.server.close();
		this.transport.close();
		this.registry.close();
	}

	@Test
	void callIsAnswered() {
		Reply reply = this.client.call(Request.of("greeter", "Say.Hello", new Name("John")), Reply.class);

		assertThat(reply).isEqualTo(new Reply("Hello John"));
	}

	@Test
	void typedProxyCallsInEachFlavour() {
		SayClient say = this.client.proxy("greeter", SayClient.class);

		assertThat(say.hello(new Name("A")).msg()).isEqualTo("Hello A");
		assertThat(say.later(new Name("B")).join().msg()).isEqualTo("Later B");
		try (Stream<Name, Reply> chat = say.chat()) {
			chat.send(new Name("C"));
			assertThat(chat.receive()).isEqualTo(new Reply("Hello C"));
			chat.send(new Name("D"));
			assertThat(chat.receive()).isEqualTo(new Reply("Hello D"));
			chat.closeSend();
			assertThat(chat.receive()).isNull();
		}
		try (Stream<Void, Reply> count = say.count(new Name("3"))) {
			assertThat(count.received()).extracting(Reply::msg).containsExactly("1", "2", "3");
		}
		Collector collector = new Collector();
		say.published(new Name("4")).subscribe(collector);
		assertThat(collector.all.join()).extracting(Reply::msg).containsExactly("1", "2", "3", "4");
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 127, 500, 3000 })
	void streamLosesNothingWhateverItsLength(int count) {
		try (Stream<Void, Reply> stream = this.client.proxy("greeter", SayClient.class)
			.count(new Name(Integer.toString(count)))) {
			assertThat(stream.received()).extracting(Reply::msg)
				.containsExactlyElementsOf(IntStream.rangeClosed(1, count).mapToObj(Integer::toString).toList());
		}
	}

	@Test
	void callerMaySendFarAheadOfAHandlerThatAnswersAtTheEnd() {
		int count = 2000;
		try (Stream<Name, Reply> stream = this.client.proxy("greeter", SayClient.class).total()) {
			for (int i = 0; i < count; i++) {
				stream.send(new Name("x"));
			}
			stream.closeSend();
			assertThat(stream.receive()).isEqualTo(new Reply(Integer.toString(count)));
			assertThat(stream.receive()).isNull();
		}
	}

	@Test
	void errorsTravelAsWhatTheyAre() {
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> call("bad"))
			.satisfies((ex) -> assertThat(ex.toText())
				.isEqualTo("{\"id\":\"greeter\",\"code\":400,\"detail\":\"bad name\",\"status\":\"Bad Request\"}"));
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> call("declared")).satisfies((ex) -> {
			assertThat(ex.isPlain()).isTrue();
			assertThat(ex.detail()).isEqualTo("out of names");
		});
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> call("fault")).satisfies((ex) -> {
			assertThat(ex.code()).isEqualTo(500);
			assertThat(ex.detail()).startsWith("internal error, reference ").doesNotContain("secret");
		});
		assertThat(call("fine")).isEqualTo("Hello fine");
	}

	@Test
	void unknownServiceNamesTheRegistryAndWhatLooksAlike() {
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> this.client.call(Request.of("greter", "Say.Hello", new Name("x")), Reply.class))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(404))
			.withMessageContaining("greter")
			.withMessageContaining("memory")
			.withMessageContaining("greeter");
	}

	@Test
	void handlerThatNeverReturnsIsAnsweredAtTheDeadline() {
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> this.client.call(Request.of("greeter", "Say.Hello", new Name("never")), Reply.class,
					CallOptions.defaults().withTimeout(Duration.ofMillis(200))))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(408));
		assertThat(call("next")).isEqualTo("Hello next");
	}

	@Test
	void deadlineShrinksThroughNestedCalls() {
		Handler outer = Handler.named("Outer")
			.unary("Left", Name.class, Reply.class,
					(call) -> this.client.call(Request.of("greeter", "Say.Left", new Name("x")), Reply.class))
			.build();
		this.server.handle(outer);

		Reply reply = this.client.call(Request.of("greeter", "Outer.Left", new Name("x")), Reply.class,
				CallOptions.defaults().withTimeout(Duration.ofSeconds(2)));

		assertThat(Duration.parse(reply.msg())).isPositive().isLessThan(Duration.ofSeconds(2));
	}

	@Test
	void curlGetsPlainJson() throws Exception {
		HttpResponse<String> hello = post("/Say/Hello", "{\"name\":\"John\"}");
		assertThat(hello.statusCode()).isEqualTo(200);
		assertThat(hello.body().trim()).isEqualTo("{\"msg\":\"Hello John\"}");

		HttpResponse<String> bad = post("/Say/Hello", "{\"name\":\"bad\"}");
		assertThat(bad.statusCode()).isEqualTo(400);
		assertThat(bad.body()).contains("\"detail\":\"bad name\"");

		HttpResponse<String> unknown = post("/Say/Nope", "{}");
		assertThat(unknown.statusCode()).isEqualTo(404);
		assertThat(unknown.body()).contains("/Say/Hello");

		HttpResponse<String> undecodable = post("/Say/Hello", "{\"name\":");
		assertThat(undecodable.statusCode()).isEqualTo(400);
	}

	@Test
	void closingWaitsForCallsUnderWay() {
		CompletableFuture<Reply> slow = this.client.callAsync(Request.of("greeter", "Say.Hello", new Name("slow")),
				Reply.class, CallOptions.defaults());
		org.awaitility.Awaitility.await().until(() -> this.server.stats().inFlight() == 1);

		this.server.close();

		assertThat(slow.join().msg()).isEqualTo("Hello slow");
		assertThat(this.registry.get("greeter")).isEmpty();
	}

	@Test
	void roundRobinGoesOnAcrossCalls() {
		Registry two = Registry.memory();
		List<Server> servers = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			String name = "node" + i;
			Server node = Server.builder(two)
				.transport(this.transport)
				.options(ServerOptions.named("nodes")
					.withAddress("127.0.0.1:0")
					.withShutdown(Duration.ZERO, Duration.ZERO))
				.build()
				.handle(Handler.named("Who").unary("Am", Name.class, Reply.class, (call) -> new Reply(name)).build());
			node.start();
			node.register();
			servers.add(node);
		}
		Selector selector = Selector.of(two, Strategy.roundRobin());
		try (Client caller = Client.builder(two).selector(selector).transport(this.transport).build()) {
			List<String> answers = IntStream.range(0, 9)
				.mapToObj((i) -> caller.call(Request.of("nodes", "Who.Am", new Name("")), Reply.class).msg())
				.toList();
			assertThat(answers.subList(0, 3)).doesNotHaveDuplicates();
			assertThat(answers.subList(3, 6)).isEqualTo(answers.subList(0, 3));
			assertThat(answers.subList(6, 9)).isEqualTo(answers.subList(0, 3));
		}
		servers.forEach(Server::close);
	}

	private String call(String name) {
		return this.client.call(Request.of("greeter", "Say.Hello", new Name(name)), Reply.class).msg();
	}

	private HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://" + this.server.address() + path))
				.header("Content-Type", "application/json")
				.POST(HttpRequest.BodyPublishers.ofString(json))
				.build(), HttpResponse.BodyHandlers.ofString());
	}

	public record Name(String name) {
	}

	public record Reply(String msg) {
	}

	interface SayClient {

		Reply hello(Name name);

		CompletableFuture<Reply> later(Name name);

		Stream<Name, Reply> chat();

		Stream<Name, Reply> total();

		Stream<Void, Reply> count(Name name);

		@MicroEndpoint(name = "Count")
		Flow.Publisher<Reply> published(Name name);

	}

	static final class OutOfNames extends Exception {

		private static final long serialVersionUID = 1L;

		OutOfNames() {
			super("out of names");
		}

	}

	@SuppressWarnings("unused")
	static class Say {

		public Reply hello(Name name) throws OutOfNames, InterruptedException {
			switch (name.name()) {
				case "bad" -> throw MicroException.badRequest("greeter", "bad name");
				case "declared" -> throw new OutOfNames();
				case "fault" -> throw new IllegalStateException("secret");
				case "never" ->
					new java.util.concurrent.CountDownLatch(1).await(5, java.util.concurrent.TimeUnit.SECONDS);
				case "slow" ->
					new java.util.concurrent.CountDownLatch(1).await(300, java.util.concurrent.TimeUnit.MILLISECONDS);
				default -> {
				}
			}
			return new Reply("Hello " + name.name());
		}

		public CompletableFuture<Reply> later(Name name) {
			return CompletableFuture.supplyAsync(() -> new Reply("Later " + name.name()));
		}

		public void chat(Stream<Reply, Name> stream) {
			for (Name name : stream.received()) {
				stream.send(new Reply("Hello " + name.name()));
			}
		}

		public void total(Stream<Reply, Name> stream) {
			int total = 0;
			for (Name name : stream.received()) {
				total += name.name().length();
			}
			stream.send(new Reply(Integer.toString(total)));
		}

		public void count(Name name, Stream<Reply, Name> stream) {
			for (int i = 1; i <= Integer.parseInt(name.name()); i++) {
				stream.send(new Reply(Integer.toString(i)));
			}
		}

		public Reply left(Name name, Call call) {
			return new Reply(CallContext.current().deadline().remaining().toString());
		}

	}

	private static final class Collector implements Flow.Subscriber<Reply> {

		private final List<Reply> received = new ArrayList<>();

		private final CompletableFuture<List<Reply>> all = new CompletableFuture<>();

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(Reply item) {
			this.received.add(item);
		}

		@Override
		public void onError(Throwable throwable) {
			this.all.completeExceptionally(throwable);
		}

		@Override
		public void onComplete() {
			this.all.complete(this.received);
		}

	}

}
