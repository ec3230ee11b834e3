package io.microspring.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.transport.HttpOptions;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Calls, the connections they use, and what their failures say.
 */
class ClientTest {

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private final CountDownLatch release = new CountDownLatch(1);

	private final AtomicInteger begun = new AtomicInteger();

	private Server server;

	private Client client;

	@BeforeEach
	void start() {
		this.server = server("127.0.0.1:0", this.transport);
		this.client = client(ClientOptions.defaults());
	}

	@AfterEach
	void stop() {
		this.release.countDown();
		this.client.close();
		this.server.close();
		this.transport.close();
		this.registry.close();
	}

	@Test
	void callHasFiveSecondsUnlessToldOtherwiseAndSaysSoInNanoseconds() {
		String byDefault = this.client.call(request("Echo.Timeout", "x"), String.class);
		String told = this.client.call(request("Echo.Timeout", "x"), String.class,
				CallOptions.defaults().withTimeout(Duration.ofSeconds(2)));

		assertThat(Long.parseLong(byDefault)).isBetween(2_000_000_001L, 5_000_000_000L);
		assertThat(Long.parseLong(told)).isBetween(1L, 2_000_000_000L);
	}

	@Test
	void cancelledCallGivesItsConnectionUpAndTheNextOnesWork() {
		assertThat(echo("first")).isEqualTo("first");
		CompletableFuture<String> call = this.client.callAsync(request("Echo.Wait", "x"), String.class,
				CallOptions.defaults());
		await().until(() -> this.begun.get() == 1);

		call.cancel(true);

		assertThat(this.client.stats().callsInFlight()).isZero();
		await().until(() -> this.client.stats().connectionsInUse() == 0);
		assertThat(this.client.stats().connectionsIdle()).isZero();
		for (int i = 0; i < 20; i++) {
			assertThat(echo("next " + i)).isEqualTo("next " + i);
		}
		assertThat(this.client.stats().connectionsIdle()).isEqualTo(1);
		this.release.countDown();
		await().until(() -> this.server.stats().connections() == 1);
	}

	@Test
	void interruptedCallGivesUpAndLeavesTheThreadInterrupted() throws Exception {
		ExecutorService executor = Threads.executor(ExecutorMode.POOL, "test");
		CompletableFuture<Throwable> outcome = new CompletableFuture<>();
		Future<?> caller = executor.submit(() -> {
			try {
				this.client.call(request("Echo.Wait", "x"), String.class);
			}
			catch (MicroException ex) {
				outcome.complete(Thread.currentThread().isInterrupted() ? ex : new AssertionError(ex));
			}
		});
		await().until(() -> this.begun.get() == 1);

		caller.cancel(true);

		assertThat(outcome).succeedsWithin(Duration.ofSeconds(5))
			.satisfies((ex) -> assertThat(((MicroException) ex).code()).isEqualTo(499));
		assertThat(echo("next")).isEqualTo("next");
		executor.shutdown();
	}

	@Test
	void manyThreadsCallAtOnceWithoutAnyError() throws Exception {
		int threads = 64;
		int calls = 200;
		ExecutorService executor = Threads.executor(ExecutorMode.POOL, "callers");
		List<Future<Integer>> callers = new ArrayList<>();
		for (int t = 0; t < threads; t++) {
			String name = "caller " + t + " call ";
			callers.add(executor.submit(() -> {
				int right = 0;
				for (int i = 0; i < calls; i++) {
					right += echo(name + i).equals(name + i) ? 1 : 0;
				}
				return right;
			}));
		}

		for (Future<Integer> caller : callers) {
			assertThat(caller.get(60, TimeUnit.SECONDS)).isEqualTo(calls);
		}
		Client.ClientStats stats = this.client.stats();
		assertThat(stats.callsInFlight()).isZero();
		assertThat(stats.connectionsInUse()).isZero();
		assertThat(stats.connectionsIdle()).isBetween(1, threads);
		assertThat(stats.attempts()).isEqualTo((long) threads * calls);
		assertThat(stats.retries()).isZero();
		await().until(() -> this.server.stats().connections() == stats.connectionsIdle());
		executor.shutdown();
	}

