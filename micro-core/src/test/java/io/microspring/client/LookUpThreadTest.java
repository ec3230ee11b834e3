package io.microspring.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.call.Stream;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Where nodes are chosen, which may take a look-up that blocks.
 */
class LookUpThreadTest {

	/** Where nobody listens, ever. */
	private static final String NOBODY = "127.0.0.1:1";

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private Server server;

	@BeforeEach
	void start() {
		this.server = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("echo")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build()
			.handle(Handler.named("Echo").unary("Say", String.class, String.class, (call) -> call.request()).build());
		this.server.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
		this.transport.close();
		this.registry.close();
	}

	@Test
	void furtherAttemptIsNotChosenOnAnEventLoop() {
		Choosing selector = new Choosing(NOBODY, this.server.address());
		try (Client client = client(selector)) {
			assertThat(client.callAsync(request(), String.class, CallOptions.defaults()).join()).isEqualTo("hi");
			assertThat(selector.threads).hasSize(2);
			assertThat(selector.onLoop).isEmpty();
		}
	}

	@Test
	void furtherDialOfAStreamIsNotChosenOnAnEventLoop() {
		Choosing selector = new Choosing(NOBODY, this.server.address());
		try (Client client = client(selector);
				Stream<String, String> stream = client.stream(request(), String.class, CallOptions.defaults())) {
			assertThat(selector.threads).hasSize(2).doesNotContain(Thread.currentThread());
			assertThat(selector.onLoop).isEmpty();
		}
	}

	@Test
	void onlyOneCallMayWaitForALookUpThatFails() {
		String up = this.server.address();
		Choosing selector = new Choosing(up, up, "", "", up, up);
		try (Client client = client(selector)) {
			client.call(request(), String.class);
			client.call(request(), String.class);
			assertThatThrownBy(() -> client.call(request(), String.class)).isInstanceOf(MicroException.class);
			assertThatThrownBy(() -> client.call(request(), String.class)).isInstanceOf(MicroException.class);
			client.call(request(), String.class);
			client.call(request(), String.class);

			assertThat(selector.threads).map((thread) -> thread == Thread.currentThread())
				.containsExactly(false, true, true, false, false, true);
		}
	}

	private Client client(Selector selector) {
		return Client.builder(this.registry)
			.selector(selector)
			.transport(this.transport)
			.options(ClientOptions.defaults().withExecutor(ExecutorMode.DIRECT))
			.build();
	}

	private static Request request() {
		return Request.of("echo", "Echo.Say", "hi");
	}

	/** One address after the other, none for an empty one. */
	private static final class Choosing implements Selector {

		private final String[] addresses;

		private final List<Thread> threads = new CopyOnWriteArrayList<>();

		private final List<Thread> onLoop = new CopyOnWriteArrayList<>();

		Choosing(String... addresses) {
			this.addresses = addresses;
		}

		@Override
		public Node select(Selection call, List<Node> tried) {
			String address = this.addresses[this.threads.size()];
			this.threads.add(Thread.currentThread());
			if (Threads.isLoop()) {
				this.onLoop.add(Thread.currentThread());
			}
			if (address.isEmpty()) {
				throw MicroException.notFound("go.micro.client", "service " + call.service() + ": not found");
			}
			return Node.of("echo-" + address, address);
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

	}

}
