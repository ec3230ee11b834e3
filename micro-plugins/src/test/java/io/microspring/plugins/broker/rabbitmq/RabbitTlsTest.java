package io.microspring.plugins.broker.rabbitmq;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import com.rabbitmq.client.ConnectionFactory;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.health.HealthReport;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.BundleChange;
import io.microspring.plugins.TestAuthority;
import io.microspring.plugins.rabbitmq.RabbitOptions;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.transport.TlsOptions;
import io.netty.pkitesting.X509Bundle;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A RabbitMQ behind TLS, which lets in whom its authority vouches for. */
class RabbitTlsTest {

	private static final TestAuthority AUTHORITY = new TestAuthority();

	@RegisterExtension
	static final ExternalServer RABBITMQ = new ExternalServer(server(), new ExternalServer(ServerRecipe.epmd()));

	@TempDir
	private Path directory;

	private TlsOptions ours;

	private static ServerRecipe server() {
		X509Bundle certificate = AUTHORITY.server("rabbit.local");
		return ServerRecipe.rabbitmqWithTls(certificate.getCertificatePathPEM(), certificate.getPrivateKeyPEM(),
				AUTHORITY.certificate());
	}

	@BeforeEach
	void writeFiles() {
		RABBITMQ.requireOurs();
		this.ours = AUTHORITY.client(this.directory);
	}

	@Test
	void clientWithACertificateIsLetIn() {
		try (RabbitBroker broker = broker(this.ours.withServerName("rabbit.local"))) {
			List<Event> received = new CopyOnWriteArrayList<>();
			broker.subscribe("tls", SubscribeOptions.defaults(), received::add);
			broker.publish("tls", new Message(Metadata.empty(), "x".getBytes(StandardCharsets.UTF_8)));
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> received.size() == 1);
		}
	}

	@Test
	void clientWithoutACertificateIsNot() {
		TlsOptions without = TlsOptions.client().withTrustCertificate(this.directory.resolve("authority.pem"));
		assertRefused(without);
	}

	@Test
	void serverThatNobodyVouchesForOrHasAnotherNameIsNotBelieved() {
		assertRefused(new TlsOptions(this.ours.certificate(), this.ours.privateKey(), null, null, false,
				Duration.ofSeconds(10)));
		assertNotBelievedAsLocalhost(null);
		// It has a certificate for the address, which was not asked for.
		assertRefused(this.ours.withServerName("fleet.example.com"));
	}

	@Test
	void connectionsAreMadeOfWhatABundleIsWhenTheyBegin() throws Exception {
		BundleChange.assertTaken(this.ours, RabbitTlsTest::broker, RabbitBroker::connect);
	}

	/** NIO looks at no name by itself. */
	@Test
	@SuppressWarnings("deprecation")
	void noIoOfAFactoryBelievesAServerWithAnotherName() {
		ConnectionFactory factory = new ConnectionFactory();
		factory.useNio();
		assertNotBelievedAsLocalhost(factory);
	}

	private void assertNotBelievedAsLocalhost(@Nullable ConnectionFactory factory) {
		try (RabbitBroker broker = new RabbitBroker(RabbitBrokerOptions.defaults()
			.withConnection(RabbitOptions.defaults()
				.withAddress("amqps://localhost:" + RABBITMQ.address().split(":")[1])
				.withTls(this.ours)
				.withFactory(factory)))) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(broker::connect)
				.withMessageContaining("localhost");
		}
	}

	private void assertRefused(TlsOptions tls) {
		try (RabbitBroker broker = broker(tls)) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(broker::connect)
				.withMessageContaining(RABBITMQ.address());
			assertThat(broker.health().state()).isEqualTo(HealthReport.State.DOWN);
		}
	}

	private static RabbitBroker broker(TlsOptions tls) {
		return new RabbitBroker(RabbitBrokerOptions.defaults()
			.withConnection(RabbitOptions.defaults().withAddress(RABBITMQ.address()).withTls(tls)));
	}

}
