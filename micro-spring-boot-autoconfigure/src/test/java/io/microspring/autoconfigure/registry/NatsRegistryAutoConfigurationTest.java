package io.microspring.autoconfigure.registry;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.registry.Greeter.Text;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.plugins.registry.nats.NatsOptions;
import io.microspring.plugins.registry.nats.NatsRegistry;
import io.microspring.registry.Registry;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.assertj.core.util.Throwables;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * NATS by one property.
 */
class NatsRegistryAutoConfigurationTest {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(ServerRecipe.nats(""));

	private final ApplicationContextRunner runner = MicroRunner.memory();

	@Test
	void anApplicationIsRegisteredAndCalledAndTakenBack() {
		try (NatsRegistry nats = new NatsRegistry(NatsOptions.defaults().withAddress(NATS.address()))) {
			try (ConfigurableApplicationContext application = run()) {
				assertThat(application.getBean(Registry.class).name()).isEqualTo("nats");
				Awaitility.await()
					.atMost(Duration.ofSeconds(40))
					.untilAsserted(() -> assertThat(nats.get("nats-greeter")).hasSize(1));
				Text answer = application.getBean(Client.class)
					.call(Request.of("nats-greeter", "Say.Hello", new Text("John")), Text.class);
				assertThat(answer).isEqualTo(new Text("John"));
			}
			assertThat(nats.get("nats-greeter")).isEmpty();
		}
	}

	@Test
	void connectionDetailsSayWhereNatsIs() {
		this.runner.withPropertyValues("micro.registry.type=nats", "micro.registry.address=127.0.0.1:1")
			.withBean(MicroRegistryConnectionDetails.class, () -> NATS::address)
			.run((context) -> assertThat(context.getBean(Registry.class).list()).isNotNull());
	}

	@Test
	void propertiesReachTheRegistry() {
		this.runner
			.withPropertyValues("micro.registry.type=nats", "micro.registry.nats.username=root",
					"micro.registry.nats.password=secret", "micro.registry.nats.timeout=200ms",
					"micro.registry.nats.ssl.trust-certificate=ca.pem", "micro.registry.nats.ssl.server-name=nats.test")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("ca.pem"));
		NatsRegistryProperties properties = new NatsRegistryProperties("root", "secret", "", "", Duration.ofMillis(200),
				Duration.ofSeconds(2), 3, Duration.ofSeconds(90), List.of("a.b"), List.of("c.d"),
				new BackendSsl("", "file:/ca.pem", "c.pem", "k.pem", "nats.test", true));
		assertThat(properties.toString()).doesNotContain("secret");
		NatsOptions options = properties.toOptions("nats:4222", properties.ssl().withoutBundle());
		assertThat(options.address()).isEqualTo("nats:4222");
		assertThat(options.password()).isEqualTo("secret");
		assertThat(options.timeout()).hasMillis(200);
		assertThat(options.connectTimeout()).hasSeconds(2);
		assertThat(options.quorum()).isEqualTo(3);
		assertThat(options.silence()).hasSeconds(90);
		assertThat(options.querySubjects()).containsExactly("a.b");
		assertThat(options.watchSubjects()).containsExactly("c.d");
		assertThat(options.tls()).isNotNull().satisfies((tls) -> {
			assertThat(tls.trustCertificate()).isEqualTo(Path.of("/ca.pem"));
			assertThat(tls.certificate()).isEqualTo(Path.of("c.pem"));
			assertThat(tls.privateKey()).isEqualTo(Path.of("k.pem"));
			assertThat(tls.serverName()).isEqualTo("nats.test");
			assertThat(tls.insecureSkipVerify()).isTrue();
		});
	}

	@Test
	void aPasswordInTheAddressIsRefusedAndNotShown() {
		this.runner
			.withPropertyValues("micro.registry.type=nats", "micro.registry.address=nats://root:secret@127.0.0.1:1")
			.run((context) -> {
				assertThat(context).getFailure()
					.rootCause()
					.hasMessageContaining("who asks is set by the properties username and password");
				assertThat(Throwables.getStackTrace(context.getStartupFailure())).doesNotContain("secret");
			});
	}

	@Test
	void aNatsThatIsAwayEndsTheStartOnlyWhenToldSo() {
		this.runner.withPropertyValues("micro.registry.type=nats", "micro.registry.address=127.0.0.1:1")
			.run((context) -> assertThat(context).hasNotFailed());
		this.runner
			.withPropertyValues("micro.registry.type=nats", "micro.registry.address=127.0.0.1:1",
					"micro.registry.fail-fast=true")
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining("nats at 127.0.0.1:1 cannot be reached"));
	}

	private static ConfigurableApplicationContext run() {
		return Greeter.named("nats-greeter", "nats", NATS.address()).run();
	}

}
