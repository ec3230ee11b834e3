package io.microspring.autoconfigure.registry;

import java.time.Duration;
import java.util.List;

import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.registry.Greeter.Text;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.health.HealthReport;
import io.microspring.plugins.registry.gossip.GossipOptions;
import io.microspring.plugins.registry.gossip.GossipRegistry;
import io.microspring.registry.Registry;
import org.assertj.core.util.Throwables;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Gossip by one property.
 */
class GossipRegistryAutoConfigurationTest {

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withPropertyValues("micro.registry.type=gossip", "micro.registry.gossip.bind-address=127.0.0.1:0");

	@Test
	void anApplicationIsRegisteredAndCalledAndTakenBack() {
		GossipOptions options = GossipOptions.defaults().withBindAddress("127.0.0.1:0").withSecret("micro-gossip-key");
		try (GossipRegistry seed = new GossipRegistry(options)) {
			try (ConfigurableApplicationContext application = run(seed.address())) {
				assertThat(application.getBean(Registry.class).name()).isEqualTo("gossip");
				eventually(() -> assertThat(seed.get("gossip-greeter")).hasSize(1));
				Text answer = application.getBean(Client.class)
					.call(Request.of("gossip-greeter", "Say.Hello", new Text("John")), Text.class);
				assertThat(answer).isEqualTo(new Text("John"));
			}
			eventually(() -> assertThat(seed.get("gossip-greeter")).isEmpty());
		}
	}

	@Test
	void withoutSeedsItIsTheFirstOfItsCluster() {
		this.runner.run((context) -> {
			Registry registry = context.getBean(Registry.class);
			assertThat(registry.list()).isEmpty();
			assertThat(registry.health().state()).isEqualTo(HealthReport.State.UP);
		});
	}

	@Test
	void connectionDetailsSayWhereASeedIs() {
		try (GossipRegistry seed = new GossipRegistry(GossipOptions.defaults().withBindAddress("127.0.0.1:0"))) {
			String address = seed.address();
			this.runner.withPropertyValues("micro.registry.address=127.0.0.1:1")
				.withBean(MicroRegistryConnectionDetails.class, () -> () -> address)
				.run((context) -> assertThat(context.getBean(Registry.class).list()).isNotNull());
		}
	}

	@Test
	void propertiesReachTheRegistry() {
		this.runner.withPropertyValues("micro.registry.gossip.secret=too short")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("16, 24 or 32 bytes")
				.hasMessageNotContaining("too short"));
		GossipProperties properties = new GossipProperties("127.0.0.1:1", "gossip.test:2", "sixteen bytes  1",
				List.of("sixteen bytes  2"), false, Duration.ofSeconds(2), Duration.ofSeconds(3), Duration.ofSeconds(1),
				5, Duration.ofMillis(40), Duration.ofSeconds(6), Duration.ofSeconds(7));
		assertThat(properties.toString()).doesNotContain("sixteen");
		assertThat(properties.toOptions("a:1,b:2")).isEqualTo(new GossipOptions("a:1,b:2", "127.0.0.1:1",
				"gossip.test:2", "sixteen bytes  1", List.of("sixteen bytes  2"), false, Duration.ofSeconds(2),
				new GossipOptions.Timing(Duration.ofSeconds(3), Duration.ofSeconds(1), 5, Duration.ofMillis(40),
						Duration.ofSeconds(6), Duration.ofSeconds(7))));
	}

	@Test
	void aSecretInTheAddressIsRefusedAndNotShown() {
		this.runner.withPropertyValues("micro.registry.address=secret@127.0.0.1:1").run((context) -> {
			assertThat(context).getFailure().rootCause().hasMessageContaining("micro.registry.gossip.secret");
			assertThat(Throwables.getStackTrace(context.getStartupFailure())).doesNotContain("secret@");
		});
	}

	@Test
	void seedsThatAreAwayEndTheStartOnlyWhenToldSo() {
		this.runner.withPropertyValues("micro.registry.address=127.0.0.1:1")
			.run((context) -> assertThat(context).hasNotFailed());
		this.runner.withPropertyValues("micro.registry.address=127.0.0.1:1", "micro.registry.fail-fast=true")
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining("no seed of 127.0.0.1:1 could be joined"));
	}

	private static void eventually(Runnable assertion) {
		Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(assertion::run);
	}

	private static ConfigurableApplicationContext run(String seed) {
		return Greeter.named("gossip-greeter", "gossip", seed)
			.properties("micro.registry.gossip.bind-address=127.0.0.1:0",
					"micro.registry.gossip.secret=micro-gossip-key")
			.run();
	}

}
