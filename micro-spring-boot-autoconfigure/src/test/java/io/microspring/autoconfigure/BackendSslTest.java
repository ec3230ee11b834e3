package io.microspring.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.microspring.broker.Broker;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.test.server.ExternalServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatRuntimeException;
import static org.awaitility.Awaitility.await;

/**
 * TLS to the servers of backends, by Boot's SSL bundles and by files.
 */
class BackendSslTest {

	@RegisterExtension
	static final ExternalServer NATS = TlsServers.nats();

	@RegisterExtension
	static final ExternalServer MOSQUITTO = TlsServers.mosquitto();

	@RegisterExtension
	static final ExternalServer ETCD = TlsServers.etcd();

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class));

	@TempDir
	Path directory;

	@Test
	void registryTakesItsBundle() {
		bundled("registry", "etcd", ETCD)
			.run((context) -> assertThat(context.getBean(Registry.class).get("nobody")).isEmpty());
	}

	@Test
	void nameBesideABundleMustStandInTheCertificate() {
		bundled("broker", "nats", NATS).withPropertyValues("micro.broker.nats.ssl.server-name=elsewhere.test")
			.run((context) -> assertThatRuntimeException().isThrownBy(() -> publish(context.getBean(Broker.class)))
				.withMessageContaining("elsewhere.test"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "nats", "mqtt" })
	void brokerTakesItsBundleAndWhatItIsOnceItHasChanged(String type) throws Exception {
		ApplicationContextRunner bundled = bundled("broker", type, type.equals("nats") ? NATS : MOSQUITTO)
			.withPropertyValues("spring.ssl.bundle.pem.fleet.reload-on-update=true",
					"spring.ssl.bundle.watch.file.quiet-period=50ms");
		Path authority = this.directory.resolve("authority.pem");
		String right = Files.readString(authority);
		Files.writeString(authority, TlsServers.stranger());
		bundled.run((context) -> {
			Broker broker = context.getBean(Broker.class);
			assertThatRuntimeException().isThrownBy(() -> publish(broker))
				.withMessageContaining("Signature does not match");
			Files.writeString(authority, right);
			await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> publish(broker));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "registry.consul", "registry.etcd", "registry.nats", "broker.mqtt", "broker.nats",
			"broker.nsq", "broker.rabbitmq", "broker.redis", "transport.nats", "transport.rabbitmq" })
	void bundleThatDoesNotExistIsRefusedAtTheStart(String backend) {
		String kind = backend.substring(0, backend.indexOf('.'));
		this.runner.withPropertyValues(TlsServers.bundle("fleet", this.directory))
			.withPropertyValues("micro." + kind + ".type=" + backend.substring(kind.length() + 1),
					"micro." + backend + ".ssl.bundle=nowhere")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("micro." + backend + ".ssl.bundle")
				.hasMessageContaining("there are: [fleet]"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			bundle=b,trust-certificate=a       | x.bundle            | mutually exclusive
			bundle=b,certificate=a             | x.certificate       | mutually exclusive
			bundle=b,private-key=a             | x.private-key       | mutually exclusive
			bundle=b                           | x.bundle            | There are no SSL bundles
			certificate=a                      | x.private-key       | come together
			private-key=a                      | x.certificate       | come together
			trust-certificate=/nowhere.pem     | x.trust-certificate | /nowhere.pem does not exist
			certificate=/c.pem,private-key=/k  | x.certificate       | /c.pem does not exist
			""")
	void whatCannotBeMeantIsRefused(String set, String property, String reason) {
		MapConfigurationPropertySource source = new MapConfigurationPropertySource();
		for (String each : set.split(",")) {
			source.put("x." + each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
		}
		BackendSsl ssl = new Binder(source).bind("x", BackendSsl.class).get();
		assertThatRuntimeException().isThrownBy(() -> ssl.toOptions("x.", null))
			.withMessageContaining(property)
			.withMessageContaining(reason);
	}

	private ApplicationContextRunner bundled(String kind, String type, ExternalServer server) {
		server.requireOurs();
		return this.runner.withPropertyValues(TlsServers.bundle("fleet", this.directory))
			.withPropertyValues("micro." + kind + ".type=" + type, "micro." + kind + ".address=" + server.address(),
					"micro." + kind + "." + type + ".ssl.bundle=fleet");
	}

	private static void publish(Broker broker) {
		broker.publish("news", Message.of(Metadata.empty()));
	}

}
