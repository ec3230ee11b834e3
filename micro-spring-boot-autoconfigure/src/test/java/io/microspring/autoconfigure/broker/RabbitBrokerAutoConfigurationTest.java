package io.microspring.autoconfigure.broker;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.rabbitmq.client.ConnectionFactory;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.BootRabbit;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.TlsServers;
import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.client.Client;
import io.microspring.health.HealthReport;
import io.microspring.plugins.rabbitmq.RabbitOptions;
import io.microspring.test.server.ExternalServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.amqp.rabbit.connection.AbstractConnectionFactory;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.boot.amqp.autoconfigure.RabbitAutoConfiguration;
import org.springframework.boot.amqp.autoconfigure.RabbitConnectionDetails;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * RabbitMQ by one property, at the address and with the properties that Boot knows.
 */
class RabbitBrokerAutoConfigurationTest {

	@RegisterExtension
	static final ExternalServer RABBITMQ = TlsServers.rabbitmq();

	@TempDir
	private Path directory;

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withConfiguration(AutoConfigurations.of(RabbitAutoConfiguration.class, SslAutoConfiguration.class))
		.withPropertyValues("micro.broker.type=rabbitmq");

	@Test
	void messagesGoThroughTheRabbitThatBootKnowsWithItsSslBundle() {
		RABBITMQ.requireOurs();
		this.runner.withUserConfiguration(Listening.class)
			.withPropertyValues(TlsServers.bundle("rabbit", this.directory))
			.withPropertyValues("spring.rabbitmq.addresses=" + RABBITMQ.address(), "spring.rabbitmq.ssl.bundle=rabbit")
			.run((context) -> {
				assertThat(context.getBean(Broker.class).address()).isEqualTo(RABBITMQ.address());
				context.getBean(Client.class).publish("micro-news", new Text("one"));
				assertThat(context.getBean(Listening.class).received.poll(30, TimeUnit.SECONDS))
					.isEqualTo(new Text("one"));
			});
	}

	@Test
	void messagesGoThroughTheRabbitOfOurOwnAddressAndTls() {
		RABBITMQ.requireOurs();
		this.runner.withPropertyValues(TlsServers.own("micro.broker.rabbitmq.ssl", this.directory))
			.withPropertyValues("spring.rabbitmq.addresses=boot:1", "micro.broker.address=" + RABBITMQ.address())
			.run((context) -> assertThat(context.getBean(Broker.class).health().state())
				.isEqualTo(HealthReport.State.UP));
	}

	@Test
	void whoIsNotLetInIsNamed() {
		RABBITMQ.requireOurs();
		this.runner.withPropertyValues(TlsServers.bundle("rabbit", this.directory))
			.withPropertyValues("spring.rabbitmq.addresses=" + RABBITMQ.address(), "spring.rabbitmq.ssl.bundle=rabbit",
					"spring.rabbitmq.username=stranger", "spring.rabbitmq.password=pa55word")
			.run((context) -> assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> context.getBean(Broker.class).connect())
				.withMessageContaining(RABBITMQ.address() + " does not let in user stranger: ACCESS_REFUSED")
				.withMessageNotContaining("pa55word"));
	}

	@Test
	void ourOwnAddressWinsOverBoots() {
		this.runner.withPropertyValues("spring.rabbitmq.addresses=boot:1", "micro.broker.address=own:2")
			.run((context) -> assertThat(context.getBean(Broker.class).address()).isEqualTo("own:2"));
	}

	@Test
	void connectionDetailsOfAContainerWinOverProperties() {
		this.runner
			.withBean(RabbitConnectionDetails.class,
					() -> () -> List.of(new RabbitConnectionDetails.Address("container", 1),
							new RabbitConnectionDetails.Address("[::1]", 2)))
			.withPropertyValues("spring.rabbitmq.addresses=boot:1")
			.run((context) -> assertThat(context.getBean(Broker.class).address()).isEqualTo("container:1,[::1]:2"));
	}

	@Test
	void factoryOfTheApplicationSaysItselfWhereItsRabbitIs() {
		CachingConnectionFactory one = new CachingConnectionFactory("one.example", 1234);
		this.runner.withBean(AbstractConnectionFactory.class, () -> one)
			.withPropertyValues("spring.rabbitmq.addresses=boot:1")
			.run((context) -> assertThat(context.getBean(Broker.class).address()).isEqualTo("one.example:1234"));
		CachingConnectionFactory several = new CachingConnectionFactory();
		several.setAddresses("two.example,three.example:3");
		this.runner.withBean(AbstractConnectionFactory.class, () -> several)
			.run((context) -> assertThat(context.getBean(Broker.class).address())
				.isEqualTo("two.example:5672,three.example:3"));
	}

	@Test
	void propertiesOfBootStandBehindOurs() {
		this.runner
			.withPropertyValues("spring.rabbitmq.username=boot", "spring.rabbitmq.password=secret",
					"spring.rabbitmq.virtual-host=fleet", "spring.rabbitmq.requested-heartbeat=7s")
			.run((context) -> {
				RabbitOptions options = context.getBean(BootRabbit.class).behind(RabbitOptions.defaults());
				ConnectionFactory factory = options.factory();
				assertThat(factory).isNotNull();
				assertThat(factory.getUsername()).isEqualTo("boot");
				assertThat(factory.getVirtualHost()).isEqualTo("fleet");
				assertThat(factory.getRequestedHeartbeat()).isEqualTo(7);
				assertThat(options.toString() + context.getBean(BootRabbit.class)).doesNotContain("secret");
			});
	}

	@Test
	void whenBootsModuleIsNotThereThenRabbitWorksStill() {
		MicroRunner.memory()
			.withPropertyValues("micro.broker.type=rabbitmq")
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.amqp", "org.springframework.amqp"))
			.run((context) -> assertThat(context.getBean(Broker.class).name()).isEqualTo("rabbitmq"));
	}

	@Test
	void whenTheDriverIsNotThereThenTheOptionsAreNotEither() {
		MicroRunner.memory()
			.withClassLoader(new FilteredClassLoader(ConnectionFactory.class))
			.withPropertyValues("micro.broker.type=memory")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RabbitBrokerAutoConfiguration.class));
	}

	record Text(String text) {

	}

	static class Listening {

		private final BlockingQueue<Text> received = new LinkedBlockingQueue<>();

		@MicroSubscriber(topic = "micro-news", queue = "readers")
		public void onNews(Text news) {
			this.received.add(news);
		}

	}

}
