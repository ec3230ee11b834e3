package io.microspring.transport;

import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.pkitesting.X509Bundle;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Keys and authorities that change while connections are open.
 */
class TlsBundleTest {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@TempDir
	Path directory;

	private Certificates certificates;

	@BeforeEach
	void issue() throws Exception {
		this.certificates = new Certificates(this.directory);
	}

	@Test
	void connectionsThatBeginAfterAChangeSeeTheNewCertificateAndOthersGoOn() throws Exception {
		AtomicReference<TlsBundle> bundle = new AtomicReference<>(this.certificates.serverBundle());
		try (RecordingServer server = new RecordingServer(
				HttpOptions.defaults().withServerTls(TlsOptions.client().withBundle(bundle::get)));
				Transport client = client(TlsOptions.client().withTrustCertificate(this.certificates.authority()))) {
			Socket early = client.dial(server.address(), PATIENCE).get();
			Inbox answers = Inbox.of(early);
			assertThat(echo(early, answers)).isEqualTo("hello");
			BigInteger before = Certificates.shown(server.address()).getSerialNumber();
			assertThat(Certificates.shown(server.address()).getSerialNumber()).isEqualTo(before);
			bundle.set(this.certificates.serverBundle());
			BigInteger after = Certificates.shown(server.address()).getSerialNumber();
			assertThat(after).isNotEqualTo(before);
			assertThat(echo(early, answers)).isEqualTo("hello");
			Socket late = client.dial(server.address(), PATIENCE).get();
			assertThat(echo(late, Inbox.of(late))).isEqualTo("hello");
		}
	}

	@Test
	void clientBelievesWhomItsBundleSaysNow() throws Exception {
		Certificates others = new Certificates(this.directory);
		AtomicReference<TlsBundle> trusted = new AtomicReference<>(others.clientBundle());
		try (RecordingServer server = new RecordingServer(
				HttpOptions.defaults().withServerTls(this.certificates.serverOptions()));
				Transport client = client(TlsOptions.client().withBundle(trusted::get))) {
			assertThatExceptionOfType(ExecutionException.class)
				.isThrownBy(() -> client.dial(server.address(), PATIENCE).get())
				.withMessageContaining("PKIX path");
			trusted.set(this.certificates.clientBundle());
			assertThat(client.dial(server.address(), PATIENCE).get().isOpen()).isTrue();
			assertThat(client.openStream(server.address(), PATIENCE).get().isOpen()).isTrue();
		}
	}

	@Test
	void bundleThatCannotBeUsedLeavesTheOneBefore() throws Exception {
		AtomicReference<TlsBundle> bundle = new AtomicReference<>(this.certificates.serverBundle());
		try (RecordingServer server = new RecordingServer(
				HttpOptions.defaults().withServerTls(TlsOptions.client().withBundle(bundle::get)))) {
			BigInteger before = Certificates.shown(server.address()).getSerialNumber();
			bundle.set(this.certificates.clientBundle());
			assertThat(Certificates.shown(server.address()).getSerialNumber()).isEqualTo(before);
			bundle.set(this.certificates.serverBundle());
			assertThat(Certificates.shown(server.address()).getSerialNumber()).isNotEqualTo(before);
		}
	}

	@Test
	void versionsAndCipherSuitesAreThoseOfTheBundle() throws Exception {
		TlsBundle old = new TlsBundle(this.certificates.serverBundle().keys(), null, List.of("TLSv1.2"),
				List.of("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"));
		TlsBundle trusting = this.certificates.clientBundle();
		TlsBundle modern = new TlsBundle(null, trusting.trust(), List.of("TLSv1.3"), List.of());
		try (RecordingServer server = new RecordingServer(
				HttpOptions.defaults().withServerTls(TlsOptions.client().withBundle(() -> old)));
				Transport client = client(TlsOptions.client().withBundle(() -> trusting));
				Transport strict = client(TlsOptions.client().withBundle(() -> modern))) {
			assertThat(client.openStream(server.address(), PATIENCE).get().isOpen()).isTrue();
			assertThatExceptionOfType(ExecutionException.class)
				.isThrownBy(() -> strict.dial(server.address(), PATIENCE).get())
				.withMessageContaining("TLS");
		}
	}

