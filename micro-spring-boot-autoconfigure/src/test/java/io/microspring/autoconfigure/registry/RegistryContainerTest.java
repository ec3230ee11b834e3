package io.microspring.autoconfigure.registry;

import java.util.Map;

import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.container.PretendedContainer;
import io.microspring.autoconfigure.container.PretendedService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Registries in containers, found as Boot finds them. No container runs: what stands for
 * one tells host and port.
 */
@SpringBootTest(classes = RegistryContainerTest.Application.class, webEnvironment = WebEnvironment.NONE, properties = {
		"micro.server.enabled=false", "micro.registry.address=127.0.0.1:1", "micro.registry.etcd.address=127.0.0.1:1" })
class RegistryContainerTest {

	@ServiceConnection
	static final PretendedContainer ETCD = new PretendedContainer("quay.io/coreos/etcd:v3.6.0");

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
		MicroRegistryConnectionDetails details = details(new PretendedService(image, Map.of()));
		assertThat(details.type()).isEqualTo(registry);
		assertThat(details.address()).isEqualTo("compose.test:" + port);
	}

	@Test
	void serviceOfDockerComposeIsFoundByItsLabel() {
		MicroRegistryConnectionDetails details = details(new PretendedService("fleet/our-own",
				Map.of("org.springframework.boot.service-connection", "hashicorp/consul")));
		assertThat(details.type()).isEqualTo("consul");
		assertThat(details.address()).isEqualTo("compose.test:18500");
	}

	@Test
	void otherServicesOfDockerComposeArePassedOver() {
		assertThat(new PretendedService("postgres:17", Map.of()).details()).isEmpty();
	}

	private static MicroRegistryConnectionDetails details(PretendedService service) {
		return (MicroRegistryConnectionDetails) service.details().get(MicroRegistryConnectionDetails.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class Containers {

		@Bean
		@ServiceConnection("hashicorp/consul")
		PretendedContainer registry() {
			return new PretendedContainer("hashicorp/consul:1.15");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
