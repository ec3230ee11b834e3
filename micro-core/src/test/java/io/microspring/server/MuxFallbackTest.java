package io.microspring.server;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.microspring.call.Stream;
import io.microspring.concurrent.Backoff;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.client.Request;
import io.microspring.client.RetryPolicy;
import io.microspring.registry.Registry;
import io.microspring.transport.Listener;
import io.microspring.transport.Multiplex;
import io.microspring.transport.MultiplexedCall;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A multiplexed connection that goes away between the look-up and the call: nobody
 * notices.
 */
class MuxFallbackTest {

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private final Flickering flickering = new Flickering(this.transport, new AtomicInteger());

	private final Server server = Server.builder(this.registry)
		.transport(this.transport)
		.options(ServerOptions.named("echoes").withAddress("127.0.0.1:0"))
		.build()
		.handle(Handler.of("Echo", new Echo()));

	private final Client client = Client.builder(this.registry)
		.transport(this.flickering)
		.options(ClientOptions.defaults().withRetries(0, RetryPolicy.never(), Backoff.none()))
		.build();

	@BeforeEach
	void start() {
		this.server.start();
		this.server.register();
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.server.close();
		this.transport.close();
		this.registry.close();
	}

	@Test
	void callGoesOverHttpInstead() {
		await().until(() -> {
			assertThat(this.client.call(Request.of("echoes", "Echo.Once", new Text("a")), Text.class))
				.isEqualTo(new Text("a"));
			return this.flickering.lost().get() > 0;
		});
	}

	@Test
	void streamGoesOverHttpInstead() {
		await().until(() -> {
			try (Stream<Text, Text> stream = this.client.stream(Request.of("echoes", "Echo.Twice", new Text("a")),
					Text.class, CallOptions.defaults())) {
				assertThat(stream.receive()).isEqualTo(new Text("a"));
				assertThat(stream.receive()).isEqualTo(new Text("a"));
				assertThat(stream.receive()).isNull();
			}
			return this.flickering.lost().get() > 0;
		});
	}

	public record Text(String text) {
	}

	/** What is called. */
	@SuppressWarnings("unused")
	static final class Echo {

		public Text once(Text text) {
			return text;
		}

		public void twice(Text text, Stream<Text, Text> answers) {
			answers.send(text);
			answers.send(text);
		}

	}

	/** Its multiplexed connections are found open once, and never again. */
	private record Flickering(Transport http, AtomicInteger lost) implements Transport {

		@Override
		public String name() {
			return "http";
		}

		@Override
		public String multiplex() {
			return "frames";
		}

		@Override
		public CompletableFuture<Multiplex> dialMultiplex(String address, Duration timeout) {
			return this.http.dialMultiplex(address, timeout)
				.thenApply((connected) -> new FoundOnce(connected, new AtomicBoolean(), this.lost));
		}

		@Override
		public CompletableFuture<Socket> dial(String address, Duration timeout) {
			return this.http.dial(address, timeout);
		}

		@Override
		public Listener listen(String address, Consumer<Socket> onAccept) {
			return this.http.listen(address, onAccept);
		}

		@Override
		public void close() {
			// whoever made it closes it
		}

	}

	/** A connection that is open when it is looked at first. */
	private record FoundOnce(Multiplex real, AtomicBoolean found, AtomicInteger lost) implements Multiplex {

		@Override
		public boolean isOpen() {
			if (this.found.compareAndSet(false, true)) {
				return true;
			}
			this.lost.incrementAndGet();
			return false;
		}

		@Override
		public boolean takesCalls() {
			return true;
		}

		@Override
		public boolean takesStreams() {
			return true;
		}

		@Override
		public void call(MultiplexedCall call) {
			this.real.call(call);
		}

		@Override
		public void cancel(MultiplexedCall call) {
			this.real.cancel(call);
		}

		@Override
		public Socket open() {
			return this.real.open();
		}

		@Override
		public int underWay() {
			return this.real.underWay();
		}

		@Override
		public String remote() {
			return this.real.remote();
		}

		@Override
		public void drain() {
			this.real.drain();
		}

		@Override
		public void close() {
			this.real.close();
		}

	}

}
