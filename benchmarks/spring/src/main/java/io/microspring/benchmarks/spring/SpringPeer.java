package io.microspring.benchmarks.spring;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.Server;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * An application with a handler, and one with an interface that calls it. A variant is
 * what is spoken, how it runs, and whether each call is observed by Micrometer, with
 * meters in memory and no exporter: {@code mucp-direct}, {@code mucp-default-observed},
 * {@code mux-default}, {@code grpc-default}.
 */
public final class SpringPeer implements Peer {

	private static final String SERVICE = "bench";

	private static final Duration LONG = Duration.ofHours(1);

	@Override
	public Server serve(String variant) {
		ConfigurableApplicationContext context = run(isDirect(variant) ? DirectServer.class : DefaultServer.class,
				variant, Map.of("spring.application.name", SERVICE, "micro.server.address", "127.0.0.1:0"));
		return new SpringServer(context);
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) {
		ConfigurableApplicationContext context = run(Callers.class, variant,
				Map.of("spring.application.name", "caller", "micro.server.enabled", "false", "micro.client.warm-up",
						"false", "micro.client.pool.size", String.valueOf(Math.max(100, concurrency)),
						"micro.client.pool.ttl", "1h", "micro.client.executor", isDirect(variant) ? "direct" : "auto",
						"micro.client.type", variant.startsWith("grpc") ? "grpc" : "auto"));
		Map<String, String> metadata = new HashMap<>(
				Map.of("protocol", "mucp", "server", "mucp", "transport", "http", "micro-runtime", "java"));
		if (variant.startsWith("mux")) {
			metadata.put("micro-mux", "frames");
		}
		context.getBean(Registry.class)
			.register(Service.of(SERVICE, "latest", new Node("bench-1", "127.0.0.1:" + port, metadata)), LONG);
		return isDirect(variant) ? new Callers.Async(context, context.getBean(Callers.AsyncEchoer.class))
				: new Callers.Blocking(context, context.getBean(Callers.BlockingEchoer.class));
	}

	private static boolean isDirect(String variant) {
		return variant.contains("-direct");
	}

	private static ConfigurableApplicationContext run(Class<?> source, String variant, Map<String, Object> more) {
		Map<String, Object> properties = new HashMap<>(more);
		properties.put("micro.registry.type", "memory");
		properties.put("micro.broker.type", "memory");
		properties.put("micro.observability.enabled", String.valueOf(variant.endsWith("-observed")));
		properties.put("spring.main.banner-mode", "off");
		properties.put("logging.level.root", "warn");
		SpringApplication application = new SpringApplication(source);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setDefaultProperties(properties);
		return application.run();
	}

	private record SpringServer(ConfigurableApplicationContext context) implements Server {

		@Override
		public int port() {
			String address = this.context.getBean(io.microspring.server.Server.class).address();
			return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
		}

		@Override
		public void close() {
			this.context.close();
		}

	}

}
