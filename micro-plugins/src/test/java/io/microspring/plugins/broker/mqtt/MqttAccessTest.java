package io.microspring.plugins.broker.mqtt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.BundleChange;
import io.microspring.plugins.TestAuthority;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.transport.TlsException;
import io.microspring.transport.TlsOptions;
import io.netty.pkitesting.X509Bundle;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Who is let in, and by what connection: a server with users, and one behind TLS. */
class MqttAccessTest {

	private static final TestAuthority AUTHORITY = new TestAuthority();

	@RegisterExtension
	static final ExternalServer USERS = new ExternalServer(ServerRecipe.mosquitto("""
			allow_anonymous false
			password_file {dir}/users
			acl_file {dir}/rights
			""", Map.of("users", user("root", "secret"), "rights", """
			user root
			topic readwrite open/#
			""")));

	@RegisterExtension
	static final ExternalServer TLS = new ExternalServer(secured());

	@TempDir
	private Path directory;

	private TlsOptions ours;

	@BeforeEach
	void writeFiles() {
		USERS.requireOurs();
		this.ours = AUTHORITY.client(this.directory);
	}

	@ParameterizedTest
	@ValueSource(strings = { "5", "3.1.1" })
	void userIsLetInByPasswordOnly(String version) {
		MqttOptions options = MqttOptions.defaults()
			.withAddress("127.0.0.1:1," + USERS.address())
			.withVersion(version)
			.withTimeout(Duration.ofSeconds(10));
		assertThat(options.withCredentials("root", "secret").toString()).doesNotContain("secret");
		assertGoesThrough(options.withCredentials("root", "secret"));
		assertDenied(options.withCredentials("root", "wrong-one"));
		assertDenied(options);
	}

