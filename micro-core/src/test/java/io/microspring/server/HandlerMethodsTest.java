package io.microspring.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

import io.microspring.call.MicroEndpoint;
import io.microspring.call.Stream;
import io.microspring.client.Client;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.errors.MicroException;
import io.microspring.hidden.PublicSay;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Registry;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which methods are endpoints, and that each of them is called as it is written.
 */
class HandlerMethodsTest {

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private Server server;

	private Client client;

	@BeforeEach
	void start() {
		this.server = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("all")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build();
		this.client = Client.builder(this.registry).transport(this.transport).build();
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.server.close();
		this.transport.close();
		this.registry.close();
	}

	@Test
	void everySupportedSignatureHasItsKindAndTypes() {
		assertThat(Handler.of(new Signatures()).endpoints()).extracting(HandlerMethodsTest::described)
			.containsExactly("Async: Text -> Text UNARY", "AsyncVoid: Text -> Void UNARY", "Both: Text -> Integer BIDI",
					"BothFlux: Text -> Integer BIDI", "ByHand: Text -> Integer SERVER_STREAM",
					"Chat: Text -> Integer BIDI", "Flow: Text -> Integer SERVER_STREAM",
					"Flux: Text -> Integer SERVER_STREAM", "Mono: Text -> Text UNARY", "MonoVoid: Text -> Void UNARY",
					"NoRequest: Void -> Text UNARY", "NoRequestFlow: Void -> Integer SERVER_STREAM",
					"Nothing: Void -> Void UNARY", "Plain: Text -> Text UNARY", "PlainVoid: Text -> Void UNARY",
					"WithCall: Text -> Text UNARY");
	}

	@Test
	void valuesOfEachKindAreTakenAndAnswered() {
		serve(Handler.of("Values", new Values()));
		ValuesClient values = this.client.proxy("all", ValuesClient.class);

		assertThat(values.twice(21)).isEqualTo(42);
		assertThat(values.half(5L)).isEqualTo(2.5);
		assertThat(values.shout("hi")).isEqualTo("HI");
		assertThat(values.now()).isEqualTo("now");
		assertThat(values.who("x")).isEqualTo("Values.Who x");
		values.nothing("x");
		assertThat(values.reversed(List.of(new Text("a"), new Text("b")))).containsExactly(new Text("b"),
				new Text("a"));
		assertThat(values.sums(Map.of("a", List.of(1, 2), "b", List.of()))).containsOnly(Map.entry("a", 3),
				Map.entry("b", 0));
		assertThat(values.bytes(new byte[] { 1, 2, 3 })).containsExactly(3, 2, 1);
	}

	@Test
	void inheritedOverriddenAndDefaultMethodsAreEndpoints() {
		Handler handler = Handler.of("Say", new Child());

		assertThat(handler.endpoints()).extracting(HandlerMethodsTest::described)
			.containsExactly("Echo: Text -> Text UNARY", "EchoAll: List<Text> -> List<Text> UNARY",
					"Greet: Text -> Text UNARY", "Own: Text -> Text UNARY", "Polite: Text -> Text UNARY");
		serve(handler);
		SayClient say = this.client.proxy("all", SayClient.class);
		assertThat(say.echo(new Text("a"))).isEqualTo(new Text("a"));
		assertThat(say.echoAll(List.of(new Text("a")))).containsExactly(new Text("a"));
		assertThat(say.greet(new Text("a"))).isEqualTo(new Text("Child a"));
		assertThat(say.polite(new Text("a"))).isEqualTo(new Text("Dear Child a"));
	}

	@Test
	void publicMethodsOfHiddenClassesAreEndpoints() {
		serve(Handler.of("Say", new PublicSay()));

		assertThat(this.server.handlers().get(0).endpoints()).extracting(EndpointHandler::name)
			.containsExactly("Greet", "Own");
		assertThat(this.client.proxy("all", GreetClient.class).greet("x")).isEqualTo("Hidden x");
	}

	@Test
	void whatEveryObjectHasIsNoEndpoint() {
		assertThat(Handler.of("Say", new Described("x")).endpoints()).extracting(EndpointHandler::name)
			.containsExactly("Prefix", "Say");
	}

	@Test
	void annotationNamesHidesAndDescribes() {
		serve(Handler.of("Say", new Annotated()));

		List<Endpoint> endpoints = this.server.service().endpoints();

		assertThat(endpoints).extracting(Endpoint::name)
			.containsExactly("Say.FromInterface", "Say.Renamed", "Say.Stream");
		assertThat(endpoints.get(1).metadata()).isEqualTo(Map.of("path", "/a=b", "owner", "me", "idempotent", "true"));
		assertThat(endpoints.get(2).metadata()).isEqualTo(Map.of("stream", "true"));
	}

	@Test
	void directEndpointRunsOnTheThreadOfTheTransport() {
		serve(Handler.of("Where", new Where()));
		WhereClient where = this.client.proxy("all", WhereClient.class);

		assertThat(where.direct()).startsWith("micro-http");
		assertThat(where.elsewhere()).startsWith("micro-all");
	}

