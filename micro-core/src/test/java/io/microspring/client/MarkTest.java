package io.microspring.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.microspring.call.Stream;
import io.microspring.concurrent.Backoff;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.errors.MicroException;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.selector.Outcome;
import io.microspring.selector.Selection;
import io.microspring.selector.Selector;
import io.microspring.selector.Strategy;
import io.microspring.server.EndpointHandler;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Each node that was picked is marked once, whatever became of the attempt. */
class MarkTest {

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private final CountDownLatch release = new CountDownLatch(1);

	private final CountDownLatch reached = new CountDownLatch(1);

	private final Recording selector = new Recording(Selector.of(this.registry, Strategy.random()));

	private Server server;

	private Client client;

	@BeforeEach
	void open() {
		this.server = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("odd")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build()
			.handle(Handler.named("Odd")
				.unary("Ok", String.class, String.class, (call) -> "ok")
				.unary("Business", String.class, String.class, (call) -> {
					throw MicroException.badRequest("odd", "no such thing");
				})
				.unary("Plain", String.class, String.class, (call) -> {
					throw MicroException.plain("no such thing");
				})
				.unary("Lacking", String.class, String.class, (call) -> {
					throw MicroException.of("odd", 501, "no such method");
				})
				.unary("Fault", String.class, String.class, (call) -> {
					throw new IllegalStateException("broken on purpose");
				})
				.unary("Slow", String.class, String.class, (call) -> {
					this.reached.countDown();
					this.release.await();
					return "late";
				})
				.add(new EndpointHandler("Echo", String.class, String.class, EndpointHandler.Kind.BIDI,
						ExecutorMode.AUTO, Map.of(), (call) -> {
							Stream<Object, Object> stream = call.stream();
							for (Object next = stream.receive(); next != null; next = stream.receive()) {
								stream.send(next);
							}
							return null;
						}))
				.add(failing("FaultyStream", () -> new IllegalStateException("broken on purpose")))
				.add(failing("BusinessStream", () -> MicroException.badRequest("odd", "no such thing")))
				.add(failing("PlainStream", () -> MicroException.plain("no such thing")))
				.build());
		this.server.start();
		this.server.register();
		this.client = Client.builder(this.registry).selector(this.selector).transport(this.transport).build();
	}

	private static EndpointHandler failing(String name, Supplier<RuntimeException> error) {
		return new EndpointHandler(name, String.class, String.class, EndpointHandler.Kind.BIDI, ExecutorMode.AUTO,
				Map.of(), (call) -> {
					throw error.get();
				});
	}

	@AfterEach
	void close() {
		this.release.countDown();
		this.client.close();
		this.server.close();
		this.transport.close();
		this.registry.close();
	}

	@Test
	void answersAndBusinessErrorsAreNoFailuresOfTheNode() {
		this.client.call(request("Ok"), String.class);
		fails("Business", CallOptions.defaults());
		fails("Plain", CallOptions.defaults());
		assertMarks(Outcome.ANSWERED, Outcome.ANSWERED, Outcome.ANSWERED);
	}

	@Test
	void norAreTheyOverGrpc() {
		CallOptions grpc = CallOptions.defaults().withProtocol("grpc").withIdempotent(true);
		fails("Business", grpc);
		fails("Plain", grpc);
		fails("Lacking", grpc);
		assertMarks(Outcome.ANSWERED, Outcome.ANSWERED, Outcome.ANSWERED);
	}

	@Test
	void faultOfTheNodeSaysWhy() {
		fails("Fault", CallOptions.defaults());
		assertMarks(Outcome.FAULTED);
		assertThat(this.selector.marks.get(0).failure).isInstanceOf(MicroException.class);
	}

	@Test
	void attemptAndCallThatRunOutOfTimeAreMarked() {
		// Nothing but the answer takes its time: no dial, and no wait before the second.
		this.client.call(request("Ok"), String.class);
		this.selector.marks.clear();
		fails("Slow",
				CallOptions.defaults()
					.withIdempotent(true)
					.withRetries(1)
					.withBackoff(Backoff.none())
					.withAttemptTimeout(Duration.ofMillis(200))
					.withTimeout(Duration.ofSeconds(2)));
		// The node may say a moment earlier that the time is over.
		assertThat(this.selector.marks).hasSize(2)
			.allMatch((mark) -> mark.outcome == Outcome.TIMED_OUT || mark.outcome == Outcome.FAULTED)
			.allMatch((mark) -> mark.nanos > 0);
	}

	@Test
	void cancelledCallIsGivenUp() throws InterruptedException {
		CompletableFuture<String> answer = this.client.callAsync(request("Slow"), String.class, CallOptions.defaults());
		this.reached.await();
		answer.cancel(true);
		await().untilAsserted(() -> assertMarks(Outcome.GIVEN_UP));
	}

	@Test
	void nodeThatIsNotThereIsMarkedAndSoIsTheNext() {
		this.registry.register(Service.of("odd", "latest", Node.of("gone", "127.0.0.1:1")), Duration.ZERO);
		for (int i = 0; i < 20; i++) {
			this.client.call(request("Ok"), String.class);
		}
		assertThat(this.selector.picked).hasValue(this.selector.marks.size());
		assertThat(this.selector.marks.stream().filter((mark) -> mark.outcome == Outcome.ANSWERED)).hasSize(20);
		assertThat(this.selector.marks.stream().filter((mark) -> mark.node.id().equals("gone"))).isNotEmpty()
			.allMatch((mark) -> mark.outcome == Outcome.DISCONNECTED);
	}

