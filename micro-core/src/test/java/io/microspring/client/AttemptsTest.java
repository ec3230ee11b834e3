package io.microspring.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.microspring.concurrent.Backoff;
import io.microspring.errors.MicroException;
import io.microspring.registry.Registry;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * How long an attempt may take, how many there are, and who pays for them.
 */
class AttemptsTest {

	/** Where nobody listens, ever. */
	private static final String NOBODY = "127.0.0.1:1";

	private static final CallOptions IDEMPOTENT = CallOptions.defaults()
		.withIdempotent(true)
		.withBackoff(Backoff.none())
		.withTimeout(Duration.ofSeconds(20));

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private final AtomicInteger executed = new AtomicInteger();

	private Server server;

	private ServerSocket silent;

	@BeforeEach
	void start() throws IOException {
		this.silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		this.server = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("counter")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build()
			.handle(Handler.named("Counter").unary("Next", String.class, Integer.class, (call) -> {
				int count = this.executed.incrementAndGet();
				if ("fail".equals(call.request())) {
					throw MicroException.internalServerError("counter", "failed");
				}
				return count;
			}).build());
		this.server.start();
	}

	@AfterEach
	void stop() throws IOException {
		this.server.close();
		this.transport.close();
		this.silent.close();
	}

	@Test
	void attemptHasATimeOutOfItsOwnThatCanBeChosen() {
		CallOptions options = IDEMPOTENT.withAttemptTimeout(Duration.ofMillis(100));

		try (Client client = client(silent(), silent(), this.server.address())) {
			long start = System.nanoTime();
			assertThat(client.call(request("x"), Integer.class, options.withRetries(2))).isEqualTo(1);
			// a third of the whole time would be more
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(200),
					Duration.ofSeconds(6));
		}
	}

	@Test
	void attemptOfACallThatAPolicyTriesAgainHasOneToo() {
		CallOptions options = CallOptions.defaults()
			.withRetryPolicy(RetryPolicy.goMicro())
			.withAttemptTimeout(Duration.ofMillis(100));

		try (Client client = client(silent(), this.server.address())) {
			assertThat(client.call(request("x"), Integer.class, options)).isEqualTo(1);
		}
	}

	@Test
	void callThatIsNotTriedAgainMayUseItsWholeTime() {
		CallOptions options = CallOptions.defaults()
			.withTimeout(Duration.ofMillis(400))
			.withAttemptTimeout(Duration.ofMillis(10));

		try (Client client = client(silent(), this.server.address())) {
			long start = System.nanoTime();
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(request("x"), Integer.class, options))
				.withMessageContaining("call timeout")
				.withMessageContaining("attempt 1");
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(400));
		}
		assertThat(this.executed).hasValue(0);
	}

	@Test
	void attemptsThatNeverLeftAreMadeUpForElsewhere() {
		try (Client client = client(NOBODY, "127.0.0.1:2", "127.0.0.1:3", this.server.address())) {
			assertThat(client.call(request("x"), Integer.class)).isEqualTo(1);
			assertThat(client.stats().attempts()).isEqualTo(4);
		}
	}

	@Test
	void nodeThatRefusesIsNotAskedMoreOftenThanRetriesAllow() {
		try (Client client = client(NOBODY)) {
			assertThatExceptionOfType(MicroException.class).isThrownBy(() -> client.call(request("x"), Integer.class))
				.withMessageContaining("attempt 2");
			assertThat(client.stats().attempts()).isEqualTo(2);
		}
	}

	@Test
	void nodesThatRefuseCostNothingWhileAnotherIsLeft() {
		CallOptions options = CallOptions.defaults().withRetryBudget(new RetryBudget(0, 0));

		try (Client client = client(NOBODY, "127.0.0.1:2", this.server.address())) {
			for (int i = 1; i <= 100; i++) {
				assertThat(client.call(request("x"), Integer.class, options)).isEqualTo(i);
			}
			assertThat(client.stats().retries()).isEqualTo(200);
			assertThat(client.stats().retriesRefused()).isZero();
		}
	}

	@Test
	void onlySoManyAttemptsThatNeverLeftCostNothing() {
		CallOptions options = IDEMPOTENT.withRetries(20).withRetryBudget(new RetryBudget(0, 0));

		try (Client client = client(NOBODY)) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(request("x"), Integer.class, options))
				.withMessageContaining("attempt 4")
				.withMessageContaining("the retry budget of counter is spent");
		}
	}

	@Test
	void retriesDoNotMultiplyAnOutage() {
		int calls = 2000;
		CallOptions options = IDEMPOTENT.withRetryBudget(new RetryBudget(0.2, 0));
		try (Client client = client(this.server.address())) {
			List<CompletableFuture<Integer>> answers = IntStream.range(0, calls)
				.mapToObj((i) -> client.callAsync(request("fail"), Integer.class, options))
				.toList();

			assertThat(answers).allSatisfy((answer) -> assertThat(answer).failsWithin(Duration.ofSeconds(20)));
			assertThat(this.executed.get()).isBetween(calls, calls * 12 / 10);
			assertThat(client.stats().retriesRefused()).isPositive();
		}
	}

	@Test
	void budgetHoldsForEachPolicyAndIsNamedByTheErrorThatItLeaves() {
		CallOptions options = CallOptions.defaults()
			.withRetryPolicy(RetryPolicy.goMicro())
			.withBackoff(Backoff.none())
			.withRetries(5)
			.withRetryBudget(new RetryBudget(1, 0));

		try (Client client = client(this.server.address())) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(request("fail"), Integer.class, options))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(500))
				.satisfies((ex) -> assertThat(ex.id()).isEqualTo("counter"))
				.withMessageContaining("failed: not tried again, as the retry budget of counter is spent");
			assertThat(this.executed).hasValue(2);
			assertThat(client.stats().retriesRefused()).isEqualTo(1);
		}
	}

	@Test
	void budgetOfOneServiceIsNotThatOfAnother() {
		CallOptions options = IDEMPOTENT.withRetryBudget(new RetryBudget(1, 0)).withRetries(5);

		try (Client client = client(this.server.address())) {
			for (String service : List.of("counter", "other")) {
				assertThatExceptionOfType(MicroException.class)
					.isThrownBy(() -> client.call(Request.of(service, "Counter.Next", "fail"), Integer.class, options));
			}
			assertThat(client.stats().retries()).isEqualTo(2);
		}
	}

	@Test
	void streamsArePaidForToo() {
		CallOptions options = CallOptions.defaults().withRetryBudget(new RetryBudget(0, 0)).withRetries(5);

		try (Client client = client(NOBODY, this.server.address())) {
			client.stream(request("x"), Integer.class, options).close();
		}
		try (Client client = client(NOBODY)) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.stream(request("x"), Integer.class, options))
				.withMessageContaining("the retry budget of counter is spent");
			assertThat(client.stats().attempts()).isEqualTo(4);
		}
	}

	@Test
	void timeOutThatCannotBeIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> CallOptions.defaults().withAttemptTimeout(Duration.ofMillis(-1)));
	}

	private String silent() {
		return "127.0.0.1:" + this.silent.getLocalPort();
	}

	private Client client(String... addresses) {
		return Client.builder(this.registry).selector(new InOrder(addresses)).transport(this.transport).build();
	}

	private static Request request(String text) {
		return Request.of("counter", "Counter.Next", text);
	}

}
