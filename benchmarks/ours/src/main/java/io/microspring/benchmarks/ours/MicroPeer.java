package io.microspring.benchmarks.ours;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.Server;
import io.microspring.broker.Broker;
import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.server.Handler;
import io.microspring.service.MicroService;

/**
 * A service and a client that finds it in a registry. A variant is what is spoken and how
 * it runs, such as {@code mucp-direct}: {@code mucp}, {@code json} (mucp with JSON),
 * {@code mux} (many calls on a connection) or {@code grpc}, and {@code direct} (a handler
 * on the event loop, an asynchronous client) or {@code default} (a handler on the default
 * executor, a client that waits).
 */
public final class MicroPeer implements Peer {

	private static final String SERVICE = "bench";

	private static final Duration LONG = Duration.ofHours(1);

	@Override
	public Server serve(String variant) {
		MicroService service = MicroService.named(SERVICE)
			.address("127.0.0.1:0")
			.registry(Registry.memory())
			.broker(Broker.memory())
			.handle(handler(variant))
			.handleSignals(false)
			.build();
		service.start();
		return new MicroServer(service);
	}

	private static Handler handler(String variant) {
		if (variant.startsWith("json")) {
			return Handler.of("Echoer", isDirect(variant) ? new JsonEchoers.Direct() : new JsonEchoers.Default());
		}
		return Handler.of("Echoer", isDirect(variant) ? new Echoers.Direct() : new Echoers.Default());
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) {
		Registry registry = Registry.memory();
		Map<String, String> metadata = new HashMap<>(
				Map.of("protocol", "mucp", "server", "mucp", "transport", "http", "micro-runtime", "java"));
		if (variant.startsWith("mux")) {
			metadata.put("micro-mux", "frames");
		}
		registry.register(Service.of(SERVICE, "latest", new Node("bench-1", "127.0.0.1:" + port, metadata)), LONG);
		Client client = Client.builder(registry)
			.options(ClientOptions.defaults()
				.withPool(Math.max(100, concurrency), LONG)
				.withExecutor(isDirect(variant) ? ExecutorMode.DIRECT : ExecutorMode.AUTO)
				.withProtocol(variant.startsWith("grpc") ? "grpc" : ClientOptions.AUTO))
			.build();
		if (variant.startsWith("json")) {
			return isDirect(variant) ? new JsonCallers.Async(client, SERVICE)
					: new JsonCallers.Blocking(client, SERVICE);
		}
		return isDirect(variant) ? new AsyncMicroCaller(client, SERVICE) : new BlockingMicroCaller(client, SERVICE);
	}

	private static boolean isDirect(String variant) {
		return variant.endsWith("-direct");
	}

	private record MicroServer(MicroService service) implements Server {

		@Override
		public int port() {
			String address = this.service.server().address();
			return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
		}

		@Override
		public void close() {
			this.service.close();
		}

	}

}
