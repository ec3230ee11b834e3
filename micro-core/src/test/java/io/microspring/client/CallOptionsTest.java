package io.microspring.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import io.microspring.call.MicroEndpoint;
import io.microspring.call.Stream;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.errors.MicroException;
import io.microspring.registry.Registry;
import io.microspring.selector.Filter;
import io.microspring.server.Call;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What is said of calls: by the call itself, of its endpoint, of its service, and of all.
 */
class CallOptionsTest {

	private static final CallOptions NONE = CallOptions.defaults();

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private final List<Server> servers = new ArrayList<>();

	private final Queue<String> order = new ConcurrentLinkedQueue<>();

	@BeforeEach
	void start() {
		this.servers.add(server("one", true));
	}

	@AfterEach
	void stop() {
		this.servers.forEach(Server::close);
		this.transport.close();
		this.registry.close();
	}

	@Test
	void theNearestWordCounts() {
		ClientOptions options = ClientOptions.defaults()
			.withCalls(NONE.withTimeout(minutes(10)).withMetadata("X-All", "all").withMetadata("X-Who", "all"))
			.withService("shown", NONE.withTimeout(minutes(20)).withMetadata("X-Who", "service"))
			.withEndpoint("shown", "Show.Minutes", NONE.withTimeout(minutes(30)).withMetadata("X-Who", "endpoint"))
			.withService("other", NONE.withTimeout(minutes(99)));
		try (Client client = client(options)) {
			CallOptions call = NONE.withTimeout(minutes(40)).withMetadata("X-Who", "call");

			assertThat(client.call(minutes("x"), Integer.class)).isEqualTo(30);
			assertThat(client.call(minutes("x"), Integer.class, call)).isEqualTo(40);
			assertThat(client.call(header("X-Who"), String.class)).isEqualTo("service");
			assertThat(client.call(header("X-Who"), String.class, call)).isEqualTo("call");
			assertThat(client.call(header("X-All"), String.class, call)).isEqualTo("all");
			assertThat(client.callAsync(minutes("x"), Integer.class, NONE).join()).isEqualTo(30);

			client.reconfigure(options.withEndpoint("shown", "Show.Minutes", NONE));
			assertThat(client.call(minutes("x"), Integer.class)).isEqualTo(20);
			client.reconfigure(options.withEndpoint("shown", "Show.Minutes", NONE).withService("shown", NONE));
			assertThat(client.call(minutes("x"), Integer.class)).isEqualTo(10);
		}
	}

	@Test
	void nearerVersionTakesThePlaceOfTheFartherAndFiltersAddUp() {
		CallOptions all = NONE.withVersion(CallOptions.NEWEST).withFilter(Filter.metadata("zone", "eu"));
		CallOptions service = NONE.withFilter(Filter.endpoint("Say.Hello")).withVersion("1.9");

		assertThat(all.filters()).hasToString("[newest version, metadata zone=eu]");
		assertThat(service.over(all).filters()).hasToString("[version 1.9, metadata zone=eu, endpoint Say.Hello]");
		assertThat(NONE.withRetries(2).over(service).over(all).filters()).isEqualTo(service.over(all).filters());
		assertThat(NONE.withVersion("").over(all).filters()).hasToString("[metadata zone=eu]");
	}

	@Test
	void whatIsSaidIsPutTogetherOnceAndNotForEachCall() {
		CallDefaults defaults = new CallDefaults(
				ClientOptions.defaults().withService("shown", NONE.withRetries(3)).withEndpoint("shown", "E", NONE));
		CallOptions call = NONE.withRetries(7).withMetadata("a", "b");

		assertThat(defaults.of("shown", "F")).isSameAs(defaults.of("shown", "F"));
		assertThat(defaults.of("none", "F")).isSameAs(defaults.options().calls());
		assertThat(NONE.over(defaults.of("shown", "F"))).isSameAs(defaults.of("shown", "F"));
		assertThat(call.over(defaults.of("shown", "F"))).isSameAs(call.over(defaults.of("shown", "F")));
		assertThat(call.over(defaults.of("shown", "F")).withRetries(8).retries()).isEqualTo(8);
		assertThat(call.over(defaults.of("none", "F")).retries()).isEqualTo(7);
		assertThat(defaults.of("shown", "E").retries()).isEqualTo(3);
	}