	@Test
	void contextThatADriverKeepsIsOfWhatTheBundleIsNow() throws Exception {
		AtomicReference<TlsBundle> bundle = new AtomicReference<>(version("TLSv1.2"));
		SSLContext context = TlsOptions.client().withBundle(bundle::get).withServerName("fleet.test").toSslContext();
		SSLSocketFactory sockets = TlsOptions.client().withBundle(bundle::get).toSslContext().getSocketFactory();
		for (String version : List.of("TLSv1.2", "TLSv1.3")) {
			bundle.set(version(version));
			SSLEngine engine = context.createSSLEngine("127.0.0.1", 1);
			assertThat(engine.getPeerHost()).isEqualTo("fleet.test");
			assertThat(engine.getEnabledProtocols()).containsExactly(version);
			assertThat(engine.getSSLParameters().getEndpointIdentificationAlgorithm()).isEqualTo("HTTPS");
			try (SSLSocket socket = (SSLSocket) sockets.createSocket()) {
				SSLParameters parameters = socket.getSSLParameters();
				assertThat(parameters.getProtocols()).containsExactly(version);
				assertThat(parameters.getEndpointIdentificationAlgorithm()).isEqualTo("HTTPS");
			}
		}
		SSLContext any = TlsOptions.client().withInsecureSkipVerify(true).toSslContext();
		assertThat(any.createSSLEngine().getSSLParameters().getEndpointIdentificationAlgorithm()).isNullOrEmpty();
	}

	/** The JDK's would be content with a certificate for what is dialled. */
	@Test
	void socketThatIsDialledLaterLooksForTheNameAlone() throws Exception {
		TlsOptions trusting = TlsOptions.client().withTrustCertificate(this.certificates.authority());
		try (RecordingServer server = new RecordingServer(
				HttpOptions.defaults().withServerTls(this.certificates.serverOptions()))) {
			int port = Integer.parseInt(server.address().substring(server.address().lastIndexOf(':') + 1));
			for (String name : List.of("localhost", "fleet.test")) {
				try (java.net.Socket socket = trusting.withServerName(name)
					.toSslContext()
					.getSocketFactory()
					.createSocket()) {
					socket.connect(new InetSocketAddress("127.0.0.1", port), 10_000);
					ThrowingCallable handshake = () -> socket.getOutputStream().write(1);
					if (name.equals("localhost")) {
						assertThatNoException().isThrownBy(handshake);
					}
					else {
						assertThatExceptionOfType(SSLException.class).isThrownBy(handshake)
							.withMessageContaining("matching fleet.test found");
					}
				}
			}
		}
	}

	private static TlsBundle version(String version) {
		return new TlsBundle(null, null, List.of(version), List.of());
	}

	@Test
	void keyThatIsNotOfItsCertificateIsRefused() throws Exception {
		X509Bundle one = this.certificates.issue(Certificates.server());
		X509Bundle other = this.certificates.issue(Certificates.server());
		X509Bundle mixed = X509Bundle.fromCertificatePath(one.getCertificatePath(), one.getRootCertificate(),
				other.getKeyPair());
		assertThatIllegalArgumentException().isThrownBy(() -> TlsBundle.of(mixed.toKeyManagerFactory(), null))
			.withMessage("TLS: the private key is not that of the certificate of CN=server of a test");
	}

	@Test
	void bundleWithoutWhatIsNeededIsRefusedAtTheStart() throws Exception {
		TlsBundle trust = this.certificates.clientBundle();
		TlsBundle keys = TlsBundle.of(this.certificates.serverBundle().keys(), null);
		TlsOptions options = TlsOptions.client();
		assertThatIllegalArgumentException().isThrownBy(() -> server(options.withBundle(() -> trust)))
			.withMessageContaining("needs a certificate and its private key");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> server(options.withBundle(() -> keys).withClientAuth(TlsOptions.ClientAuth.NEED)))
			.withMessageContaining("needs the authorities");
		Path authority = this.certificates.authority();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> options.withTrustCertificate(authority).withBundle(() -> trust))
			.withMessageContaining("A bundle takes the place of files");
	}

	private static void server(TlsOptions options) {
		Transport.http(HttpOptions.defaults().withServerTls(options)).close();
	}

	private static Transport client(TlsOptions tls) {
		return Transport.http(HttpOptions.defaults().withClientTls(tls));
	}

	private static String echo(Socket socket, Inbox answers) throws Exception {
		socket.send(new Message(Metadata.of("X-Mine", "1"), "hello".getBytes(StandardCharsets.UTF_8)));
		return new String(answers.take(PATIENCE).body(), StandardCharsets.UTF_8);
	}

}
