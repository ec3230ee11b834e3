package io.microspring.plugins.broker.redis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.SubscribeOptions;
import io.microspring.health.HealthReport;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.BundleChange;
import io.microspring.plugins.TestAuthority;
import io.microspring.plugins.broker.redis.RedisOptions.Mode;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.transport.TlsOptions;
import io.netty.pkitesting.X509Bundle;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** A Redis behind TLS, with users who may do this and that. */
class RedisSecurityTest {

	private static final TestAuthority AUTHORITY = new TestAuthority();

	@RegisterExtension
	static final ExternalServer REDIS = new ExternalServer(server());

	@TempDir
	private Path directory;

	private TlsOptions ours;

	private Path authority;

	@BeforeEach
	void writeFiles() {
		REDIS.requireOurs();
		this.ours = AUTHORITY.client(this.directory);
		this.authority = this.directory.resolve("authority.pem");
	}

	@Test
	void userWithACertificateIsLetInInEitherMode() {
		assertArrives(options());
		assertArrives(options().withMode(Mode.STREAMS));
		assertArrives(options().withSslContext(this.ours.toSslContext()).withTls(null));
	}

	@Test
	void wrongPasswordIsSaidAndNotShown() {
		try (Broker broker = new RedisBroker(options().withCredentials("fleet", "wrong-secret"))) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(broker::connect)
				.matches(BrokerException::isDenied)
				.withMessageContaining("redis at " + REDIS.address() + " does not let us in: WRONGPASS")
				.withMessageNotContaining("wrong-secret");
			assertThat(broker.health().state()).isEqualTo(HealthReport.State.DOWN);
			assertThat(broker.health().detail()).contains("WRONGPASS");
		}
		try (Broker broker = new RedisBroker(options().withCredentials("", ""))) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> publish(broker, "fleet.a"))
				.matches(BrokerException::isDenied)
				.withMessageContaining("NOAUTH");
		}
	}

	@Test
	void whatAUserMayNotDoIsSaid() {
		try (Broker broker = new RedisBroker(options())) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> publish(broker, "others.a"))
				.matches(BrokerException::isDenied)
				.withMessageContaining("publish a message to others.a")
				.withMessageContaining("NOPERM");
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> broker.subscribe("others.a", SubscribeOptions.defaults(), (event) -> {
				}))
				.matches(BrokerException::isDenied)
				.withMessageContaining("subscribe to others.a")
				.withMessageContaining("NOPERM");
			publish(broker, "fleet.a");
		}
		try (Broker broker = new RedisBroker(options().withMode(Mode.STREAMS))) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> publish(broker, "others.a"))
				.withMessageContaining("NOPERM");
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> broker.subscribe("others.a", SubscribeOptions.defaults().withQueue("q"), (event) -> {
				}))
				.matches(BrokerException::isDenied)
				.withMessageContaining("NOPERM");
		}
	}

	@Test
	void otherCertificatesAreRefusedOrRefuse() {
		assertFails(options().withTls(TlsOptions.client().withTrustCertificate(this.authority)), "");
		assertFails(options().withTls(null).withAddress("rediss://" + REDIS.address()), "certification path");
		assertFails(options().withTls(this.ours.withServerName("elsewhere.test")), "elsewhere.test");
		assertFails(options().withTls(null).withTimeout(Duration.ofSeconds(2)), "");
	}

	@Test
	void connectionsAreMadeOfWhatABundleIsWhenTheyBegin() throws Exception {
		BundleChange.assertTaken(this.ours, (tls) -> new RedisBroker(options().withTls(tls)), Broker::connect);
	}

	@Test
	void fileThatIsMissingIsNamed() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new RedisBroker(
					options().withTls(this.ours.withTrustCertificate(this.directory.resolve("missing.pem")))))
			.withMessageContaining("missing.pem");
	}

	private static void assertArrives(RedisOptions options) {
		try (Broker broker = new RedisBroker(options)) {
			List<String> received = new CopyOnWriteArrayList<>();
			broker.subscribe("fleet.b", SubscribeOptions.defaults(), (event) -> received.add(event.topic()));
			publish(broker, "fleet.b");
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(received).containsExactly("fleet.b"));
		}
	}

	private static void assertFails(RedisOptions options, String told) {
		try (Broker broker = new RedisBroker(options)) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(broker::connect)
				.withMessageContaining("redis at " + REDIS.address() + " cannot be reached")
				.withMessageContaining(told);
		}
	}

	private static void publish(Broker broker, String topic) {
		broker.publish(topic, Message.of(Metadata.empty()));
	}

	private RedisOptions options() {
		return RedisOptions.defaults()
			.withAddress(REDIS.address())
			.withTls(this.ours)
			.withCredentials("fleet", "fleet-secret");
	}

	private static ServerRecipe server() {
		X509Bundle server = AUTHORITY.server();
		return ServerRecipe.redis("""
				port 0
				tls-port {client}
				tls-cert-file {dir}/certificate.pem
				tls-key-file {dir}/key.pem
				tls-ca-cert-file {dir}/authority.pem
				tls-auth-clients yes
				requirepass nobody-knows
				user fleet on >fleet-secret ~fleet.* &fleet.* +@all
				""", Map.of("certificate.pem", server.getCertificatePathPEM(), "key.pem", server.getPrivateKeyPEM(),
				"authority.pem", AUTHORITY.certificate()));
	}

}