	@Test
	void eachWayToCallGoesByThem() {
		ClientOptions options = ClientOptions.defaults()
			.withService("shown", NONE.withTimeout(minutes(20)).withStreamTimeout(minutes(25)))
			.withEndpoint("shown", "Show.Minutes", NONE.withTimeout(minutes(30)));
		CallOptions own = NONE.withTimeout(minutes(40));
		try (Client client = client(options)) {
			ShowClient show = client.proxy("shown", ShowClient.class);

			assertThat(show.minutes("x")).isEqualTo(30);
			assertThat(show.minutes("x", own)).isEqualTo(40);
			assertThat(show.later("x").toCompletableFuture().join()).isEqualTo(30);
			assertThat(show.later("x", own).toCompletableFuture().join()).isEqualTo(40);
			assertThat(show.mono("x").block()).isEqualTo(30);
			assertThat(show.mono("x", own).block()).isEqualTo(40);
			assertThat(show.flux("x").collectList().block()).containsExactly(25);
			assertThat(show.flux("x", own).collectList().block()).containsExactly(40);
			assertThat(show.declared("x")).isEqualTo(30);

			Mono<Integer> kept = show.mono("x");
			client.reconfigure(ClientOptions.defaults().withTimeout(minutes(60)));
			assertThat(kept.block()).isEqualTo(60);
			assertThat(show.minutes("x", own)).isEqualTo(40);
			assertThat(show.declared("x")).isEqualTo(50);
			assertThat(show.flux("x").collectList().block()).containsExactly(Integer.MAX_VALUE);
			assertThat(client.proxy("shown", ShowClient.class, own).mono("x").block()).isEqualTo(40);
		}
	}

