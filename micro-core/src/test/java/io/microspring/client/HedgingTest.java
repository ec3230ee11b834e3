package io.microspring.client;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.microspring.call.CallContext;
import io.microspring.call.Deadline;
import io.microspring.errors.MicroException;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.server.Call;
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
import static org.awaitility.Awaitility.await;

/**
 * When another node is asked as well, and what becomes of those that are overtaken.
 */
class HedgingTest {

	private static final CallOptions HEDGED = CallOptions.defaults()
		.withIdempotent(true)
		.withTimeout(Duration.ofSeconds(30))
		.withHedging(Hedging.after(Duration.ofMillis(20)));

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private final CountDownLatch released = new CountDownLatch(1);

	/** Who has been asked. */
	private final Queue<String> asked = new ConcurrentLinkedQueue<>();

	private final Server slow = server("slow");

	private final Server fast = server("fast");

	private InOrder order;

	private Client client;

	@BeforeEach
	void start() {
		this.slow.start();
		this.fast.start();
		this.order = new InOrder(this.slow.address(), this.fast.address());
		this.client = client(this.order);
	}

	@AfterEach
	void stop() {
		this.released.countDown();
		this.client.close();
		this.slow.close();
		this.fast.close();
		this.transport.close();
	}

	@Test
	void nodeThatAnswersFirstWinsAndTheOtherIsCancelled() {
		assertThat(this.client.call(request("wait"), String.class, HEDGED)).isEqualTo("fast");

		assertThat(this.order.marks).containsExactlyInAnyOrder(this.slow.address() + " GIVEN_UP",
				this.fast.address() + " ANSWERED");
		await().until(() -> this.client.stats().connectionsInUse() == 0);
		assertThat(this.client.stats().hedges()).isEqualTo(1);
		assertThat(this.client.stats().attempts()).isEqualTo(2);
		assertThat(this.client.stats().retries()).isZero();
		assertThat(this.client.stats().callsInFlight()).isZero();
	}

	@Test
	void answerThatComesInTimeAsksNobodyElse() {
		CallOptions patient = HEDGED.withHedging(Hedging.after(Duration.ofSeconds(20)));

		assertThat(this.client.call(request("x"), String.class, patient)).isEqualTo("slow");

		assertThat(this.client.stats().attempts()).isEqualTo(1);
	}