	@Test
	void topicWithoutRightsIsRefused() {
		MqttOptions options = MqttOptions.defaults().withAddress(USERS.address()).withCredentials("root", "secret");
		try (MqttBroker broker = new MqttBroker(options)) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> broker.publish("closed", message()))
				.matches(BrokerException::isDenied)
				.withMessageContaining("did not take a message for closed: it answers NOT_AUTHORIZED");
		}
	}

	@Test
	void clientWithACertificateIsLetIn() {
		assertGoesThrough(MqttOptions.defaults().withAddress("tls://" + TLS.address()).withTls(this.ours));
		assertGoesThrough(MqttOptions.defaults()
			.withAddress(TLS.address())
			.withVersion("3.1.1")
			.withTls(this.ours.withServerName("mqtt.test")));
	}

	@Test
	void othersAreRefusedOrRefuse() {
		MqttOptions options = MqttOptions.defaults().withAddress(TLS.address()).withTimeout(Duration.ofSeconds(5));
		assertFails(options.withTls(TlsOptions.client().withTrustCertificate(this.ours.trustCertificate())), "");
		assertFails(options.withAddress("mqtts://" + TLS.address()), "certification path");
		assertFails(options.withTls(this.ours.withServerName("elsewhere.test")), "elsewhere.test");
		assertFails(options.withTimeout(Duration.ofSeconds(1)), "");
		assertThatExceptionOfType(TlsException.class)
			.isThrownBy(() -> new MqttBroker(options.withTls(this.ours.withTrustCertificate(Path.of("missing.pem")))))
			.withMessageContaining("missing.pem");
	}

	@Test
	void connectionsAreMadeOfWhatABundleIsWhenTheyBegin() throws Exception {
		BundleChange.assertTaken(this.ours,
				(tls) -> new MqttBroker(MqttOptions.defaults().withAddress(TLS.address()).withTls(tls)),
				(broker) -> broker.publish("open/x", message()));
	}

	@Test
	void subscriptionComesBackAlsoWhenItsFilesWereAwayMeanwhile() throws IOException {
		MqttOptions options = MqttOptions.defaults().withAddress(TLS.address()).withTls(this.ours);
		List<Event> received = new CopyOnWriteArrayList<>();
		Path file = this.ours.trustCertificate();
		String authority = Files.readString(file);
		try (MqttBroker broker = new MqttBroker(options)) {
			broker.subscribe("open/x", SubscribeOptions.defaults(), received::add);
			Files.delete(file);
			TLS.restart();
			// Long enough for some attempts.
			Awaitility.await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(20)).until(received::isEmpty);
			Files.writeString(file, authority);
			Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
				broker.publish("open/x", message());
				assertThat(received).isNotEmpty();
			});
		}
	}

	@Test
	void serverThatIsDownAtFirstIsUsedWhenItIsThere() {
		MqttOptions options = MqttOptions.defaults().withAddress(USERS.address()).withCredentials("root", "secret");
		USERS.kill();
		try (MqttBroker broker = new MqttBroker(options)) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(broker::connect)
				.withMessageContaining("mqtt at " + USERS.address() + " cannot be reached within 10000 ms: ");
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> broker.subscribe("open/x", SubscribeOptions.defaults(), (event) -> {
				}));
			assertThat(broker.health().detail()).contains("cannot be reached");
		}
		finally {
			USERS.start();
		}
		assertGoesThrough(options);
	}

	@Test
	void addressesAreHostsWithAPortOrWithout() {
		assertThat(MqttAddress.all("a, tcp://b:1 ,mqtt://[::1],10.0.0.1:2", false)).containsExactly(
				new MqttAddress("a", 1883), new MqttAddress("b", 1), new MqttAddress("::1", 1883),
				new MqttAddress("10.0.0.1", 2));
		assertThat(MqttAddress.all("ssl://a", true)).containsExactly(new MqttAddress("a", 8883));
		assertThat(MqttOptions.defaults().withAddress("a,tls://b").secure()).isTrue();
		assertThat(MqttOptions.defaults().withAddress("a,tcp://b").secure()).isFalse();
		for (String wrong : List.of(",", "a:b", "http://a", "a/b", "a:70000")) {
			assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> MqttOptions.defaults().withAddress(wrong));
		}
		assertThatIllegalArgumentException()
			.isThrownBy(() -> MqttOptions.defaults().withAddress("mqtt://root:secret@a:1"))
			.withMessageContaining("micro.broker.mqtt.username")
			.withMessageNotContaining("secret");
		assertThatIllegalArgumentException().isThrownBy(() -> MqttOptions.defaults().withVersion("4"));
		assertThatIllegalArgumentException().isThrownBy(() -> MqttOptions.defaults().withClientId("a b"));
		assertThatIllegalArgumentException().isThrownBy(() -> MqttOptions.defaults().withReceiveMaximum(0));
	}

	private static void assertGoesThrough(MqttOptions options) {
		try (MqttBroker broker = new MqttBroker(options)) {
			List<Event> received = new CopyOnWriteArrayList<>();
			broker.subscribe("open/x", SubscribeOptions.defaults(), received::add);
			broker.publish("open/x", message());
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> received.size() == 1);
		}
	}

	private static void assertDenied(MqttOptions options) {
		try (MqttBroker broker = new MqttBroker(options)) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> broker.publish("open/x", message()))
				.matches(BrokerException::isDenied)
				.withMessage(broker + " does not let us in: it answers NOT_AUTHORIZED");
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> broker.subscribe("open/x", SubscribeOptions.defaults(), (event) -> {
				}))
				.matches(BrokerException::isDenied);
		}
	}

	private static void assertFails(MqttOptions options, String told) {
		try (MqttBroker broker = new MqttBroker(options)) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> broker.publish("open/x", message()))
				.withMessageContaining("cannot be reached")
				.withMessageContaining(told);
		}
	}

	private static Message message() {
		return new Message(Metadata.empty(), "x".getBytes(StandardCharsets.UTF_8));
	}

	/** A line of mosquitto's file of users: PBKDF2 of the password. */
	private static String user(String name, String password) {
		byte[] salt = new byte[12];
		new SecureRandom().nextBytes(salt);
		int rounds = 101;
		try {
			byte[] hash = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
				.generateSecret(new PBEKeySpec(password.toCharArray(), salt, rounds, 512))
				.getEncoded();
			Base64.Encoder base64 = Base64.getEncoder();
			return name + ":$7$" + rounds + "$" + base64.encodeToString(salt) + "$" + base64.encodeToString(hash)
					+ "\n";
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static ServerRecipe secured() {
		X509Bundle server = AUTHORITY.server("mqtt.test");
		return ServerRecipe.mosquitto("""
				allow_anonymous true
				certfile {dir}/certificate.pem
				keyfile {dir}/key.pem
				cafile {dir}/authority.pem
				require_certificate true
				""", Map.of("certificate.pem", server.getCertificatePathPEM(), "key.pem", server.getPrivateKeyPEM(),
				"authority.pem", AUTHORITY.certificate()));
	}

}