	@Test
	void moreConnectionsThanThePoolKeepsAreClosedAfterUse() {
		try (Client small = client(ClientOptions.defaults().withPool(2, Duration.ofMinutes(1)))) {
			List<CompletableFuture<String>> calls = new ArrayList<>();
			for (int i = 0; i < 10; i++) {
				calls.add(small.callAsync(request("Echo.Wait", "x"), String.class, CallOptions.defaults()));
			}
			await().until(() -> this.begun.get() == 10);
			assertThat(small.stats().connectionsInUse()).isEqualTo(10);

			this.release.countDown();

			assertThat(CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)))
				.succeedsWithin(Duration.ofSeconds(10));
			await().until(() -> this.server.stats().connections() == 2);
			assertThat(small.stats().connectionsIdle()).isEqualTo(2);
			assertThat(small.stats().connectionsInUse()).isZero();
		}
	}

	@Test
	void connectionThatIsTooOldIsReplaced() {
		try (Client brief = client(ClientOptions.defaults().withPool(10, Duration.ofMillis(50)))) {
			String first = brief.call(request("Echo.Remote", "x"), String.class);
			assertThat(brief.stats().connectionsIdle()).isLessThanOrEqualTo(1);

			await().until(() -> !brief.call(request("Echo.Remote", "x"), String.class).equals(first));
			await().until(() -> this.server.stats().connections() <= 1);
		}
	}

	@Test
	void idleConnectionThatTheServerClosesIsReplaced() {
		try (Transport hasty = Transport.http(HttpOptions.defaults().withIdleTimeout(Duration.ofMillis(100)));
				Server other = server("127.0.0.1:0", hasty)) {
			CallOptions there = CallOptions.defaults().withAddress(other.address());
			for (int i = 0; i < 3; i++) {
				assertThat(this.client.call(request("Echo.Say", "x"), String.class, there)).isEqualTo("x");
				await().until(() -> this.client.stats().connectionsIdle() == 0);
			}
			assertThat(this.client.stats().connectionsInUse()).isZero();
		}
	}

	@Test
	void serverThatComesBackOnItsPortIsCalledAgain() {
		String address = this.server.address();
		CallOptions there = CallOptions.defaults().withAddress(address);
		for (int i = 0; i < 3; i++) {
			assertThat(this.client.call(request("Echo.Say", "x"), String.class, there)).isEqualTo("x");

			this.server.close();
			await().until(() -> this.client.stats().connectionsIdle() == 0);
			this.server = server(address, this.transport);
		}
		assertThat(this.client.call(request("Echo.Say", "x"), String.class, there)).isEqualTo("x");
		assertThat(this.client.stats().retries()).isZero();
	}

	@Test
	void nodeOfAnotherProtocolIsNotCalled() {
		this.registry.register(
				Service.of("modern", "1", new Node("modern-1", this.server.address(), Map.of("protocol", "thrift"))),
				Duration.ZERO);

		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> this.client.call(Request.of("modern", "Echo.Say", "x"), String.class))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(501))
			.withMessageContaining("modern-1")
			.withMessageContaining("thrift");
		assertThatExceptionOfType(MicroException.class).isThrownBy(
				() -> this.client.stream(Request.of("modern", "Echo.Say", "x"), String.class, CallOptions.defaults()))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(501));
		assertThat(this.server.stats().connections()).isZero();
	}

	@Test
	void answerThatDoesNotDecodeNamesWhoGaveIt() {
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> this.client.call(request("Echo.Say", "no number"), Integer.class))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(500))
			.withMessageContaining("echo Echo.Say")
			.withMessageContaining(this.server.address())
			.withMessageContaining("Integer");
		assertThat(echo("next")).isEqualTo("next");
	}

	@Test
	void answerOverTheClientsLimitIsRefused() {
		try (Client small = client(ClientOptions.defaults().withMaxMessageSize(1000))) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> small.call(request("Echo.Twice", "x".repeat(900)), String.class))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(413))
				.withMessageContaining("echo Echo.Twice")
				.withMessageContaining("1000");
			assertThat(small.call(request("Echo.Twice", "x"), String.class)).isEqualTo("xx");
		}
	}

	@Test
	void answerOverTheTransportsLimitIsRefused() {
		try (Transport narrow = Transport.http(HttpOptions.defaults().withMaxMessageSize(1000));
				Client small = Client.builder(this.registry).transport(narrow).build()) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> small.call(request("Echo.Twice", "x".repeat(900)), String.class))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(413))
				.withMessageContaining("echo Echo.Twice at " + this.server.address())
				.withMessageContaining("1000");
			assertThat(small.call(request("Echo.Twice", "x"), String.class)).isEqualTo("xx");
			await().untilAsserted(() -> assertThat(small.stats().connectionsInUse()).isZero());
		}
	}

	@Test
	void registryThatIsDownBeforeAnythingIsKnownIs503() {
		try (Client blind = Client.builder(new DownRegistry()).transport(this.transport).build()) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> blind.call(request("Echo.Say", "x"), String.class))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(503))
				.withMessageContaining("echo")
				.withMessageContaining("down at 127.0.0.1:1");
		}
	}

	@Test
	void closedClientSaysSo() {
		this.client.close();
		this.client.close();

		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> echo("x"))
			.withMessageContaining("the client is closed");
	}

	@Test
	void closingFailsTheCallsUnderWay() {
		CompletableFuture<String> call = this.client.callAsync(request("Echo.Wait", "x"), String.class,
				CallOptions.defaults());
		await().until(() -> this.begun.get() == 1);

		this.client.close();

		assertThat(call).failsWithin(Duration.ofSeconds(2));
		assertThat(call).isNotCancelled();
	}

	@Test
	void cancelledFutureIsCancelledForItsHolder() {
		CompletableFuture<String> call = this.client.callAsync(request("Echo.Wait", "x"), String.class,
				CallOptions.defaults());

		call.cancel(true);

		assertThatExceptionOfType(CancellationException.class).isThrownBy(call::join);
	}

	private String echo(String text) {
		return this.client.call(request("Echo.Say", text), String.class);
	}

	private Client client(ClientOptions options) {
		return Client.builder(this.registry).transport(this.transport).options(options.withMultiplex(false)).build();
	}

	private static Request request(String endpoint, String text) {
		return Request.of("echo", endpoint, text);
	}

	private Server server(String address, Transport on) {
		Server started = Server.builder(this.registry)
			.transport(on)
			.options(ServerOptions.named("echo")
				.withAddress(address)
				.withShutdown(Duration.ZERO, Duration.ofMillis(100)))
			.build()
			.handle(Handler.named("Echo")
				.unary("Say", String.class, String.class, (call) -> call.request())
				.unary("Twice", String.class, String.class, (call) -> call.request() + "" + call.request())
				.unary("Timeout", String.class, String.class, (call) -> call.metadata().get("Timeout"))
				.unary("Remote", String.class, String.class, (call) -> call.remote())
				.unary("Wait", String.class, String.class, (call) -> {
					this.begun.incrementAndGet();
					return this.release.await(10, TimeUnit.SECONDS) ? call.request() : "late";
				})
				.build());
		started.start();
		if (on == this.transport) {
			started.register();
		}
		return started;
	}

	/** Cannot be reached. */
	private static final class DownRegistry implements Registry {

		@Override
		public String name() {
			return "down";
		}

		@Override
		public void register(Service service, Duration ttl) {
			throw unreachable();
		}

		@Override
		public void deregister(Service service) {
			throw unreachable();
		}

		@Override
		public List<Service> get(String name) {
			throw unreachable();
		}

		@Override
		public List<Service> list() {
			throw unreachable();
		}

		@Override
		public Watcher watch(String name, java.util.function.Consumer<Change> listener) {
			throw unreachable();
		}

		@Override
		public void close() {
		}

		private static RegistryException unreachable() {
			return new RegistryException("down at 127.0.0.1:1 refused the connection", null);
		}

	}

}
