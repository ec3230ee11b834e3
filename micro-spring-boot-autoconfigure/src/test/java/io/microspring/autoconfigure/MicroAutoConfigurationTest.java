package io.microspring.autoconfigure;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import io.etcd.jetcd.api.KVGrpc;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.microspring.autoconfigure.broker.KafkaBrokerAutoConfiguration;
import io.microspring.autoconfigure.registry.ConsulRegistryAutoConfiguration;
import io.microspring.autoconfigure.registry.EtcdRegistryAutoConfiguration;
import io.microspring.autoconfigure.registry.KubernetesRegistryAutoConfiguration;
import io.microspring.broker.Broker;
import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.codec.Codecs;
import io.microspring.registry.Registry;
import io.microspring.selector.Selector;
import io.microspring.selector.Strategy;
import io.microspring.server.Server;
import io.microspring.service.Catalogue;
import io.microspring.service.MissingDriverException;
import io.microspring.service.Plugin;
import io.microspring.service.UnknownPluginException;
import io.microspring.transport.Transport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.consul.ConsulClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every part is made from properties, and gives way to a bean of the application.
 */
class MicroAutoConfigurationTest {

	private final ApplicationContextRunner runner = MicroRunner.memory();

	@Test
	void everyPartIsABean() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(Registry.class)
			.hasSingleBean(Broker.class)
			.hasSingleBean(Transport.class)
			.hasSingleBean(Selector.class)
			.hasSingleBean(Strategy.class)
			.hasSingleBean(Codecs.class)
			.hasSingleBean(Client.class)
			.hasSingleBean(Server.class)
			.hasSingleBean(Catalogue.class));
	}

	@Test
	void theDefaultsAreGoMicros() {
		new ApplicationContextRunner().withConfiguration(MicroRunner.PARTS).run((context) -> {
			assertThat(context.getBean(Registry.class).name()).isEqualTo("mdns");
			assertThat(context.getBean(Broker.class)).hasSameClassAs(Broker.http(Registry.memory()));
			assertThat(context.getBean(Transport.class).name()).isEqualTo("http");
			assertThat(context.getBean(ClientOptions.class).calls().timeout()).isEqualTo(Duration.ofSeconds(5));
		});
	}

	@Test
	void whenMicroIsOffThenThereIsNothing() {
		this.runner.withPropertyValues("micro.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(Registry.class)
				.doesNotHaveBean(Broker.class)
				.doesNotHaveBean(Transport.class)
				.doesNotHaveBean(Selector.class)
				.doesNotHaveBean(Client.class)
				.doesNotHaveBean(Server.class)
				.doesNotHaveBean(Catalogue.class));
	}

	@Test
	void whenTheServerIsOffThenThereIsAClientStill() {
		this.runner.withPropertyValues("micro.server.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(Server.class).hasSingleBean(Client.class));
	}

	@Test
	void aBeanOfTheApplicationAlwaysWins() {
		this.runner.withUserConfiguration(OwnParts.class)
			.run((context) -> assertThat(context).getBeans(Object.class)
				.containsKeys("ownRegistry", "ownBroker", "ownTransport", "ownSelector", "ownClient", "ownServer")
				.doesNotContainKeys("microRegistry", "microBroker", "microTransport", "microSelector", "microClient",
						"microServer"));
	}

	@Test
	void aStrategyOfTheApplicationPicksTheNodes() {
		this.runner.withBean(Strategy.class, () -> (nodes, call) -> 0)
			.run((context) -> assertThat(context).hasSingleBean(Strategy.class)
				.hasSingleBean(Selector.class)
				.doesNotHaveBean("microStrategy"));
	}

	@ParameterizedTest
	@CsvSource({ "REGISTRY, mdns", "BROKER, http", "TRANSPORT, http", "SELECTOR, round-robin" })
	void anUnknownTypeListsTheKnownOnes(Plugin.Concept concept, String known) {
		this.runner.withPropertyValues("micro." + concept.word() + ".type=nothing").run((context) -> {
			UnknownPluginException failure = cause(context.getStartupFailure(), UnknownPluginException.class);
			assertThat(failure.concept()).isEqualTo(concept);
			assertThat(failure.name()).isEqualTo("nothing");
			assertThat(failure.known()).contains(known);
		});
	}

	@Test
	void aPluginBeanCanBeChosenByItsName() {
		AtomicReference<String> asked = new AtomicReference<>();
		this.runner.withBean(Plugin.class, () -> Plugin.registry("own", (address) -> {
			asked.set(address);
			return Registry.memory();
		}))
			.withPropertyValues("micro.registry.type=own", "micro.registry.address=host:1")
			.run((context) -> assertThat(context).hasSingleBean(Registry.class));
		assertThat(asked).hasValue("host:1");
	}

	@Test
	void whenTheDriverOfAPluginIsMissingThenItSaysWhatToAdd() {
		this.runner
			.withBean(Plugin.class,
					() -> Plugin.registry("own", (address) -> Registry.memory())
						.needing("no.such.Driver", "org:driver"))
			.withPropertyValues("micro.registry.type=own")
			.run((context) -> assertThat(
					cause(context.getStartupFailure(), MissingDriverException.class).plugin().dependency())
				.isEqualTo("org:driver"));
	}

	@Test
	void whenADriverIsNotThereThenItsAutoConfigurationIsNot() {
		this.runner
			.withClassLoader(new FilteredClassLoader(ConsulClient.class, KVGrpc.class, KubernetesClientBuilder.class,
					KafkaProducer.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ConsulRegistryAutoConfiguration.class)
				.doesNotHaveBean(EtcdRegistryAutoConfiguration.class)
				.doesNotHaveBean(KubernetesRegistryAutoConfiguration.class)
				.doesNotHaveBean(KafkaBrokerAutoConfiguration.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "client", "server" })
	void anUnknownProtocolIsRefused(String side) {
		this.runner.withPropertyValues("micro." + side + ".type=soap")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("micro." + side + ".type")
				.hasMessageContaining("mucp"));
	}

	private static <T extends Throwable> T cause(Throwable failure, Class<T> type) {
		Throwable cause = failure;
		while (!type.isInstance(cause)) {
			assertThat(cause).as("no " + type.getSimpleName() + " in the causes").isNotNull();
			cause = cause.getCause();
		}
		return type.cast(cause);
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnParts {

		@Bean
		Registry ownRegistry() {
			return Registry.memory();
		}

		@Bean
		Broker ownBroker() {
			return Broker.memory();
		}

		@Bean
		Transport ownTransport() {
			return Transport.memory();
		}

		@Bean
		Selector ownSelector(Registry registry) {
			return Selector.of(registry, Strategy.random());
		}

		@Bean
		Client ownClient(Registry registry) {
			return Client.builder(registry).build();
		}

		@Bean
		Server ownServer(Registry registry) {
			return Server.builder(registry).build();
		}

	}

}
