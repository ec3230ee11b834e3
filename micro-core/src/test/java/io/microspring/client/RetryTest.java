package io.microspring.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.concurrent.Backoff;
import io.microspring.call.CallContext;
import io.microspring.call.Deadline;
import io.microspring.errors.MicroException;
import io.microspring.message.Metadata;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.selector.Outcome;
import io.microspring.selector.Selection;
import io.microspring.selector.Selector;
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

/**
 * Which failures are tried again, and where.
 */
class RetryTest {

	/** Where nobody listens, ever. */
	private static final String NOBODY = "127.0.0.1:1";

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private final AtomicInteger executed = new AtomicInteger();

	private Server server;

	@BeforeEach
	void start() {
		this.server = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("counter")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build()
			.handle(Handler.named("Counter").unary("Next", String.class, Integer.class, (call) -> {
				int count = this.executed.incrementAndGet();
				return switch (String.valueOf(call.request())) {
					case "fail" -> throw MicroException.internalServerError("counter", "failed " + count);
					case "fail-first" -> {
						if (count == 1) {
							throw MicroException.internalServerError("counter", "failed first");
						}
						yield count;
					}
					case "plain" -> throw MicroException.plain("plain " + count);
					case "lacking" -> throw MicroException.of("counter", 501, "no such method");
					default -> count;
				};
			}).build());
		this.server.start();
		this.server.register();
	}

	@AfterEach
	void stop() {
		this.server.close();
		this.transport.close();
	}

	@Test
	void refusedConnectionIsTriedOnAnotherNode() {
		this.registry.register(Service.of("counter", "latest", Node.of("gone", NOBODY)), Duration.ZERO);

		try (Client client = client(new InOrder(NOBODY, this.server.address()))) {
			for (int i = 1; i <= 3; i++) {
				assertThat(client.call(request("x"), Integer.class)).isEqualTo(i);
			}
			assertThat(client.stats().retries()).isEqualTo(3);
		}
	}

