package io.microspring.server;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.microspring.call.MicroEndpoint;
import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.client.Request;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.errors.MicroException;
import io.microspring.message.Metadata;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.transport.HttpOptions;
import io.microspring.transport.Listener;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Many calls at a time on one connection, between a server and a client of ours.
 */
class MultiplexTest {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final HttpOptions SMALL = HttpOptions.defaults().withMaxMessageSize(100_000);

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private final Echoes echoes = new Echoes();

	private final List<AutoCloseable> open = new ArrayList<>();

	private Server server;

	private Client client;

	@BeforeEach
	void start() {
		this.server = server(Transport.http(SMALL));
		this.client = client(Wire.MUX.client());
		Wire.MUX.warm(this.client, "echoes");
	}

	@AfterEach
	void stop() throws Exception {
		this.echoes.go.countDown();
		for (AutoCloseable each : this.open) {
			each.close();
		}
		this.transport.close();
		this.registry.close();
	}

	private Server server(Transport on) {
		Server made = Server.builder(this.registry)
			.transport(on)
			.options(ServerOptions.named("echoes")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(5)))
			.build()
			.handle(Handler.of("Echo", this.echoes));
		made.start();
		made.register();
		this.open.add(made);
		this.open.add(on);
		return made;
	}

	private Client client(ClientOptions options) {
		Client made = Client.builder(this.registry).name("caller").transport(this.transport).options(options).build();
		this.open.add(0, made);
		return made;
	}

	private static Request request(String endpoint, String text) {
		return Request.of("echoes", "Echo." + endpoint, new Text(text));
	}

	private String call(String endpoint, String text) {
		return this.client.call(request(endpoint, text), Text.class).text();
	}

	@Test
	void manyCallsAtATimeShareAConnection() {
		int before = this.server.stats().connections();

		List<CompletableFuture<Text>> calls = IntStream.range(0, 500)
			.mapToObj((i) -> this.client.callAsync(request("Wait", "x" + i), Text.class, CallOptions.defaults()))
			.toList();
		await().until(() -> this.echoes.waiting.get() == 500);
		assertThat(this.server.stats().connections()).isEqualTo(before);
		this.echoes.go.countDown();

		for (int i = 0; i < calls.size(); i++) {
			assertThat(calls.get(i)).succeedsWithin(PATIENCE).isEqualTo(new Text("x" + i));
		}
	}

	@Test
	void handlersAreToldTheSameAsOverHttp() {
		CallOptions options = CallOptions.defaults()
			.withMetadata(Metadata.of("Tenant", "blue", "traceparent", "00-1-2-00"))
			.withTimeout(Duration.ofSeconds(3));
		this.client.call(request("Direct", "a"), Text.class, options);
		Metadata shared = this.echoes.metadata;
		Client other = client(Wire.HTTP.client());
		other.call(request("Direct", "a"), Text.class, options);
		Metadata alone = this.echoes.metadata;

		assertThat(new TreeSet<>(shared.names())).isEqualTo(named(alone));
		shared.forEach((name, value) -> {
			if (!List.of("Micro-Id", "Timeout", "Remote").contains(name)) {
				assertThat(value).as(name).isEqualTo(alone.get(name));
			}
		});
		assertThat(Long.parseLong(shared.get("Timeout"))).isPositive().isLessThanOrEqualTo(3_000_000_000L);
		assertThat(Long.parseLong(shared.get("Micro-Id"))).isPositive();
	}

	/** Beside what describes the message of HTTP. */
	private static TreeSet<String> named(Metadata metadata) {
		TreeSet<String> names = new TreeSet<>(metadata.names());
		names.removeAll(List.of("Content-Length", "Host", "User-Agent"));
		return names;
	}

	@Test
	void whoGivesUpTellsTheHandlerAndHarmsNobody() {
		CompletableFuture<Text> given = this.client.callAsync(request("Wait", "x"), Text.class, CallOptions.defaults());
		await().until(() -> this.echoes.waiting.get() == 1);
		Call handled = this.echoes.call;
		assertThat(handled.isCancelled()).isFalse();

		given.cancel(true);

		await().until(handled::isCancelled);
		assertThat(call("Direct", "next")).isEqualTo("next");
	}

	@Test
	void whatIsTooLargeIsRefusedAndTheConnectionGoesOn() {
		int before = this.server.stats().connections();
		for (int size : new int[] { 100_001, 150_000, 300_000 }) {
			assertThatExceptionOfType(MicroException.class).isThrownBy(() -> call("Direct", "x".repeat(size)))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(413));
		}

		assertThat(call("Direct", "x".repeat(90_000))).hasSize(90_000);
		assertThat(this.server.stats().connections()).isEqualTo(before);
	}

	@Test
	void streamThatIsNotReadHoldsBackNobodyElse() {
		try (Stream<Text, Text> stream = this.client.<Text, Text>stream(request("Endless", "x".repeat(10_000)),
				Text.class, CallOptions.defaults())) {
			assertThat(stream.receive()).isNotNull();
			await().until(() -> this.echoes.held());
			int sent = this.echoes.sent.get();
			for (int i = 0; i < 100; i++) {
				assertThat(call("Direct", "y" + i)).isEqualTo("y" + i);
			}
			assertThat(this.echoes.sent.get()).isEqualTo(sent);
			for (int i = 0; i < 1000; i++) {
				assertThat(stream.receive()).isNotNull();
			}
		}
	}

	@Test
	void nodeThatDoesNotGoOverIsCalledOverHttp() {
		Registry own = Registry.memory();
		Server older = Server.builder(own)
			.transport(new WithoutMultiplex(this.transport))
			.options(ServerOptions.named("older").withAddress("127.0.0.1:0"))
			.build()
			.handle(Handler.of("Echo", this.echoes));
		older.start();
		older.register();
		this.open.add(older);
		assertThat(own.get("older").get(0).nodes().get(0).metadata()).containsEntry("micro-mux", "frames");
		try (Client caller = Client.builder(own).transport(this.transport).build()) {
			for (int i = 0; i < 100; i++) {
				Text answer = caller.call(Request.of("older", "Echo.Direct", new Text("a")), Text.class);
				assertThat(answer).isEqualTo(new Text("a"));
			}
			assertThat(caller.stats().connectionsIdle()).isEqualTo(1);
			assertThat(caller.stats().retries()).isZero();
		}
	}

	@Test
	void callWhosePeerDiesFailsAndIsNotMadeAgain() throws Exception {
		AtomicInteger calls = new AtomicInteger();
		try (ServerSocket dying = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			DyingPeer.start(dying, calls);
			Registry own = Registry.memory();
			own.register(
					Service.of("dying", "latest",
							new Node("dying-1", "127.0.0.1:" + dying.getLocalPort(), Map.of("protocol", "mucp",
									"transport", "http", "micro-runtime", "java", "micro-mux", "frames"))),
					Duration.ofHours(1));
			try (Client caller = Client.builder(own).transport(this.transport).build()) {
				AtomicReference<MicroException> failure = new AtomicReference<>();
				await().until(() -> {
					try {
						// Answered as long as it goes over HTTP/1.1.
						caller.call(Request.of("dying", "A.B", new Text("")), Text.class);
					}
					catch (MicroException ex) {
						failure.set(ex);
					}
					return failure.get() != null;
				});
				assertThat(failure.get().code()).isEqualTo(500);
				assertThat(failure.get()).hasMessageContaining("closed before the answer came");
				assertThat(calls).hasValue(1);
			}
		}
	}

	@Test
	void serverThatStopsLosesNoCall() throws Exception {
		Server second = server(Transport.http());
		CountDownLatch end = new CountDownLatch(1);
		List<CompletableFuture<Integer>> callers = IntStream.range(0, 4)
			.mapToObj((i) -> CompletableFuture.supplyAsync(() -> {
				int made = 0;
				while (end.getCount() > 0) {
					assertThat(call((made % 2 == 0) ? "Direct" : "Default", "x")).isEqualTo("x");
					made++;
				}
				return made;
			}))
			.toList();
		await().until(() -> second.stats().handled() > 200 && this.server.stats().handled() > 200);

		this.server.close();
		long handled = second.stats().handled();
		await().until(() -> second.stats().handled() > handled + 200);
		end.countDown();

		for (CompletableFuture<Integer> caller : callers) {
			assertThat(caller).succeedsWithin(PATIENCE).satisfies((made) -> assertThat(made).isPositive());
		}
	}

	@Test
	void endpointThatStreamsIsNotCalled() {
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> call("Endless", "x"))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400));
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> call("Nope", "x"))
			.withMessageContaining("can't find method Nope");
	}

	public record Text(String text) {
	}

	/** A transport whose listeners do not go over, though they say so. */
	private record WithoutMultiplex(Transport http) implements Transport {

		@Override
		public String name() {
			return "http";
		}

		@Override
		public String multiplex() {
			return "frames";
		}

		@Override
		public CompletableFuture<Socket> dial(String address, Duration timeout) {
			return this.http.dial(address, timeout);
		}

		@Override
		public Listener listen(String address, Consumer<Socket> onAccept) {
			return this.http.listen(address, onAccept);
		}

		@Override
		public void close() {
			// whoever made it closes it
		}

	}

	@SuppressWarnings("unused")
	static final class Echoes {

		private final CountDownLatch go = new CountDownLatch(1);

		private final AtomicInteger waiting = new AtomicInteger();

		private final AtomicInteger sent = new AtomicInteger();

		private volatile long lastSent;

		private volatile Metadata metadata = Metadata.empty();

		private volatile Call call;

		@MicroEndpoint(executor = ExecutorMode.DIRECT)
		public Text direct(Text text, Call given) {
			this.metadata = given.metadata();
			return text;
		}

		@MicroEndpoint(name = "Default")
		public Text onDefault(Text text) {
			return text;
		}

		@MicroEndpoint(executor = ExecutorMode.DIRECT)
		public CompletableFuture<Text> wait(Text text, Call given) {
			this.call = given;
			this.waiting.incrementAndGet();
			return CompletableFuture.supplyAsync(() -> {
				try {
					this.go.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				return text;
			}, (task) -> io.microspring.concurrent.Threads.start("wait", task));
		}

		public void endless(Text text, Stream<Text, Text> answers) {
			while (true) {
				answers.send(text);
				this.lastSent = System.nanoTime();
				this.sent.incrementAndGet();
			}
		}

		/** Whether nothing has been sent for a while, because nobody takes it. */
		boolean held() {
			return this.sent.get() > 10 && System.nanoTime() - this.lastSent > TimeUnit.MILLISECONDS.toNanos(300);
		}

	}

}
