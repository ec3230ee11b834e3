package io.microspring.autoconfigure.broker;

import java.util.Map;

import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.container.PretendedContainer;
import io.microspring.autoconfigure.container.PretendedService;
import io.microspring.autoconfigure.registry.MicroRegistryConnectionDetails;
import io.microspring.broker.Broker;
import io.microspring.plugins.broker.kafka.KafkaBroker;
import io.microspring.plugins.broker.kafka.KafkaOptions;
import io.microspring.service.Plugin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Brokers in containers, found as Boot finds them. No container runs: what stands for one
 * tells host and port.
 */
class BrokerContainerTest {

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withConfiguration(AutoConfigurations.of(ServiceConnectionAutoConfiguration.class))
		.withPropertyValues("micro.server.enabled=false")
		.withUserConfiguration(Containers.class);

	@Test
	void aContainerSaysWhereTheBrokerIsThatWasChosen() {
		this.runner.withPropertyValues("micro.broker.type=nsq", "micro.broker.address=127.0.0.1:1")
			.run((context) -> assertThat(context.getBean(Broker.class).address()).isEqualTo("container.test:14150"));
	}

	@Test
	void aContainerSaysWhereANamedBrokerIs() {
		this.runner.withPropertyValues("micro.broker.named.queue.type=nsq")
			.run((context) -> assertThat(context.getBean("queue", Broker.class).address())
				.isEqualTo("container.test:14150"));
	}

	@Test
	void aContainerChoosesNoBroker() {
		this.runner.run((context) -> assertThat(context.getBean(Broker.class).name()).isEqualTo("memory"));
	}

	@ParameterizedTest
	@CsvSource({ "nats:2.12-alpine,nats,14222", "eclipse-mosquitto:2,mqtt,11883", "hivemq/hivemq-ce,mqtt,11883",
			"nsqio/nsq:v1.3.0,nsq,14150",
			"gcr.io/google.com/cloudsdktool/google-cloud-cli:emulators,googlepubsub,18085" })
	void serviceOfDockerComposeIsFoundByItsImage(String image, String broker, int port) {
		MicroBrokerConnectionDetails details = (MicroBrokerConnectionDetails) new PretendedService(image, Map.of())
			.details()
			.get(MicroBrokerConnectionDetails.class);
		assertThat(details.type()).isEqualTo(broker);
		assertThat(details.address()).isEqualTo("compose.test:" + port);
	}

	@ParameterizedTest
	@ValueSource(strings = { "consul:1.15", "quay.io/coreos/etcd:v3.6.0" })
	void aRegistryIsNoBroker(String image) {
		assertThat(new PretendedService(image, Map.of()).details())
			.containsOnlyKeys(MicroRegistryConnectionDetails.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class Containers {

		@Bean
		@ServiceConnection("nsqio/nsq")
		PretendedContainer nsq() {
			return new PretendedContainer("nsqio/nsq:v1.3.0");
		}

		/** Tells its address, as any broker does, without connecting. */
		@Bean
		Plugin nsqBroker() {
			return Plugin.broker("nsq",
					(address, registry) -> new KafkaBroker(KafkaOptions.defaults().withAddress(address)));
		}

	}

}
