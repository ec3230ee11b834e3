package io.microspring.concurrent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.errors.MicroException;
import io.microspring.registry.Registry;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.transport.Transport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Thousands of calls and streams, of which some fail, leave no timer, call, stream or
 * connection behind. Netty's leak detector, which looks at every buffer in tests, watches
 * over the memory.
 */
class NothingIsLeftTest {

	private static final int CALLERS = 8;

	private static final int ROUNDS = 80;

	@ParameterizedTest
	@ValueSource(strings = { "http", "memory" })
	void thousandsOfCallsAndStreamsLeaveNothingBehind(String kind) throws Exception {
		long before = Threads.scheduled();
		try (Registry registry = Registry.memory();
				Transport transport = kind.equals("http") ? Transport.http() : Transport.memory();
				Server server = server(registry, transport);
				Client client = Client.builder(registry).transport(transport).build()) {
			call(client, "warm");
			// The lease of the registry, its renewal, and what the cache knows.
			await().until(() -> Threads.scheduled() <= before + 3);
			long timers = Threads.scheduled();
			ExecutorService executor = Threads.executor(ExecutorMode.POOL, "callers");
			List<Future<?>> callers = IntStream.range(0, CALLERS)
				.<Future<?>>mapToObj((i) -> executor.submit(() -> rounds(client)))
				.toList();
			for (Future<?> caller : callers) {
				caller.get(60, TimeUnit.SECONDS);
			}

			assertThat(client.stats().callsInFlight()).isZero();
			await().until(() -> client.stats().connectionsInUse() == 0);
			assertThat(client.stats().connectionsIdle()).isBetween(1, 3 * CALLERS);
			await().until(() -> server.stats().inFlight() == 0);
			await().until(() -> server.stats().connections() == client.stats().connectionsIdle());
			await().until(() -> Threads.scheduled() <= timers);
			assertThat(server.stats().handled()).isGreaterThan(CALLERS * ROUNDS * 5L);
			client.close();
			await().until(() -> server.stats().connections() == 0);
			executor.shutdown();
		}
	}

	private static void rounds(Client client) {
		for (int i = 0; i < ROUNDS; i++) {
			call(client, "a");
			List<CompletableFuture<String>> together = new ArrayList<>();
			for (int j = 0; j < 3; j++) {
				together.add(client.callAsync(Request.of("echo", "Echo.Say", "b"), String.class,
						CallOptions.defaults().withTimeout(Duration.ofSeconds(30))));
			}
			together.forEach(CompletableFuture::join);
			assertThatExceptionOfType(MicroException.class).isThrownBy(() -> call(client, "fail"));
			stream(client, i);
		}
	}

	/** Ended well, ended by the handler's error, or left by the caller. */
	private static void stream(Client client, int round) {
		try (Stream<String, String> stream = client.stream(Request.of("echo", "Echo.Chat", null), String.class,
				CallOptions.defaults().withTimeout(Duration.ofSeconds(30)))) {
			stream.send("x");
			assertThat(stream.receive()).isEqualTo("x");
			if (round % 3 == 0) {
				stream.closeSend();
				assertThat(stream.receive()).isNull();
			}
			else if (round % 3 == 1) {
				stream.send("fail");
				assertThatExceptionOfType(MicroException.class).isThrownBy(stream::receive);
			}
		}
	}

	private static String call(Client client, String text) {
		return client.call(Request.of("echo", "Echo.Say", text), String.class);
	}

	private static Server server(Registry registry, Transport transport) {
		Server server = Server.builder(registry)
			.transport(transport)
			.options(ServerOptions.named("echo")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build()
			.handle(Handler.of(new Echo()));
		server.start();
		server.register();
		return server;
	}

	@SuppressWarnings("unused")
	static class Echo {

		public String say(String text) {
			if (text.equals("fail")) {
				throw MicroException.conflict("echo", "as asked");
			}
			return text;
		}

		public void chat(Stream<String, String> stream) {
			for (String text : stream.received()) {
				stream.send(say(text));
			}
		}

	}

}
