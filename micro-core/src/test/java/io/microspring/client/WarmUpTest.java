package io.microspring.client;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import io.microspring.errors.MicroException;
import io.microspring.registry.Registry;
import io.microspring.selector.Selector;
import io.microspring.selector.Strategy;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What is done before the first call.
 */
@ParameterizedClass
@ValueSource(strings = { ClientOptions.AUTO, "grpc" })
class WarmUpTest {

	private final ClientOptions options;

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private Server server;

	WarmUpTest(String protocol) {
		this.options = ClientOptions.defaults().withProtocol(protocol);
	}

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
		this.server.register();
	}

	@AfterEach
	void stop() {
		this.server.close();
		this.transport.close();
		this.registry.close();
	}

	@Test
	void connectionIsThereAndTheServiceIsKnown() {
		try (Client client = client()) {
			client.warmUp("echo").join();

			// gRPC's sockets are its calls: what they share is the transport's.
			boolean counted = !"grpc".equals(this.options.calls().protocol());
			assertThat(client.stats().connectionsIdle()).matches((idle) -> idle > 0 == counted);
			assertThat(client.call(Request.of("echo", "Echo.Say", "hi"), String.class)).isEqualTo("hi");
			assertThat(client.stats().attempts()).isEqualTo(1);
		}
	}

	@Test
	void whatFailsDoesNoHarm() {
		try (Client client = client()) {
			assertThatThrownBy(() -> client.warmUp("nobody").join()).hasCauseInstanceOf(MicroException.class)
				.hasMessageContaining("nobody");
			assertThat(client.call(Request.of("echo", "Echo.Say", "hi"), String.class)).isEqualTo("hi");
		}
	}

	@Test
	void whoAsksForItDoesNotWait() {
		CountDownLatch answers = new CountDownLatch(1);
		Strategy slow = (nodes, call) -> {
			try {
				answers.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return 0;
		};
		try (Client client = Client.builder(this.registry)
			.transport(this.transport)
			.selector(Selector.of(this.registry, slow))
			.options(this.options)
			.build()) {
			var warm = client.warmUp("echo");
			assertThat(warm).isNotDone();
			answers.countDown();
			warm.join();
		}
	}

	private Client client() {
		return Client.builder(this.registry).transport(this.transport).options(this.options).build();
	}

}
