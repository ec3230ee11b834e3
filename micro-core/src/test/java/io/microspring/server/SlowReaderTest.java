package io.microspring.server;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.registry.Registry;
import io.microspring.transport.HttpOptions;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A handler that takes what it is sent slowly, and its caller is far ahead: nobody gives
 * it up, as long as it takes anything.
 */
class SlowReaderTest {

	private static final int MESSAGES = 16_000;

	private static final Duration IDLE = Duration.ofSeconds(2);

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http(HttpOptions.defaults().withIdleTimeout(IDLE));

	private final Semaphore paces = new Semaphore(0);

	private final ScheduledExecutorService pacing = Executors.newSingleThreadScheduledExecutor();

	private final Server server = Server.builder(this.registry)
		.transport(this.transport)
		.options(ServerOptions.named("counts").withAddress("127.0.0.1:0"))
		.build()
		.handle(Handler.of("Count", new Count(this.paces)));

	@BeforeEach
	void start() {
		this.server.start();
		this.server.register();
		this.pacing.scheduleAtFixedRate(this.paces::release, 0, 5, TimeUnit.MILLISECONDS);
	}

	@AfterEach
	void stop() {
		this.paces.release(2 * MESSAGES);
		this.pacing.shutdownNow();
		this.server.close();
		this.transport.close();
		this.registry.close();
	}

	@ParameterizedTest
	@EnumSource(names = "MUX")
	void slowHandlerIsSentEverything(Wire wire) throws Exception {
		try (Client client = Client.builder(this.registry).transport(this.transport).options(wire.client()).build()) {
			wire.warm(client, "counts");
			try (Stream<Text, Number> stream = open(client)) {
				CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> send(stream));
				await().during(IDLE.multipliedBy(3)).atMost(IDLE.multipliedBy(5)).until(() -> !sent.isDone());
				this.paces.release(2 * MESSAGES);
				sent.get(20, TimeUnit.SECONDS);
				assertThat(stream.receive()).isEqualTo(new Number(MESSAGES));
			}
		}
	}

	private static Stream<Text, Number> open(Client client) {
		return client.stream(Request.of("counts", "Count.All", null), Number.class,
				CallOptions.defaults().withTimeout(Duration.ofMinutes(1)));
	}

	private static void send(Stream<Text, Number> stream) {
		Text text = new Text("a".repeat(1000));
		for (int i = 0; i < MESSAGES; i++) {
			stream.send(text);
		}
		stream.closeSend();
	}

	public record Text(String text) {
	}

	public record Number(int number) {
	}

	/** What is called. */
	@SuppressWarnings("unused")
	static final class Count {

		private final Semaphore paces;

		Count(Semaphore paces) {
			this.paces = paces;
		}

		public void all(Stream<Number, Text> texts) throws InterruptedException {
			int number = 0;
			while (texts.receive() != null) {
				number++;
				this.paces.acquire();
			}
			texts.send(new Number(number));
		}

	}

}
