package io.microspring.transport;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Certificates that servers make up, as go-micro's {@code Secure}.
 */
class SelfSignedTest {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@TempDir
	Path directory;

	@Test
	void itIsMadeForTheHostThatIsListenedOnAndForAYear() throws Exception {
		try (RecordingServer server = server(); RecordingServer other = server()) {
			X509Certificate certificate = Certificates.shown(server.address());
			assertThat(certificate.getSubjectAlternativeNames()).containsExactly(List.of(7, "127.0.0.1"));
			assertThat(certificate.getSigAlgName()).isEqualTo("SHA256withECDSA");
			assertThat(certificate.getVersion()).isEqualTo(3);
			assertThat(certificate.getBasicConstraints()).isNotNegative();
			assertThat(certificate.getKeyUsage()).startsWith(true, false, false, false, false, true);
			assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
			certificate.checkValidity();
			assertThat(certificate.getNotAfter().toInstant()).isBetween(Instant.now().plus(Duration.ofDays(364)),
					Instant.now().plus(Duration.ofDays(365)));
			certificate.verify(certificate.getPublicKey());
			assertThat(Certificates.shown(other.address())).isNotEqualTo(certificate);
		}
	}

	@Test
	void withoutAHostItIsForAllAddressesOfThisOne() throws Exception {
		for (String host : List.of("", "0.0.0.0")) {
			X509Certificate certificate = SelfSigned.of(host).chain()[0];
			assertThat(certificate.getSubjectAlternativeNames())
				.contains(List.of(2, "localhost"), List.of(7, "127.0.0.1"))
				.hasSameSizeAs(Addresses.allOfThisHost());
		}
		assertThat(SelfSigned.of("::1").chain()[0].getSubjectAlternativeNames())
			.containsExactly(List.of(7, "0:0:0:0:0:0:0:1"));
	}

	@Test
	void clientThatChecksBelievesItOnlyOnceItIsGivenIt() throws Exception {
		try (RecordingServer server = server(); Transport strict = client(TlsOptions.client())) {
			assertThatExceptionOfType(ExecutionException.class)
				.isThrownBy(() -> strict.dial(server.address(), PATIENCE).get())
				.withMessageContaining("PKIX path");
			Path given = new Certificates(this.directory).write("given.pem",
					"-----BEGIN CERTIFICATE-----\n"
							+ Base64.getMimeEncoder().encodeToString(Certificates.shown(server.address()).getEncoded())
							+ "\n-----END CERTIFICATE-----\n");
			try (Transport client = client(TlsOptions.client().withTrustCertificate(given))) {
				assertAnswered(client, server);
				assertThat(client.openStream(server.address(), PATIENCE).get().isOpen()).isTrue();
			}
			try (Transport named = client(
					TlsOptions.client().withTrustCertificate(given).withServerName("greeter.test"))) {
				assertThatExceptionOfType(ExecutionException.class)
					.isThrownBy(() -> named.dial(server.address(), PATIENCE).get())
					.withMessageContaining("greeter.test");
			}
		}
	}

	@Test
	void clientThatBelievesAnyBelievesIt() throws Exception {
		try (RecordingServer server = server();
				Transport client = client(TlsOptions.client().withInsecureSkipVerify(true))) {
			assertAnswered(client, server);
		}
	}

	private static RecordingServer server() {
		return new RecordingServer(HttpOptions.defaults().withServerTls(TlsOptions.selfSigned()));
	}

	private static Transport client(TlsOptions tls) {
		return Transport.http(HttpOptions.defaults().withClientTls(tls));
	}

	private static void assertAnswered(Transport client, RecordingServer server) throws Exception {
		Socket socket = client.dial(server.address(), PATIENCE).get();
		Inbox answers = Inbox.of(socket);
		socket.send(Message.of(Metadata.of("X-Mine", "1")));
		assertThat(answers.take(PATIENCE).body()).isEmpty();
	}

}