	@Test
	void callThatMayNotBeMadeTwiceIsNot() {
		CallOptions once = HEDGED.withIdempotent(false).withTimeout(Duration.ofMillis(200));

		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> this.client.call(request("wait"), String.class, once))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(408));

		assertThat(this.client.stats().attempts()).isEqualTo(1);
	}

	@Test
	void errorThatIsAnAnswerIsOneFromWhoeverGivesItFirst() {
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> this.client.call(request("wait-or-refuse"), String.class, HEDGED))
			.satisfies((ex) -> assertThat(ex.detail()).isEqualTo("refused by fast"));
	}

	@Test
	void failureOfOneIsNotTheEndWhileTheOtherIsAsked() {
		assertThat(this.client.callAsync(request("wait-or-fail"), String.class, HEDGED)).satisfies((answer) -> {
			await().until(() -> this.order.marks.contains(this.fast.address() + " FAULTED"));
			assertThat(answer).isNotDone();
			this.released.countDown();
			assertThat(answer).succeedsWithin(Duration.ofSeconds(20)).isEqualTo("slow");
		});
	}

	@Test
	void lastFailureOfAllIsTheErrorOfTheFirst() {
		try (Client other = client(new InOrder("127.0.0.1:1", this.fast.address()))) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> other.call(request("wait-or-fail"), String.class, HEDGED.withRetries(0)))
				.withMessageContaining("127.0.0.1:1");
		}
	}

	@Test
	void sameNodeIsNotAskedTwiceAtATime() {
		try (Client other = client(new InOrder(this.slow.address()))) {
			CallOptions brief = HEDGED.withTimeout(Duration.ofMillis(300)).withRetries(0);

			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> other.call(request("wait"), String.class, brief))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(408));

			assertThat(other.stats().attempts()).isEqualTo(1);
		}
	}

	@Test
	void budgetPaysForHedges() {
		CallOptions poor = HEDGED.withRetryBudget(new RetryBudget(0, 0)).withTimeout(Duration.ofMillis(200));

		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> this.client.call(request("wait"), String.class, poor.withRetries(0)))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(408));

		assertThat(this.client.stats().hedges()).isZero();
	}

	@Test
	void hedgeThatFindsNobodyIsNotTheEnd() {
		InOrder emptied = new InOrder(this.slow.address(), "");
		try (Client other = client(emptied)) {
			var answer = other.callAsync(request("wait"), String.class, HEDGED);
			await().until(() -> emptied.selections.get() == 2);

			this.released.countDown();

			assertThat(answer).succeedsWithin(Duration.ofSeconds(20)).isEqualTo("slow");
			assertThat(other.stats().hedges()).isZero();
		}
	}

	@Test
	void hedgeThatFindsNobodyCostsNothing() {
		RetryBudget one = new RetryBudget(1, 0);
		InOrder alone = new InOrder(this.slow.address());
		try (RpcClient other = (RpcClient) client(alone)) {
			var answer = other.callAsync(request("wait"), String.class, HEDGED.withRetryBudget(one));
			await().until(() -> alone.selections.get() == 2);
			this.released.countDown();
			assertThat(answer).succeedsWithin(Duration.ofSeconds(20)).isEqualTo("slow");

			assertThat(other.called("counter").tokens().take(one)).isTrue();
		}
	}

	@Test
	void percentileTellsWhatIsSlowOnceCallsAreMeasured() {
		CallOptions measured = HEDGED.withHedging(Hedging.percentile(0.99));
		for (int i = 0; i < 100; i++) {
			this.client.call(request("x"), String.class, measured);
		}

		assertThat(this.client.call(request("wait"), String.class, measured)).isEqualTo("fast");
	}

	@Test
	void hedgesBelongToTheCallThatIsServed() {
		CallContext served = new CallContext(Deadline.NONE, Metadata.of("traceparent", "00-7"));
		try (CallContext.Scope scope = served.open()) {
			assertThat(this.client.call(request("wait-or-trace"), String.class, HEDGED)).isEqualTo("00-7");
		}
	}

	@Test
	void cancelledCallIsGivenUpEverywhere() {
		var answer = this.client.callAsync(request("wait-everywhere"), String.class, HEDGED);
		await().until(() -> this.asked.size() == 2);

		answer.cancel(true);

		assertThat(this.order.marks).containsExactlyInAnyOrder(this.slow.address() + " GIVEN_UP",
				this.fast.address() + " GIVEN_UP");
		await().until(() -> this.client.stats().connectionsInUse() == 0);
		await().until(() -> this.client.stats().callsInFlight() == 0);
	}

	@Test
	void hedgingThatCannotBeIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Hedging.percentile(95)).withMessageContaining("95");
		assertThatIllegalArgumentException().isThrownBy(() -> Hedging.after(Duration.ofMillis(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> Hedging.none().withMost(-1));
		assertThatIllegalArgumentException().isThrownBy(() -> new RetryBudget(-1, 0));
	}

	private Client client(InOrder selector) {
		return Client.builder(this.registry).selector(selector).transport(this.transport).build();
	}

	private static Request request(String text) {
		return Request.of("counter", "Counter.Next", text);
	}

	private Server server(String name) {
		return Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("counter")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build()
			.handle(Handler.named("Counter")
				.unary("Next", String.class, String.class, (call) -> answer(name, call))
				.build());
	}

	private String answer(String name, Call call) throws InterruptedException {
		this.asked.add(name);
		String text = String.valueOf(call.request());
		boolean waits = name.equals("slow") ? text.startsWith("wait") : text.equals("wait-everywhere");
		while (waits && !this.released.await(10, TimeUnit.MILLISECONDS)) {
			if (call.isCancelled()) {
				throw MicroException.timeout("counter", "given up");
			}
		}
		return name.equals("slow") ? name : switch (text) {
			case "wait-or-refuse" -> throw MicroException.badRequest("counter", "refused by " + name);
			case "wait-or-fail" -> throw MicroException.internalServerError("counter", "failed at " + name);
			case "wait-or-trace" -> String.valueOf(CallContext.current().metadata().get("traceparent"));
			default -> name;
		};
	}

}