	@Test
	void timeoutChangedWhileRunningIsThatOfTheNextCall() {
		try (Client client = client(ClientOptions.defaults().withTimeout(minutes(1)))) {
			CompletableFuture<String> before = client.callAsync(Request.of("shown", "Show.Wait", "1500"), String.class,
					NONE);
			client.reconfigure(client.options().withTimeout(Duration.ofMillis(200)));

			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(Request.of("shown", "Show.Wait", "20000"), String.class))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(408));
			assertThat(before.join()).isEqualTo("waited 1500");
		}
	}

	@Test
	void optionsMayBeChangedWhileCallsAreMade() {
		try (Client client = client(ClientOptions.defaults())) {
			List<CompletableFuture<Integer>> answers = new ArrayList<>();
			for (int i = 0; i < 200; i++) {
				client.reconfigure(client.options()
					.withTimeout(minutes(10 + i))
					.withMultiplex(i % 2 == 0)
					.withPool(i % 5, Duration.ofSeconds(1 + i)));
				answers.add(client.callAsync(minutes("x"), Integer.class, NONE));
			}
			for (int i = 0; i < 200; i++) {
				assertThat(answers.get(i).join()).isEqualTo(10 + i);
			}
		}
	}

	@Test
	void executorIsKept() {
		try (Client client = client(ClientOptions.defaults())) {
			ClientOptions other = ClientOptions.defaults().withExecutor(ExecutorMode.DIRECT).withTimeout(minutes(7));

			assertThatThrownBy(() -> client.reconfigure(other)).isInstanceOf(IllegalArgumentException.class)
				.hasMessageContaining("DIRECT");
			assertThat(client.call(minutes("x"), Integer.class)).isZero();
		}
	}

	@Test
	void addressesTakeThePlaceOfTheRegistry() {
		this.servers.add(server("two", false));
		String[] both = this.servers.stream().map(Server::address).toArray(String[]::new);
		ClientOptions options = ClientOptions.defaults().withService("elsewhere", NONE.withAddress(both));
		Request request = Request.of("elsewhere", "Show.Name", "x");
		Set<String> names = ConcurrentHashMap.newKeySet();
		try (Client client = client(options)) {
			for (int i = 0; i < 200 && names.size() < 2; i++) {
				names.add(client.call(request, String.class));
			}
			assertThat(names).containsExactlyInAnyOrder("one", "two");
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(request, String.class, NONE.withAddress()))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(404));
		}
	}

	@Test
	void deadAddressIsLeftForAnother() {
		CallOptions options = NONE.withAddress("127.0.0.1:1", this.servers.get(0).address());
		try (Client client = client(ClientOptions.defaults())) {
			// More often than a budget pays for retries: what is dead is left alone.
			for (int i = 0; i < 100; i++) {
				assertThat(client.call(Request.of("elsewhere", "Show.Name", "x"), String.class, options))
					.isEqualTo("one");
				try (Stream<String, Integer> stream = client.stream(Request.of("elsewhere", "Show.Left", "x"),
						Integer.class, options)) {
					assertThat(stream.receive()).isEqualTo(Integer.MAX_VALUE);
				}
			}
		}
	}

	@Test
	@Timeout(60)
	void diallingTakesNoLongerThanItMay() throws IOException {
		InetAddress here = InetAddress.getLoopbackAddress();
		List<Socket> waiting = new ArrayList<>();
		try (ServerSocket full = new ServerSocket(0, 1, here);
				Client client = client(ClientOptions.defaults()
					.withCalls(NONE.withTimeout(minutes(10)).withDialTimeout(minutes(10)).withRetries(0))
					.withService("full", NONE.withAddress("127.0.0.1:" + full.getLocalPort())
						.withDialTimeout(Duration.ofMillis(200))))) {
			// Nobody accepts: once its queue is full, the next connection hangs.
			assertThatThrownBy(() -> {
				for (int i = 0; i < 100; i++) {
					Socket socket = new Socket();
					waiting.add(socket);
					socket.connect(full.getLocalSocketAddress(), 500);
				}
			}).isInstanceOf(SocketTimeoutException.class);

			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(Request.of("full", "Show.Name", "x"), String.class))
				.withMessageContaining("connection error");
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.stream(Request.of("full", "Show.Left", "x"), Integer.class, NONE))
				.withMessageContaining("connection error");
		}
		finally {
			for (Socket socket : waiting) {
				socket.close();
			}
		}
	}

	@Test
	void interceptorsAreCalledFromTheOutsideIn() {
		ClientOptions options = ClientOptions.defaults()
			.withCalls(NONE.withInterceptor(noting("all")))
			.withService("shown", NONE.withInterceptor(noting("service")))
			.withEndpoint("shown", "Show.Name", NONE.withInterceptor(noting("endpoint")));
		try (Client client = Client.builder(this.registry)
			.transport(this.transport)
			.options(options)
			.intercept(noting("client"))
			.build()) {
			client.call(Request.of("shown", "Show.Name", "x"), String.class, NONE.withInterceptor(noting("call")));
			assertThat(this.order).containsExactly("client", "all", "service", "endpoint", "call");
		}
	}

	@Test
	void interceptorMayPutOtherOptionsInTheirPlace() {
		CallInterceptor patient = (next) -> (call) -> next.call(call.withOptions(NONE.withTimeout(minutes(60))));
		CallInterceptor labels = (
				next) -> (call) -> next.call(call.withOptions(call.options().withMetadata("X-Who", "interceptor")));
		try (Client client = client(
				ClientOptions.defaults().withService("shown", NONE.withTimeout(minutes(20)).withAddress(address())))) {
			assertThat(client.call(minutes("x"), Integer.class, NONE.withInterceptor(patient))).isEqualTo(60);
			assertThat(client.call(header("X-Who"), String.class, NONE.withInterceptor(labels)))
				.isEqualTo("interceptor");
			assertThat(client.call(minutes("x"), Integer.class, NONE.withInterceptor(labels))).isEqualTo(20);
		}
	}

	@Test
	void contentTypeAndProtocolOfAServiceAreSpoken() {
		ClientOptions options = ClientOptions.defaults()
			.withService("shown", NONE.withProtocol("grpc").withContentType("application/grpc+json"));
		try (Client client = client(options)) {
			assertThat(client.call(header("Content-Type"), String.class)).isEqualTo("application/grpc+json");
			assertThat(client.call(header("Content-Type"), String.class,
					NONE.withProtocol("mucp").withContentType("application/json")))
				.isEqualTo("application/json");
		}
	}

	@Test
	void neitherTimeoutsNorRetriesAreLessThanNothing() {
		assertThatThrownBy(() -> NONE.withTimeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
		assertThatThrownBy(() -> NONE.withDialTimeout(Duration.ofSeconds(-1)))
			.isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("PT-1S");
		assertThatThrownBy(() -> NONE.withRetries(-1)).isInstanceOf(IllegalArgumentException.class);
	}

	private CallInterceptor noting(String name) {
		return (next) -> (call) -> {
			this.order.add(name);
			return next.call(call);
		};
	}

	private Client client(ClientOptions options) {
		return Client.builder(this.registry).transport(this.transport).options(options).build();
	}

	private String address() {
		return this.servers.get(0).address();
	}

	private static Duration minutes(int minutes) {
		return Duration.ofMinutes(minutes);
	}

	private static Request minutes(String body) {
		return Request.of("shown", "Show.Minutes", body);
	}

	private static Request header(String name) {
		return Request.of("shown", "Show.Header", name);
	}

	private Server server(String name, boolean registered) {
		Server server = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("shown")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build()
			.handle(Handler.of("Show", new Show(name)));
		server.start();
		if (registered) {
			server.register();
		}
		return server;
	}

	interface ShowClient {

		int minutes(String text);

		int minutes(String text, CallOptions options);

		@MicroEndpoint(name = "Minutes")
		CompletionStage<Integer> later(String text);

		@MicroEndpoint(name = "Minutes")
		CompletionStage<Integer> later(String text, CallOptions options);

		@MicroEndpoint(name = "Minutes")
		Mono<Integer> mono(String text);

		@MicroEndpoint(name = "Minutes")
		Mono<Integer> mono(String text, CallOptions options);

		@MicroEndpoint(name = "Left")
		Flux<Integer> flux(String text);

		@MicroEndpoint(name = "Left")
		Flux<Integer> flux(String text, CallOptions options);

		@MicroEndpoint(name = "Minutes", timeout = "50m")
		int declared(String text);

	}

	/** Tells how it was called. */
	@SuppressWarnings("unused")
	public static final class Show {

		private final String name;

		Show(String name) {
			this.name = name;
		}

		public int minutes(String text, Call call) {
			return left(call);
		}

		public Flux<Integer> left(String text, Call call) {
			return Flux.just(left(call));
		}

		public String header(String name, Call call) {
			return call.metadata().getOrDefault(name, "none");
		}

		public String name(String text) {
			return this.name;
		}

		public CompletionStage<String> wait(String millis) {
			return CompletableFuture.supplyAsync(() -> "waited " + millis,
					CompletableFuture.delayedExecutor(Long.parseLong(millis), TimeUnit.MILLISECONDS));
		}

		/** In whole minutes, up. */
		private static int left(Call call) {
			return call.deadline().isNone() ? Integer.MAX_VALUE
					: (int) Math.round(call.deadline().remainingNanos() / 60e9);
		}

	}

}