	@Test
	void futureThatIsMissingIsAFault() {
		serve(Handler.of("Say", new Missing()));

		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> this.client.proxy("all", GreetClient.class).greet("x"))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(500));
	}

	private void serve(Handler handler) {
		this.server.handle(handler);
		this.server.start();
		this.server.register();
	}

	private static String described(EndpointHandler endpoint) {
		return endpoint.name() + ": " + endpoint.requestType().getTypeName().replaceAll("[\\w.]+[.$]", "") + " -> "
				+ endpoint.responseType().getTypeName().replaceAll("[\\w.]+[.$]", "") + " " + endpoint.kind();
	}

	public record Text(String text) {
	}

	@SuppressWarnings("unused")
	public static class Signatures {

		public Text plain(Text text) {
			return text;
		}

		public void plainVoid(Text text) {
		}

		public Text withCall(Text text, Call call) {
			return text;
		}

		public Text noRequest() {
			return new Text("");
		}

		public void nothing(Call call) {
		}

		public CompletableFuture<Text> async(Text text) {
			return CompletableFuture.completedFuture(text);
		}

		public CompletionStage<Void> asyncVoid(Text text) {
			return CompletableFuture.completedFuture(null);
		}

		public Mono<Text> mono(Text text, Call call) {
			return Mono.just(text);
		}

		public Mono<Void> monoVoid(Text text) {
			return Mono.empty();
		}

		public Flow.Publisher<Integer> flow(Text text) {
			return (subscriber) -> {
			};
		}

		public Flux<Integer> flux(Text text, Call call) {
			return Flux.empty();
		}

		public Flow.Publisher<Integer> noRequestFlow() {
			return (subscriber) -> {
			};
		}

		public void byHand(Text text, Stream<Integer, Text> stream, Call call) {
		}

		public void chat(Stream<Integer, Text> stream) {
		}

		public Flow.Publisher<Integer> both(Flow.Publisher<Text> texts) {
			return (subscriber) -> {
			};
		}

		public Flux<Integer> bothFlux(Flux<? extends Text> texts, Call call) {
			return Flux.empty();
		}

	}

	interface ValuesClient {

		int twice(int number);

		double half(long number);

		String shout(String text);

		String now();

		String who(String text);

		void nothing(String text);

		List<Text> reversed(List<Text> texts);

		Map<String, Integer> sums(Map<String, List<Integer>> numbers);

		byte[] bytes(byte[] bytes);

	}

	@SuppressWarnings("unused")
	static class Values {

		public int twice(int number) {
			return 2 * number;
		}

		public double half(long number) {
			return number / 2.0;
		}

		public String shout(String text) {
			return text.toUpperCase(java.util.Locale.ROOT);
		}

		public String now() {
			return "now";
		}

		public String who(String text, Call call) {
			return call.endpoint() + " " + call.request();
		}

		public void nothing(String text) {
		}

		public List<Text> reversed(List<Text> texts) {
			List<Text> reversed = new ArrayList<>(texts);
			Collections.reverse(reversed);
			return reversed;
		}

		public Map<String, Integer> sums(Map<String, List<Integer>> numbers) {
			return numbers.entrySet()
				.stream()
				.collect(java.util.stream.Collectors.toMap(Map.Entry::getKey,
						(entry) -> entry.getValue().stream().mapToInt(Integer::intValue).sum()));
		}

		public byte[] bytes(byte[] bytes) {
			return new byte[] { bytes[2], bytes[1], bytes[0] };
		}

	}

	interface Echoing<T> {

		default T echo(T value) {
			return value;
		}

		default List<T> echoAll(List<T> values) {
			return values;
		}

	}

	abstract static class Parent<T> implements Echoing<T> {

		public abstract Text greet(T value);

		public Text polite(T value) {
			return new Text("Dear " + greet(value).text());
		}

	}

	@SuppressWarnings("unused")
	static class Child extends Parent<Text> {

		@Override
		public Text greet(Text text) {
			return new Text("Child " + text.text());
		}

		public Text own(Text text) {
			return text;
		}

	}

	interface SayClient extends Echoing<Text> {

		@Override
		Text echo(Text text);

		@Override
		List<Text> echoAll(List<Text> texts);

		Text greet(Text text);

		Text polite(Text text);

	}

	interface GreetClient {

		@MicroEndpoint(name = "Say.Greet")
		String greet(String text);

	}

	record Described(String prefix) implements AutoCloseable {

		public String say(String text) {
			return this.prefix + text;
		}

		@Override
		public void close() {
		}

		@Override
		public String toString() {
			return "described";
		}

	}

	interface Named {

		@MicroEndpoint(name = "FromInterface")
		String fromHere(String text);

		@MicroEndpoint(exposed = false)
		String hiddenByInterface(String text);

	}

	@SuppressWarnings("unused")
	static class Annotated implements Named {

		@MicroEndpoint(name = "Renamed", metadata = { "path=/a=b", "owner=me" }, idempotent = true)
		public String original(String text) {
			return text;
		}

		@MicroEndpoint(exposed = false)
		public String hidden(String one, String two) {
			return one;
		}

		public void stream(Stream<String, String> stream) {
		}

		@Override
		public String fromHere(String text) {
			return text;
		}

		@Override
		public String hiddenByInterface(String text) {
			return text;
		}

	}

	interface WhereClient {

		String direct();

		String elsewhere();

	}

	@SuppressWarnings("unused")
	static class Where {

		@MicroEndpoint(executor = ExecutorMode.DIRECT)
		public String direct() {
			return Thread.currentThread().getName();
		}

		public String elsewhere() {
			return Thread.currentThread().getName();
		}

	}

	@SuppressWarnings("unused")
	static class Missing {

		public CompletableFuture<String> greet(String text) {
			return null;
		}

	}

}
