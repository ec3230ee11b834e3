package io.microspring.autoconfigure.registry;

import java.util.List;
import java.util.Map;

import io.microspring.autoconfigure.MicroRunner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.testcontainers.containers.GenericContainer;

import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetailsFactories;
import org.springframework.boot.docker.compose.core.ConnectionPorts;
import org.springframework.boot.docker.compose.core.ImageReference;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Registries in containers, found as Boot finds them. No container runs: what stands for
 * one tells host and port.
 */
@SpringBootTest(classes = RegistryContainerTest.Application.class, webEnvironment = WebEnvironment.NONE, properties = {
		"micro.server.enabled=false", "micro.registry.address=127.0.0.1:1", "micro.registry.etcd.address=127.0.0.1:1" })
class RegistryContainerTest {

	@ServiceConnection
	static final Pretended ETCD = new Pretended("quay.io/coreos/etcd:v3.6.0");

	@Autowired
	private MicroRegistryAutoConfiguration.BackingRegistry backing;

	@Test
	void containerOfATestIsTheRegistry() {
		assertThat(this.backing.registry()).hasToString("etcd at container.test:12379");
	}

	@Test
	void containerThatIsABeanIsNamed() {
		new ApplicationContextRunner().withConfiguration(MicroRunner.PARTS)
			.withConfiguration(AutoConfigurations.of(ServiceConnectionAutoConfiguration.class))
			.withPropertyValues("micro.server.enabled=false")
			.withUserConfiguration(Containers.class)
			.run((context) -> assertThat(
					context.getBean(MicroRegistryAutoConfiguration.BackingRegistry.class).registry())
				.hasToString("consul at container.test:18500"));
	}

	@ParameterizedTest
	@CsvSource({ "consul:1.15,consul,18500", "hashicorp/consul,consul,18500", "quay.io/coreos/etcd:v3.6.0,etcd,12379",
			"gcr.io/etcd-development/etcd:v3.6.0,etcd,12379", "bitnami/etcd,etcd,12379",
			"zookeeper:3.9,zookeeper,12181", "nats:2.12-alpine,nats,14222" })
	void serviceOfDockerComposeIsFoundByItsImage(String image, String registry, int port) {
		MicroRegistryConnectionDetails details = details(new Running(image, Map.of()));
		assertThat(details.type()).isEqualTo(registry);
		assertThat(details.address()).isEqualTo("compose.test:" + port);
	}

	@Test
	void serviceOfDockerComposeIsFoundByItsLabel() {
		MicroRegistryConnectionDetails details = details(new Running("fleet/our-own",
				Map.of("org.springframework.boot.service-connection", "hashicorp/consul")));
		assertThat(details.type()).isEqualTo("consul");
		assertThat(details.address()).isEqualTo("compose.test:18500");
	}

	@Test
	void otherServicesOfDockerComposeArePassedOver() {
		assertThat(all(new Running("postgres:17", Map.of()))).isEmpty();
	}

	private static MicroRegistryConnectionDetails details(RunningService service) {
		return (MicroRegistryConnectionDetails) all(service).get(MicroRegistryConnectionDetails.class);
	}

	/** As Boot makes them once the services run; by reflection, since Boot alone may. */
	private static Map<Class<?>, ConnectionDetails> all(RunningService service) {
		try {
			DockerComposeConnectionSource source = BeanUtils.instantiateClass(
					DockerComposeConnectionSource.class.getDeclaredConstructor(RunningService.class, Environment.class),
					service, new MockEnvironment());
			return new ConnectionDetailsFactories(RegistryContainerTest.class.getClassLoader())
				.getConnectionDetails(source, false);
		}
		catch (NoSuchMethodException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** A container that runs nowhere. */
	static final class Pretended extends GenericContainer<Pretended> {

		private final String image;

		Pretended(String image) {
			super(image);
			this.image = image;
		}

		@Override
		public String getDockerImageName() {
			return this.image;
		}

		@Override
		public void start() {
			// There is no Docker.
		}

		@Override
		public void stop() {
			// It was not started.
		}

		@Override
		public String getHost() {
			return "container.test";
		}

		@Override
		public Integer getMappedPort(int port) {
			return 10_000 + port;
		}

	}

	/** A service that runs nowhere. */
	record Running(String reference, Map<String, String> labels) implements RunningService {

		@Override
		public String name() {
			return "registry";
		}

		@Override
		public ImageReference image() {
			return ImageReference.of(this.reference);
		}

		@Override
		public String host() {
			return "compose.test";
		}

		@Override
		public ConnectionPorts ports() {
			return new ConnectionPorts() {

				@Override
				public int get(int port) {
					return 10_000 + port;
				}

				@Override
				public List<Integer> getAll() {
					return List.of();
				}

				@Override
				public List<Integer> getAll(String protocol) {
					return List.of();
				}

			};
		}

		@Override
		public Map<String, String> env() {
			return Map.of();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Containers {

		@Bean
		@ServiceConnection("hashicorp/consul")
		Pretended registry() {
			return new Pretended("hashicorp/consul:1.15");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
