package io.microspring.autoconfigure.transport;

import java.nio.file.Path;
import java.time.Duration;

import com.rabbitmq.client.ConnectionFactory;
import io.microspring.annotation.MicroHandler;
import io.microspring.autoconfigure.BackendSsl;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.TlsServers;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.plugins.rabbitmq.RabbitOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.test.server.ExternalServer;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.amqp.autoconfigure.RabbitAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls through RabbitMQ by one property, at the address and with the properties that
 * Boot knows, or our own.
 */
class RabbitTransportAutoConfigurationTest {

	@RegisterExtension
	static final ExternalServer RABBITMQ = TlsServers.rabbitmq();

	@TempDir
	private Path directory;

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withConfiguration(AutoConfigurations.of(RabbitAutoConfiguration.class, SslAutoConfiguration.class))
		.withUserConfiguration(Say.class)
		.withPropertyValues("micro.transport.type=rabbitmq", "micro.server.address=:0");

	@Test
	void callsGoThroughTheRabbitThatBootKnowsWithItsSslBundle() {
		RABBITMQ.requireOurs();
		this.runner.withPropertyValues(TlsServers.bundle("rabbit", this.directory))
			.withPropertyValues("spring.rabbitmq.addresses=" + RABBITMQ.address(), "spring.rabbitmq.ssl.bundle=rabbit")
			.run((context) -> {
				Node node = context.getBean(Registry.class).get("greeter").get(0).nodes().get(0);
				assertThat(node.address()).doesNotContain(":");
				assertThat(node.metadata()).containsEntry("transport", "rabbitmq");
				assertThat(hello(context.getBean(Client.class))).isEqualTo("Hello John");
			});
	}

	@Test
	void ourOwnAddressAndTlsWinOverBoots() {
		RABBITMQ.requireOurs();
		this.runner.withPropertyValues(TlsServers.own("micro.transport.rabbitmq.ssl", this.directory))
			.withPropertyValues("spring.rabbitmq.addresses=boot:1", "micro.transport.address=" + RABBITMQ.address(),
					"micro.server.address=greeter.one")
			.run((context) -> {
				assertThat(context.getBean(Registry.class).get("greeter").get(0).nodes().get(0).address())
					.isEqualTo("greeter.one");
				assertThat(hello(context.getBean(Client.class))).isEqualTo("Hello John");
			});
	}

	@Test
	void aRabbitThatIsAwayOrRefusesIsNamedAtTheStart() {
		this.runner.withPropertyValues("spring.rabbitmq.addresses=127.0.0.1:1")
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining("could not listen on")
				.hasStackTraceContaining("rabbitmq at 127.0.0.1:1 cannot be reached within 10000 ms"));
		RABBITMQ.requireOurs();
		this.runner.withPropertyValues(TlsServers.bundle("rabbit", this.directory))
			.withPropertyValues("spring.rabbitmq.addresses=" + RABBITMQ.address(), "spring.rabbitmq.ssl.bundle=rabbit",
					"spring.rabbitmq.username=stranger", "spring.rabbitmq.password=pa55word")
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining(RABBITMQ.address() + " does not let in user stranger: ACCESS_REFUSED"));
	}

	@Test
	void propertiesReachTheTransport() {
		RabbitTransportProperties properties = new RabbitTransportProperties("root", "secret", "fleet", "calls", true,
				Duration.ofSeconds(2), DataSize.ofKilobytes(3), new BackendSsl("", "ca.pem", "", "", "", false));
		assertThat(properties.toString()).doesNotContain("secret");
		RabbitOptions options = properties.toOptions(properties.ssl().withoutBundle()).connection();
		assertThat(options.maxMessageSize()).isEqualTo(3 * 1024);
		assertThat(options.username()).isEqualTo("root");
		assertThat(options.virtualHost()).isEqualTo("fleet");
		assertThat(options.exchange()).isEqualTo("calls");
		assertThat(options.exchangeType()).isEqualTo("topic");
		assertThat(options.durableExchange()).isTrue();
		assertThat(options.timeout()).isEqualTo(Duration.ofSeconds(2));
		assertThat(options.tls()).isNotNull();
	}

	@Test
	void withoutBootsModuleRabbitWorksStillAndWithoutTheDriverTheOptionsAreNotThere() {
		MicroRunner.memory()
			.withPropertyValues("micro.transport.type=rabbitmq")
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.amqp", "org.springframework.amqp"))
			.run((context) -> assertThat(context.getBean(Transport.class).name()).isEqualTo("rabbitmq"));
		MicroRunner.memory()
			.withClassLoader(new FilteredClassLoader(ConnectionFactory.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(RabbitTransportAutoConfiguration.class));
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