	@Test
	void callThatCannotBeSentIsGivenUp() {
		fails("Ok", CallOptions.defaults().withProtocol("grpc").withContentType("application/xml"));
		this.registry.register(
				Service.of("alien", "latest", new Node("alien-1", "127.0.0.1:1", Map.of("protocol", "thrift"))),
				Duration.ZERO);
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> this.client.call(Request.of("alien", "A.B", "x"), String.class));
		assertMarks(Outcome.GIVEN_UP);
	}

	@Test
	void streamIsMarkedWhenItIsOver() {
		Stream<String, String> stream = this.client.stream(request("Echo"), String.class, CallOptions.defaults());
		assertThat(stream.receive()).isEqualTo("x");
		assertThat(this.selector.picked).hasValue(1);
		assertMarks();
		stream.closeSend();
		assertThat(stream.receive()).isNull();
		stream.close();
		await().untilAsserted(() -> assertMarks(Outcome.ANSWERED));
		assertThat(this.selector.streams).hasValue(1);
	}

	@Test
	void streamOverASharedConnectionIsMarkedToo() {
		// It is dialled at the first call, which does not wait for it.
		await().until(() -> {
			this.client.call(request("Ok"), String.class);
			return this.client.stats().connectionsIdle() > 1;
		});
		this.selector.marks.clear();
		this.selector.picked.set(0);
		int connections = this.server.stats().connections();
		streamIsMarkedWhenItIsOver();
		assertThat(this.server.stats().connections()).isEqualTo(connections);
	}

	@Test
	void streamOfGrpcIsMarkedToo() {
		this.client.reconfigure(this.client.options().withProtocol("grpc"));
		streamIsMarkedWhenItIsOver();
	}

	@Test
	void streamThatTheCallerClosesIsGivenUp() {
		this.client.stream(request("Echo"), String.class, CallOptions.defaults()).close();
		await().untilAsserted(() -> assertThat(this.selector.marks).hasSize(1));
		assertThat(this.selector.marks.get(0).outcome).isIn(Outcome.GIVEN_UP, Outcome.ANSWERED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "mucp", "grpc" })
	void endOfAStreamCountsAsThatOfACall(String protocol) {
		CallOptions options = CallOptions.defaults().withProtocol(protocol);
		for (String endpoint : List.of("FaultyStream", "BusinessStream", "PlainStream")) {
			Stream<String, String> stream = this.client.stream(request(endpoint), String.class, options);
			assertThatExceptionOfType(MicroException.class).isThrownBy(stream::receive);
			stream.close();
			await().until(() -> this.selector.marks.size() == this.selector.picked.get());
		}
		assertMarks(Outcome.FAULTED, Outcome.ANSWERED, Outcome.ANSWERED);
	}

	@Test
	void streamThatAProxyRefusesCountsAgainstTheNode() throws Exception {
		try (GrpcPeer proxy = new GrpcPeer(this.transport)) {
			this.registry.register(
					Service.of("away", "latest", new Node("away-1", proxy.address(), Map.of("protocol", "grpc"))),
					Duration.ZERO);
			Stream<String, String> stream = this.client.stream(Request.of("away", "Odd.Echo", "x"), String.class,
					CallOptions.defaults());
			proxy.accept().open("503", "text/html");
			assertThatExceptionOfType(MicroException.class).isThrownBy(stream::receive)
				.satisfies((error) -> assertThat(error.code()).isEqualTo(503));
			stream.close();
			await().untilAsserted(() -> assertMarks(Outcome.FAULTED));
		}
	}

	@Test
	void strategyAndKeyOfTheCallReachTheSelector() {
		this.client.call(request("Ok"), String.class,
				CallOptions.defaults().withKey("user-7").withMetadata("Tenant", "t1").withStrategy((nodes, call) -> {
					this.selector.strategies.incrementAndGet();
					return 0;
				}));
		assertThat(this.selector.strategies).hasValue(1);
		assertThat(this.selector.keys).containsExactly("user-7 t1 Odd.Ok");
	}

	private void fails(String endpoint, CallOptions options) {
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> this.client.call(request(endpoint), String.class, options));
	}

	private void assertMarks(Outcome... outcomes) {
		assertThat(this.selector.marks).extracting(Mark::outcome).containsExactly(outcomes);
	}

	private static Request request(String endpoint) {
		return Request.of("odd", "Odd." + endpoint, "x");
	}

	private record Mark(Node node, Outcome outcome, long nanos, @Nullable Throwable failure) {

	}

	/** Writes down what it is told. */
	private static final class Recording implements Selector {

		private final Selector selector;

		private final AtomicInteger picked = new AtomicInteger();

		private final AtomicInteger streams = new AtomicInteger();

		private final AtomicInteger strategies = new AtomicInteger();

		private final List<String> keys = new CopyOnWriteArrayList<>();

		private final List<Mark> marks = new CopyOnWriteArrayList<>();

		Recording(Selector selector) {
			this.selector = selector;
		}

		@Override
		public Node select(Selection call, List<Node> tried) {
			Node node = this.selector.select(call, tried);
			this.picked.incrementAndGet();
			if (call.stream()) {
				this.streams.incrementAndGet();
			}
			if (call.key() != null) {
				this.keys.add(call.key() + " " + call.metadata("tenant") + " " + call.endpoint());
			}
			return node;
		}

		@Override
		public void mark(Selection call, Node node, Outcome outcome, long nanos, @Nullable Throwable failure) {
			this.marks.add(new Mark(node, outcome, nanos, failure));
			this.selector.mark(call, node, outcome, nanos, failure);
		}

		@Override
		public void reset(String service) {
			this.selector.reset(service);
		}

		@Override
		public void close() {
			this.selector.close();
		}

	}

}
