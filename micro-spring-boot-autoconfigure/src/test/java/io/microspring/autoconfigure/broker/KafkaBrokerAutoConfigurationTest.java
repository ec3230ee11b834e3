package io.microspring.autoconfigure.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.TlsServers;
import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.client.Client;
import io.microspring.concurrent.Threads;
import io.microspring.plugins.broker.kafka.KafkaOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Kafka by one property, at the address and with the properties that Boot knows.
 */
class KafkaBrokerAutoConfigurationTest {

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class))
		.withPropertyValues("micro.broker.type=kafka");

	@Test
	void messagesGoThroughTheKafkaThatBootKnows() {
		EmbeddedKafkaBroker kafka = new EmbeddedKafkaKraftBroker(1, 1)
			.brokerProperties(Map.of("group.initial.rebalance.delay.ms", "0"));
		kafka.afterPropertiesSet();
		try {
			this.runner.withUserConfiguration(Listening.class)
				.withPropertyValues("spring.kafka.bootstrap-servers=" + kafka.getBrokersAsString())
				.run((context) -> {
					assertThat(context.getBean(Broker.class).address()).isEqualTo(kafka.getBrokersAsString());
					context.getBean(Client.class).publish("micro-news", new Text("one"));
					assertThat(context.getBean(Listening.class).received.poll(30, TimeUnit.SECONDS))
						.isEqualTo(new Text("one"));
				});
		}
		finally {
			kafka.destroy();
		}
	}

	@Test
	void ourOwnAddressWinsOverBoots() {
		this.runner.withPropertyValues("spring.kafka.bootstrap-servers=boot:1", "micro.broker.address=own:2")
			.run((context) -> assertThat(context.getBean(Broker.class).address()).isEqualTo("own:2"));
	}

	@Test
	void connectionDetailsOfAContainerWinOverProperties() {
		this.runner.withBean(KafkaConnectionDetails.class, () -> () -> List.of("container:1", "container:2"))
			.withPropertyValues("spring.kafka.bootstrap-servers=boot:1")
			.run((context) -> assertThat(context.getBean(Broker.class).address()).isEqualTo("container:1,container:2"));
		this.runner.withBean(MicroBrokerConnectionDetails.class, () -> () -> "details:1")
			.withPropertyValues("micro.broker.address=own:2")
			.run((context) -> assertThat(context.getBean(Broker.class).address()).isEqualTo("details:1"));
	}

	@Test
	void propertiesOfBootStandBehindOurs() {
		this.runner
			.withPropertyValues("spring.kafka.properties.client.dns.lookup=use_all_dns_ips",
					"spring.kafka.security.protocol=SSL", "spring.kafka.properties.retry.backoff.ms=1")
			.run((context) -> {
				KafkaOptions options = context.getBean(BootKafka.class)
					.behind(KafkaOptions.defaults().withProperties(Map.of("retry.backoff.ms", "2")));
				assertThat(options.properties()).containsEntry("client.dns.lookup", "use_all_dns_ips")
					.containsEntry("security.protocol", "SSL")
					.containsEntry("retry.backoff.ms", "2")
					.doesNotContainKey("bootstrap.servers");
			});
	}

	@Test
	void bundleOfBootIsBelievedAndShown(@TempDir Path directory) throws Exception {
		String[] bundle = TlsServers.bundle("fleet", directory);
		try (SSLServerSocket kafka = listen(directory)) {
			CompletableFuture<Principal> shown = CompletableFuture.supplyAsync(() -> shownTo(kafka),
					(task) -> Threads.start("kafka-with-tls", task));
			this.runner.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
				.withPropertyValues(bundle)
				.withPropertyValues("spring.kafka.bootstrap-servers=127.0.0.1:" + kafka.getLocalPort(),
						"spring.kafka.security.protocol=SSL", "spring.kafka.ssl.bundle=fleet",
						"micro.broker.kafka.timeout=1s")
				.run((context) -> {
					// Whoever listens here speaks TLS, and no Kafka.
					assertThatExceptionOfType(BrokerException.class)
						.isThrownBy(() -> context.getBean(Broker.class).connect());
					assertThat(shown.get(20, TimeUnit.SECONDS)).hasToString("CN=server and client of a test");
				});
		}
	}

	private static SSLServerSocket listen(Path directory) throws IOException {
		PemSslStoreDetails own = PemSslStoreDetails.forCertificate(directory.resolve("certificate.pem").toString())
			.withPrivateKey(directory.resolve("key.pem").toString());
		PemSslStoreDetails authority = PemSslStoreDetails.forCertificate(directory.resolve("authority.pem").toString());
		SSLServerSocket made = (SSLServerSocket) SslBundle.of(new PemSslStoreBundle(own, authority))
			.createSslContext()
			.getServerSocketFactory()
			.createServerSocket(0, 1, InetAddress.getLoopbackAddress());
		made.setNeedClientAuth(true);
		return made;
	}

	private static Principal shownTo(SSLServerSocket kafka) {
		try (SSLSocket client = (SSLSocket) kafka.accept()) {
			client.startHandshake();
			return client.getSession().getPeerPrincipal();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void transactionsOfBootAreRefusedUnlessTheyAreSomebodyElses() {
		ApplicationContextRunner transactional = this.runner
			.withPropertyValues("spring.kafka.producer.transaction-id-prefix=tx-");
		transactional.run((context) -> assertThat(context).getFailure()
			.rootCause()
			.hasMessageContaining("spring.kafka.producer.transaction-id-prefix")
			.hasMessageContaining("micro.broker.kafka.ignore-transactions"));
		transactional.withPropertyValues("micro.broker.kafka.ignore-transactions=true")
			.run((context) -> assertThat(context).hasNotFailed());
		transactional.withPropertyValues("micro.broker.type=memory")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void whenBootsModuleIsNotThereThenKafkaWorksStill() {
		MicroRunner.memory()
			.withPropertyValues("micro.broker.type=kafka")
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.kafka"))
			.run((context) -> assertThat(context.getBean(Broker.class).name()).isEqualTo("kafka"));
	}

	@Test
	void whenTheDriverIsNotThereThenTheOptionsAreNotEither() {
		this.runner.withClassLoader(new FilteredClassLoader(KafkaProducer.class))
			.withPropertyValues("micro.broker.type=memory")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(KafkaBrokerAutoConfiguration.class));
	}

	record Text(String text) {

	}

	static class Listening {

		private final BlockingQueue<Text> received = new LinkedBlockingQueue<>();

		@MicroSubscriber(topic = "micro-news", queue = "readers")
		public void onNews(Text news) {
			this.received.add(news);
		}

	}

}
