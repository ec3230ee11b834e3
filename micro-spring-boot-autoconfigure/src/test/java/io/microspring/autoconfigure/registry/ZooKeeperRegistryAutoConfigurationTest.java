package io.microspring.autoconfigure.registry;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.registry.Greeter.Say;
import io.microspring.autoconfigure.registry.Greeter.Text;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.health.HealthReport;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.microspring.service.Catalogue;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * ZooKeeper by one property.
 */
class ZooKeeperRegistryAutoConfigurationTest {

	@TempDir
	private Path directory;

	private TestingServer server;

	private ApplicationContextRunner runner;

	@BeforeEach
	void start() throws Exception {
		this.server = new TestingServer(new InstanceSpec(this.directory.resolve("data").toFile(), -1, -1, -1, false, -1,
				200, 100, Map.of(), "127.0.0.1"), true);
		this.runner = MicroRunner.memory()
			.withPropertyValues("micro.registry.type=zookeeper",
					"micro.registry.address=127.0.0.1:" + this.server.getPort(), "micro.registry.zookeeper.timeout=2s",
					"micro.registry.zookeeper.session-timeout=2s");
	}

	@AfterEach
	void stop() throws Exception {
		this.server.close();
	}

	@Test
	void serviceIsFoundAndCalledAlsoWhileZooKeeperIsDown() {
		this.runner.withBean(Say.class).run((context) -> {
			Registry registry = context.getBean(Registry.class);
			assertThat(registry.name()).isEqualTo("zookeeper");
			Client client = context.getBean(Client.class);
			Request request = Request.of("greeter", "Say.Hello", new Text("John"));
			assertThat(client.call(request, Text.class)).isEqualTo(new Text("John"));
			assertThat(registry.get("greeter")).flatExtracting(Service::nodes)
				.singleElement()
				.satisfies((node) -> assertThat(node.metadata()).containsEntry("registry", "zookeeper"));
			assertThat(registry.health().state()).isEqualTo(HealthReport.State.UP);
			this.server.stop();
			assertThat(client.call(request, Text.class)).isEqualTo(new Text("John"));
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(registry.health().state()).isNotEqualTo(HealthReport.State.UP));
			this.server.restart();
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(registry.health().state()).isEqualTo(HealthReport.State.UP));
		});
	}

	@Test
	void propertiesAreOptions() {
		this.runner
			.withPropertyValues("micro.registry.zookeeper.namespace=team", "micro.registry.zookeeper.username=greeter",
					"micro.registry.zookeeper.password=secret", "micro.registry.zookeeper.ephemeral=false",
					"micro.registry.zookeeper.properties.zookeeper.ssl.trustStore.location=/ca.pem")
			.run((context) -> {
				var options = context.getBean(ZooKeeperProperties.class).toOptions("zk:1");
				assertThat(options.address()).isEqualTo("zk:1");
				assertThat(options.namespace()).isEqualTo("team");
				assertThat(options.username()).isEqualTo("greeter");
				assertThat(options.password()).isEqualTo("secret");
				assertThat(options.ephemeral()).isFalse();
				assertThat(options.timeout()).isEqualTo(Duration.ofSeconds(2));
				assertThat(options.sessionTimeout()).isEqualTo(Duration.ofSeconds(2));
				assertThat(options.properties()).containsOnly(Map.entry("zookeeper.ssl.trustStore.location", "/ca.pem"),
						Map.entry("zookeeper.client.secure", "true"));
				assertThat(context.getBean(ZooKeeperProperties.class).toString()).doesNotContain("secret");
			});
	}

	@Test
	void connectionDetailsOfAContainerWinOverTheAddress() {
		this.runner.withBean(MicroRegistryConnectionDetails.class, () -> () -> "container:1")
			.run((context) -> assertThat(
					context.getBean(MicroRegistryAutoConfiguration.BackingRegistry.class).registry())
				.hasToString("zookeeper at container:1"));
	}

	@Test
	void whereItInsistsAnApplicationDoesNotStartWithoutZooKeeper() throws Exception {
		this.server.stop();
		this.runner.withPropertyValues("micro.registry.fail-fast=true", "micro.registry.zookeeper.timeout=300ms")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(RegistryException.class)
				.hasMessageContaining("zookeeper at 127.0.0.1:" + this.server.getPort() + " cannot be reached"));
	}

	@Test
	void whereItDoesNotInsistItIsRegisteredWhenZooKeeperComes() throws Exception {
		this.server.stop();
		this.runner.withBean(Say.class).withPropertyValues("micro.registry.zookeeper.timeout=300ms").run((context) -> {
			assertThat(context).hasNotFailed();
			this.server.restart();
			Awaitility.await()
				.atMost(Duration.ofSeconds(40))
				.ignoreExceptionsInstanceOf(RegistryException.class)
				.untilAsserted(() -> assertThat(context.getBean(Registry.class).get("greeter")).hasSize(1));
		});
	}

	@Test
	void whenCuratorIsNotThereThenItsAutoConfigurationIsNot() {
		MicroRunner.memory()
			.withClassLoader(new FilteredClassLoader(CuratorFramework.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(Catalogue.class)
				.doesNotHaveBean(ZooKeeperRegistryAutoConfiguration.class));
	}

}
