package io.microspring.plugins;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;

import io.microspring.broker.Broker;
import io.microspring.registry.Registry;
import io.microspring.service.Catalogue;
import io.microspring.service.MissingDriverException;
import io.microspring.service.Plugin;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PluginsTest {

	static List<Plugin> withDrivers() {
		return Plugins.all().stream().filter((plugin) -> plugin.driver() != null).toList();
	}

	@Test
	void catalogueHoldsTheEmbeddedAndTheOptionalBackends() {
		assertThat(Plugins.catalogue().names(Plugin.Concept.REGISTRY)).contains("mdns", "memory", "consul", "dns",
				"etcd", "gossip", "kubernetes", "nats", "zookeeper");
		assertThat(Plugins.catalogue().names(Plugin.Concept.BROKER)).contains("http", "memory", "googlepubsub", "jms",
				"kafka", "mqtt", "nats", "nsq", "rabbitmq", "redis");
		assertThat(Plugins.catalogue().names(Plugin.Concept.TRANSPORT)).contains("http", "grpc", "memory", "nats",
				"rabbitmq");
		assertThat(Plugins.catalogue().names(Plugin.Concept.CODEC)).contains("bson", "bson-rpc", "msgpack",
				"msgpack-rpc");
	}

	@Test
	void codecIsThereByItsContentTypesAsItsDriverIs() {
		assertThat(Plugins.catalogue().codecs().contentTypes()).contains("application/json", "application/bson",
				"application/bson-rpc", "application/msgpack", "application/x-msgpack", "application/msgpack-rpc");
		assertThat(Catalogue.embedded().codecs().contentTypes()).contains("application/json")
			.doesNotContain("application/bson");
	}

	@ParameterizedTest
	@MethodSource("withDrivers")
	void lineNamesADriverThatTheDependencyBrings(Plugin plugin) {
		assertThat(plugin.driver()).isNotNull();
		assertThat(plugin.dependency()).matches("[a-z0-9.]+:[a-z-]+(:[0-9.]+)?");
		assertThat(plugin.isAvailable()).isTrue();
	}

	@ParameterizedTest
	@MethodSource("withDrivers")
	void lineNamesTheVersionThatWasTestedWhereBootHasNone(Plugin plugin) throws Exception {
		String[] coordinates = plugin.dependency().split(":");
		if (coordinates.length == 3) {
			String jar = Class.forName(plugin.driver()).getProtectionDomain().getCodeSource().getLocation().getPath();
			assertThat(jar).endsWith("-" + coordinates[2] + ".jar");
		}
		else {
			assertThat(coordinates[0]).as("a group of Boot's own BOM")
				.isIn("com.rabbitmq", "io.lettuce", "io.netty", "org.apache.artemis", "org.mongodb",
						"org.springframework.kafka");
		}
	}

	@Test
	void lineMakesItsBackendAtItsOwnAddressOrAnother() {
		Catalogue catalogue = Plugins.catalogue();
		try (Registry registry = catalogue.registry("consul", "consul.local")) {
			assertThat(registry).hasToString("consul at consul.local:8500");
			assertThat(registry.name()).isEqualTo("consul");
		}
		try (Registry registry = catalogue.registry("consul", "")) {
			assertThat(registry).hasToString("consul at 127.0.0.1:8500");
		}
		try (Registry registry = catalogue.registry("etcd", "etcd.local")) {
			assertThat(registry).hasToString("etcd at etcd.local:2379");
			assertThat(registry.name()).isEqualTo("etcd");
		}
		try (Registry registry = catalogue.registry("gossip", "seed.local,seed2.local:1234")) {
			assertThat(registry).hasToString("gossip with seed.local:7946, seed2.local:1234");
			assertThat(registry.name()).isEqualTo("gossip");
		}
		try (Registry registry = catalogue.registry("gossip", "")) {
			assertThat(registry).hasToString("gossip");
		}
		try (Registry registry = catalogue.registry("kubernetes", "k8s.local:6443")) {
			assertThat(registry).hasToString("kubernetes at https://k8s.local:6443");
			assertThat(registry.name()).isEqualTo("kubernetes");
		}
		try (Registry registry = catalogue.registry("zookeeper", "zk1,zk2:2182/fleet")) {
			assertThat(registry).hasToString("zookeeper at zk1:2181, zk2:2182/fleet");
			assertThat(registry.name()).isEqualTo("zookeeper");
		}
		try (Registry registry = catalogue.registry("zookeeper", "")) {
			assertThat(registry).hasToString("zookeeper at 127.0.0.1:2181");
		}
		try (Registry registry = Registry.memory(); Broker broker = catalogue.broker("kafka", "", registry)) {
			assertThat(broker.address()).isEqualTo("127.0.0.1:9092");
			assertThat(broker.name()).isEqualTo("kafka");
		}
		try (Registry registry = Registry.memory();
				Broker broker = catalogue.broker("rabbitmq", "rabbit.local", registry)) {
			assertThat(broker).hasToString("rabbitmq at rabbit.local:5672");
			assertThat(broker.name()).isEqualTo("rabbitmq");
		}
		try (Registry registry = Registry.memory(); Broker broker = catalogue.broker("nats", "n1,n2:1", registry)) {
			assertThat(broker).hasToString("nats at n1:4222, n2:1");
			assertThat(broker.name()).isEqualTo("nats");
		}
		try (Transport transport = catalogue.transport("nats", "")) {
			assertThat(transport).hasToString("nats at 127.0.0.1:4222");
			assertThat(transport.name()).isEqualTo("nats");
		}
		try (Transport transport = catalogue.transport("rabbitmq", "r1,r2:1")) {
			assertThat(transport).hasToString("rabbitmq at r1:5672, r2:1");
			assertThat(transport.name()).isEqualTo("rabbitmq");
		}
	}

	/** The class path of an application that brings no driver. */
	@ParameterizedTest
	@MethodSource("withDrivers")
	void withoutItsDriverALineSaysWhatToAdd(Plugin plugin) throws Exception {
		List<URL> urls = new ArrayList<>();
		for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
			if (!new File(entry).getName()
				.matches(
						"(spring-|artemis-|lettuce|google-cloud-pubsub|hivemq-|kafka|amqp-|jetcd-|kubernetes-|curator|jnats|netty-resolver-dns|bson|msgpack).*\\.jar")) {
				urls.add(new File(entry).toURI().toURL());
			}
		}
		try (URLClassLoader withoutDrivers = new URLClassLoader(urls.toArray(URL[]::new),
				ClassLoader.getPlatformClassLoader())) {
			Object catalogue = withoutDrivers.loadClass(Plugins.class.getName()).getMethod("catalogue").invoke(null);
			Class<?> concept = withoutDrivers.loadClass(Plugin.Concept.class.getName());
			assertThatExceptionOfType(InvocationTargetException.class)
				.isThrownBy(() -> catalogue.getClass()
					.getMethod("find", concept, String.class)
					.invoke(catalogue, concept.getField(plugin.concept().name()).get(null), plugin.name()))
				.havingCause()
				.matches((cause) -> cause.getClass().getName().equals(MissingDriverException.class.getName()))
				.withMessageContaining(plugin.dependency());
		}
	}

}
