package io.microspring.autoconfigure.transport;

import java.time.Duration;

import io.microspring.annotation.MicroHandler;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.BackendSsl;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.plugins.transport.nats.NatsTransportOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls through NATS by one property.
 */
class NatsTransportAutoConfigurationTest {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(ServerRecipe.nats(""));

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withUserConfiguration(Say.class)
		.withPropertyValues("micro.transport.type=nats", "micro.server.address=:0");

	@Test
	void serviceIsCalledAtTheSubjectThatItAnnounces() {
		this.runner.withPropertyValues("micro.transport.address=" + NATS.address()).run((context) -> {
			Node node = context.getBean(Registry.class).get("greeter").get(0).nodes().get(0);
			assertThat(node.address()).startsWith("_INBOX.").doesNotContain(":");
			assertThat(node.metadata()).containsEntry("transport", "nats");
			assertThat(hello(context.getBean(Client.class))).isEqualTo("Hello John");
		});
		this.runner.withPropertyValues("micro.transport.address=" + NATS.address(), "micro.server.address=greeter.one")
			.run((context) -> {
				assertThat(context.getBean(Registry.class).get("greeter").get(0).nodes().get(0).address())
					.isEqualTo("greeter.one");
				assertThat(hello(context.getBean(Client.class))).isEqualTo("Hello John");
			});
	}

	@Test
	void propertiesReachTheTransport() {
		this.runner.withPropertyValues("micro.transport.address=127.0.0.1:1", "micro.transport.nats.connect-timeout=1s")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.satisfies((failure) -> assertThat(context.getStartupFailure())
					.hasStackTraceContaining("nats at 127.0.0.1:1 cannot be reached to listen on")));
		NatsTransportProperties properties = new NatsTransportProperties("root", "secret", "", "",
				Duration.ofSeconds(2), DataSize.ofKilobytes(3), new BackendSsl("", "ca.pem", "", "", "", false));
		assertThat(properties.toString()).doesNotContain("secret");
		NatsTransportOptions options = properties.toOptions("nats:4222", properties.ssl().withoutBundle());
		assertThat(options.maxMessageSize()).isEqualTo(3 * 1024);
		assertThat(options.servers().address()).isEqualTo("nats:4222");
		assertThat(options.servers().username()).isEqualTo("root");
		assertThat(options.servers().tls()).isNotNull();
	}

	private static String hello(Client client) {
		return client.call(Request.of("greeter", "Say.Hello", new Name("John")), Greeting.class).msg();
	}

	record Name(String name) {

	}

	record Greeting(String msg) {

	}

	@MicroHandler
	static class Say {

		public Greeting hello(Name name) {
			return new Greeting("Hello " + name.name());
		}

	}

}
