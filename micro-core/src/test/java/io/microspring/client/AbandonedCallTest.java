package io.microspring.client;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.registry.Registry;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.transport.Transport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Calls that are given up at the very moment their answer arrives: by the deadline, by
 * cancelling, by the end of the connection. No later call may get their answer, or none.
 */
class AbandonedCallTest {

	private static final long SEED = 20261121;

	private static final Duration LASTING = Duration.ofSeconds(2);

	private static final int CALLERS = 8;

	private final AtomicInteger answered = new AtomicInteger();

	private final AtomicInteger timedOut = new AtomicInteger();

	private final AtomicInteger cancelled = new AtomicInteger();

	private final AtomicInteger safe = new AtomicInteger();

	@ParameterizedTest
	@ValueSource(strings = { "http", "mux", "memory", "grpc" })
	void laterCallsAreNeverLostOrMixedUp(String kind) throws Exception {
		try (Registry registry = Registry.memory();
				Transport transport = kind.equals("memory") ? Transport.memory() : Transport.http();
				Server server = server(registry, transport);
				Client client = Client.builder(registry)
					.transport(transport)
					.options(ClientOptions.defaults()
						.withMultiplex(kind.equals("mux"))
						.withProtocol(kind.equals("grpc") ? "grpc" : ClientOptions.AUTO))
					.build()) {
			ExecutorService executor = Threads.executor(ExecutorMode.POOL, "callers");
			long end = System.nanoTime() + LASTING.toNanos();

			List<Future<?>> callers = IntStream.range(0, CALLERS)
				.<Future<?>>mapToObj((i) -> executor.submit(() -> callUntil(end, client, i)))
				.toList();

			for (Future<?> caller : callers) {
				caller.get(60, TimeUnit.SECONDS);
			}
			assertThat(this.answered).hasPositiveValue();
			assertThat(this.timedOut).hasPositiveValue();
			assertThat(this.cancelled).hasPositiveValue();
			assertThat(this.safe).hasPositiveValue();
			assertThat(client.stats().callsInFlight()).isZero();
			await().until(() -> client.stats().connectionsInUse() == 0);
			// A call that was given up may have left a connection that was being opened.
			assertThat(client.stats().connectionsIdle()).isLessThanOrEqualTo(3 * CALLERS);
			await().until(() -> server.stats().inFlight() == 0);
			// One that was never used has not been heard of: the server waits for its
			// first
			// bytes.
			await().until(() -> server.stats().connections() <= client.stats().connectionsIdle());
			executor.shutdown();
		}
	}

	/**
	 * Two calls of three: one has a deadline, one is cancelled, about when the answer
	 * comes.
	 */
	private Void callUntil(long end, Client client, int caller) {
		Random random = new Random(SEED + caller);
		for (int i = 0; System.nanoTime() < end; i++) {
			int micros = random.nextInt(3000);
			Request request = Request.of("echo", "Echo.Say", caller + " " + i);
			switch (random.nextInt(3)) {
				case 0 -> timeOut(client, request, micros);
				case 1 -> cancel(client, request, micros / 5);
				default -> {
				}
			}
			assertThat(client.call(request, String.class)).isEqualTo(request.body());
			this.safe.incrementAndGet();
		}
		return null;
	}

	private void timeOut(Client client, Request request, int micros) {
		try {
			CallOptions options = CallOptions.defaults().withTimeout(Duration.ofNanos(micros * 1000L + 1));
			assertThat(client.call(request, String.class, options)).isEqualTo(request.body());
			this.answered.incrementAndGet();
		}
		catch (MicroException ex) {
			// Connecting has a share of the time only.
			assertThat(ex.code() == 408 || ex.getMessage().contains("could not dial")).as(ex.getMessage()).isTrue();
			this.timedOut.incrementAndGet();
		}
	}

	private void cancel(Client client, Request request, int micros) {
		CompletableFuture<String> call = client.callAsync(request, String.class, CallOptions.defaults());
		LockSupport.parkNanos(micros * 1000L);
		if (call.cancel(true)) {
			this.cancelled.incrementAndGet();
		}
		else {
			assertThat(call.join()).isEqualTo(request.body());
			this.answered.incrementAndGet();
		}
	}

	private static Server server(Registry registry, Transport transport) {
		Server server = Server.builder(registry)
			.transport(transport)
			.options(ServerOptions.named("echo")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build()
			.handle(Handler.named("Echo").unary("Say", String.class, String.class, (call) -> call.request()).build());
		server.start();
		server.register();
		return server;
	}

}
