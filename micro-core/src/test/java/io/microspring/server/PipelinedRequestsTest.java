package io.microspring.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.transport.Inbox;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many requests of one connection run at once.
 */
class PipelinedRequestsTest {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final int LIMIT = 128;

	private final CountDownLatch release = new CountDownLatch(1);

	private final AtomicInteger running = new AtomicInteger();

	private final Registry registry = Registry.memory();

	@AfterEach
	void stop() {
		this.release.countDown();
		this.registry.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "http", "memory" })
	void noMoreThanALimitRunAtOnceAndAllAreAnswered(String name) throws Exception {
		try (Transport transport = name.equals("http") ? Transport.http() : Transport.memory();
				Server server = server(transport)) {
			Socket socket = transport.dial(server.address(), PATIENCE).join();
			Inbox inbox = Inbox.of(socket);
			for (int i = 0; i < 3 * LIMIT; i++) {
				socket.send(request(i));
			}
			Awaitility.await().atMost(PATIENCE).until(() -> this.running.get() == LIMIT);
			// another connection is served meanwhile, and this one no further
			Socket other = transport.dial(server.address(), PATIENCE).join();
			Inbox answers = Inbox.of(other);
			other.send(request(0).withHeader(Headers.ENDPOINT, "Wait.Running"));
			assertThat(new String(answers.take(PATIENCE).body(), StandardCharsets.UTF_8)).contains("" + LIMIT);
			this.release.countDown();
			for (int i = 0; i < 3 * LIMIT; i++) {
				assertThat(inbox.take(PATIENCE).header(Headers.ERROR)).isNull();
			}
		}
	}

	private Server server(Transport transport) {
		Server server = Server.builder(this.registry)
			.transport(transport)
			.options(ServerOptions.named("waiter")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build();
		server.handle(Handler.of("Wait", new Wait()));
		server.start();
		return server;
	}

	private static Message request(int id) {
		return new Message(
				Metadata.of(Headers.SERVICE, "waiter", Headers.ENDPOINT, "Wait.Here", Headers.ID, "" + id,
						Headers.TIMEOUT, "" + PATIENCE.toNanos(), Headers.CONTENT_TYPE, "application/json"),
				"{}".getBytes(StandardCharsets.UTF_8));
	}

	public record Nothing() {
	}

	public record Count(int count) {
	}

	@SuppressWarnings("unused")
	public final class Wait {

		public Count here(Nothing nothing) throws InterruptedException {
			PipelinedRequestsTest.this.running.incrementAndGet();
			PipelinedRequestsTest.this.release.await();
			return new Count(0);
		}

		public Count running(Nothing nothing) {
			return new Count(PipelinedRequestsTest.this.running.get());
		}

	}

}
