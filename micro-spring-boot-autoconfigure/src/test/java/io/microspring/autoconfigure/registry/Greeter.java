package io.microspring.autoconfigure.registry;

import io.microspring.annotation.MicroHandler;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * A whole application with a service that answers what it is told.
 */
final class Greeter {

	private Greeter() {
	}

	/** An application with a registry, and with nothing else from outside. */
	static SpringApplicationBuilder named(String name, String registry, String address) {
		return new SpringApplicationBuilder(Application.class).properties("spring.application.name=" + name,
				"server.port=0", "server.address=127.0.0.1", "micro.registry.type=" + registry,
				"micro.registry.address=" + address, "micro.broker.type=memory", "micro.server.address=127.0.0.1:0",
				"micro.server.shutdown.deregister-delay=0");
	}

	record Text(String text) {

	}

	@MicroHandler
	static class Say {

		public Text hello(Text in) {
			return in;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Say.class)
	static class Application {

	}

}