	@Test
	void failureThatMayHaveBeenExecutedIsNotTriedAgain() {
		try (Client client = client(new InOrder(this.server.address()))) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(request("fail"), Integer.class))
				.withMessageContaining("failed 1");
		}
		assertThat(this.executed).hasValue(1);
	}

	@Test
	void idempotentCallIsTriedAgain() {
		try (Client client = client(new InOrder(this.server.address()))) {
			CallOptions options = CallOptions.defaults().withIdempotent(true).withBackoff(Backoff.none());

			assertThat(client.call(request("fail-first"), Integer.class, options)).isEqualTo(2);
		}
	}

	@Test
	void goMicrosOwnPolicyTriesAgainOn500() {
		try (Client client = client(new InOrder(this.server.address()))) {
			CallOptions options = CallOptions.defaults().withRetryPolicy(RetryPolicy.goMicro()).withRetries(2);

			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(request("fail"), Integer.class, options))
				.withMessageContaining("failed 3");
		}
		assertThat(this.executed).hasValue(3);
	}

	@Test
	void plainErrorIsABusinessAnswerAndNeverTriedAgain() {
		try (Client client = client(new InOrder(this.server.address()))) {
			CallOptions options = CallOptions.defaults().withRetryPolicy(RetryPolicy.goMicro()).withIdempotent(true);

			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(request("plain"), Integer.class, options))
				.satisfies((ex) -> assertThat(ex.isPlain()).isTrue())
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(500));
		}
		assertThat(this.executed).hasValue(1);
	}

	@Test
	void norIsItOverGrpcWhereItIsA500ThatGoMicrosPolicyTriesAgain() {
		try (Client client = client(new InOrder(this.server.address()))) {
			CallOptions grpc = CallOptions.defaults()
				.withProtocol("grpc")
				.withIdempotent(true)
				.withBackoff(Backoff.none())
				.withRetries(1);

			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(request("plain"), Integer.class, grpc))
				.withMessageContaining("plain 1");
			assertThat(this.executed).hasValue(1);
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(
						() -> client.call(request("plain"), Integer.class, grpc.withRetryPolicy(RetryPolicy.goMicro())))
				.withMessageContaining("plain 3");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "mucp", "grpc" })
	void methodThatANodeLacksIsNotTriedAgain(String protocol) {
		try (Client client = client(new InOrder(this.server.address()))) {
			CallOptions options = CallOptions.defaults()
				.withProtocol(protocol)
				.withIdempotent(true)
				.withBackoff(Backoff.none());

			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(request("lacking"), Integer.class, options))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(501));
		}
		assertThat(this.executed).hasValue(1);
	}

	@Test
	void retriesCanBeTurnedOff() {
		try (Client client = client(new InOrder(NOBODY, this.server.address()))) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(request("x"), Integer.class, CallOptions.defaults().withRetries(0)))
				.withMessageContaining("connection error")
				.withMessageContaining("attempt 1");
		}
		assertThat(this.executed).hasValue(0);
	}

	@Test
	void silentNodeOfAnIdempotentCallIsLeftWithinTheDeadline() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
				Client client = client(new InOrder("127.0.0.1:" + silent.getLocalPort(), this.server.address()))) {
			CallOptions options = CallOptions.defaults()
				.withIdempotent(true)
				.withBackoff(Backoff.none())
				.withTimeout(Duration.ofSeconds(2));

			assertThat(client.call(request("x"), Integer.class, options)).isEqualTo(1);
		}
	}

	@Test
	void silentNodeOfAnyOtherCallUsesUpTheDeadline() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
				Client client = client(new InOrder("127.0.0.1:" + silent.getLocalPort(), this.server.address()))) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(request("x"), Integer.class,
						CallOptions.defaults().withTimeout(Duration.ofMillis(200))))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(408));
		}
		assertThat(this.executed).hasValue(0);
	}

	@Test
	void connectionsAreReusedUpToThePoolsSizeAndAge() {
		try (Client client = client(new InOrder(this.server.address()))) {
			client.call(request("x"), Integer.class);
			client.call(request("x"), Integer.class);
			assertThat(this.server.stats().connections()).isEqualTo(1);
			assertThat(client.stats().connectionsIdle()).isEqualTo(1);
		}
		try (Client client = Client.builder(this.registry)
			.selector(new InOrder(this.server.address()))
			.transport(this.transport)
			.options(ClientOptions.defaults().withPool(0, Duration.ofMinutes(1)))
			.build()) {
			client.call(request("x"), Integer.class);
			assertThat(client.stats().connectionsIdle()).isZero();
		}
	}

	@Test
	void requestOverTheLimitIsNotSent() {
		try (Client client = Client.builder(this.registry)
			.transport(this.transport)
			.options(ClientOptions.defaults().withMaxMessageSize(10))
			.build()) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(request("x".repeat(20)), Integer.class))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(413));
		}
		assertThat(this.executed).hasValue(0);
	}

	@Test
	void unsupportedContentTypeIsRefusedBeforeAnythingIsSent() {
		try (Client client = client(new InOrder(this.server.address()))) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(request("x"), Integer.class,
						CallOptions.defaults().withContentType("application/xml")))
				.withMessageContaining("application/xml")
				.withMessageContaining("application/json");
		}
	}

	@Test
	void serviceThatIsGoneByTheNextAttemptLeavesTheErrorOfTheLastOne() {
		try (Client client = client(new InOrder(NOBODY, ""))) {
			assertThatExceptionOfType(MicroException.class).isThrownBy(() -> client.call(request("x"), Integer.class))
				.withMessageContaining(NOBODY)
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(500));
		}
	}

	@Test
	void lookUpThatTakesLongerThanTheDeadlineDoesNotHoldTheCallerUp() throws Exception {
		CountDownLatch never = new CountDownLatch(1);
		Selector slow = new Selector() {

			@Override
			public Node select(Selection call, List<Node> tried) {
				try {
					never.await(60, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				return Node.of("late", "127.0.0.1:1");
			}

			@Override
			public void mark(Selection call, Node node, Outcome outcome, long nanos, @Nullable Throwable failure) {
			}

			@Override
			public void reset(String service) {
			}

			@Override
			public void close() {
			}

		};
		try (Client client = client(slow)) {
			Instant start = Instant.now();

			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(request("x"), Integer.class,
						CallOptions.defaults().withTimeout(Duration.ofMillis(200))))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(408));
			assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(30));
		}
		finally {
			never.countDown();
		}
	}

	@Test
	void metadataCannotMakeACallSomethingElse() {
		try (Client client = client(new InOrder(this.server.address()))) {
			CallOptions options = CallOptions.defaults()
				.withMetadata("Micro-Topic", "news")
				.withMetadata("micro-stream", "7")
				.withMetadata("Micro-Error", "EOS")
				.withMetadata("Timeout", "1");

			assertThat(client.call(request("x"), Integer.class, options)).isEqualTo(1);
		}
	}

	@Test
	void dependentsOfAnAnswerMayBlockAndSeeTheCallTheyBelongTo() {
		CallContext context = new CallContext(Deadline.after(Duration.ofSeconds(4)),
				Metadata.of("traceparent", "00-1"));
		try (Client client = client(new InOrder(this.server.address())); CallContext.Scope scope = context.open()) {
			Metadata seen = client.callAsync(request("x"), Integer.class, CallOptions.defaults()).thenApply((first) -> {
				assertThat(client.call(request("x"), Integer.class)).isEqualTo(first + 1);
				return CallContext.current().metadata();
			}).join();

			assertThat(seen.get("traceparent")).isEqualTo("00-1");
		}
	}

	private Client client(Selector selector) {
		return Client.builder(this.registry).selector(selector).transport(this.transport).build();
	}

	private static Request request(String text) {
		return Request.of("counter", "Counter.Next", text);
	}

}
