package io.microspring.autoconfigure.registry;

import java.nio.file.Path;
import java.time.Duration;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.registry.Greeter.Text;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.plugins.registry.etcd.EtcdOptions;
import io.microspring.plugins.registry.etcd.EtcdRegistry;
import io.microspring.registry.Registry;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * etcd by one property.
 */
class EtcdRegistryAutoConfigurationTest {

	@RegisterExtension
	static final ExternalServer ETCD = new ExternalServer(ServerRecipe.etcd());

	private final ApplicationContextRunner runner = MicroRunner.memory();

	@Test
	void anApplicationIsRegisteredAndCalledAndTakenBack() {
		try (EtcdRegistry etcd = new EtcdRegistry(EtcdOptions.defaults().withAddress(ETCD.address()))) {
			try (ConfigurableApplicationContext application = run()) {
				assertThat(application.getBean(Registry.class).name()).isEqualTo("etcd");
				assertThat(etcd.get("etcd-greeter")).hasSize(1);
				Text answer = application.getBean(Client.class)
					.call(Request.of("etcd-greeter", "Say.Hello", new Text("John")), Text.class);
				assertThat(answer).isEqualTo(new Text("John"));
			}
			assertThat(etcd.get("etcd-greeter")).isEmpty();
		}
	}

	@Test
	void connectionDetailsSayWhereEtcdIs() {
		this.runner.withPropertyValues("micro.registry.type=etcd", "micro.registry.address=127.0.0.1:1")
			.withBean(MicroRegistryConnectionDetails.class, () -> ETCD::address)
			.run((context) -> assertThat(context.getBean(Registry.class).list()).isNotNull());
	}

	@Test
	void propertiesReachTheRegistry() {
		this.runner
			.withPropertyValues("micro.registry.type=etcd", "micro.registry.etcd.username=root",
					"micro.registry.etcd.password=secret", "micro.registry.etcd.timeout=2s",
					"micro.registry.etcd.ssl.trust-certificate=ca.pem", "micro.registry.etcd.ssl.server-name=etcd.test")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("ca.pem"));
		EtcdProperties properties = new EtcdProperties("root", "secret", Duration.ofSeconds(2),
				new BackendSsl("", "file:/ca.pem", "c.pem", "k.pem", "etcd.test", true));
		assertThat(properties.toString()).doesNotContain("secret");
		EtcdOptions options = properties.toOptions("etcd:2379", properties.ssl().withoutBundle());
		assertThat(options.address()).isEqualTo("etcd:2379");
		assertThat(options.password()).isEqualTo("secret");
		assertThat(options.timeout()).hasSeconds(2);
		assertThat(options.tls()).isNotNull().satisfies((tls) -> {
			assertThat(tls.trustCertificate()).isEqualTo(Path.of("/ca.pem"));
			assertThat(tls.certificate()).isEqualTo(Path.of("c.pem"));
			assertThat(tls.privateKey()).isEqualTo(Path.of("k.pem"));
			assertThat(tls.serverName()).isEqualTo("etcd.test");
			assertThat(tls.insecureSkipVerify()).isTrue();
		});
	}

	@Test
	void aPasswordInTheAddressIsRefusedAndNotShown() {
		this.runner
			.withPropertyValues("micro.registry.type=etcd", "micro.registry.address=http://root:secret@127.0.0.1:1")
			.run((context) -> {
				assertThat(context).getFailure().rootCause().hasMessageContaining("micro.registry.etcd");
				assertThat(Throwables.getStackTrace(context.getStartupFailure())).doesNotContain("secret");
			});
	}

	@Test
	void anEtcdThatIsAwayEndsTheStartOnlyWhenToldSo() {
		this.runner.withPropertyValues("micro.registry.type=etcd", "micro.registry.address=127.0.0.1:1")
			.run((context) -> assertThat(context).hasNotFailed());
		this.runner
			.withPropertyValues("micro.registry.type=etcd", "micro.registry.address=127.0.0.1:1",
					"micro.registry.fail-fast=true")
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining("etcd at 127.0.0.1:1 cannot be reached"));
	}

	private static ConfigurableApplicationContext run() {
		return Greeter.named("etcd-greeter", "etcd", ETCD.address()).run();
	}

}
