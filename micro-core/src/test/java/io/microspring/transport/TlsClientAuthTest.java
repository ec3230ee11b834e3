package io.microspring.transport;

import java.nio.file.Path;
import java.time.Duration;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Servers that ask their clients for certificates.
 */
class TlsClientAuthTest {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@TempDir
	Path directory;

	private Certificates certificates;

	@BeforeEach
	void issue() throws Exception {
		this.certificates = new Certificates(this.directory);
	}

	@ParameterizedTest
	@EnumSource(TlsOptions.ClientAuth.class)
	void clientWithACertificateIsLetIn(TlsOptions.ClientAuth wanted) throws Exception {
		try (RecordingServer server = server(wanted); Transport client = client(this.certificates.clientOptions())) {
			assertThat(call(client, server)).isEqualTo("200");
			server.answering(WebSocketTest::echo);
			assertThat(stream(client, server)).isEqualTo("200");
		}
	}

	@Test
	void clientWithoutACertificateIsNot() throws Exception {
		TlsOptions nobody = TlsOptions.client().withTrustCertificate(this.certificates.authority());
		try (RecordingServer server = server(TlsOptions.ClientAuth.NEED); Transport client = client(nobody)) {
			// Whoever still sends while the server closes may miss its reason.
			assertThatExceptionOfType(Exception.class).isThrownBy(() -> call(client, server));
			assertThatExceptionOfType(Exception.class).isThrownBy(() -> stream(client, server));
			assertThat(server.received).isEmpty();
		}
	}

	@Test
	void clientWithoutACertificateIsLetInWhereOneIsOnlyWanted() throws Exception {
		TlsOptions nobody = TlsOptions.client().withTrustCertificate(this.certificates.authority());
		try (RecordingServer server = server(TlsOptions.ClientAuth.WANT); Transport client = client(nobody)) {
			assertThat(call(client, server)).isEqualTo("200");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "NEED", "WANT" })
	void certificateOfAnotherAuthorityIsRefused(TlsOptions.ClientAuth wanted) throws Exception {
		TlsOptions stranger = new Certificates(this.directory).clientOptions()
			.withTrustCertificate(this.certificates.authority());
		try (RecordingServer server = server(wanted); Transport client = client(stranger)) {
			assertThatExceptionOfType(Exception.class).isThrownBy(() -> call(client, server));
			assertThat(server.received).isEmpty();
		}
	}

	@Test
	void certificateOfAnotherAuthorityIsRefusedAlsoByAServerThatBelievesAnyServer() throws Exception {
		TlsOptions stranger = new Certificates(this.directory).clientOptions()
			.withTrustCertificate(this.certificates.authority());
		TlsOptions both = this.certificates.serverOptions()
			.withTrustCertificate(this.certificates.authority())
			.withClientAuth(TlsOptions.ClientAuth.NEED)
			.withInsecureSkipVerify(true);
		try (RecordingServer server = new RecordingServer(HttpOptions.defaults().withServerTls(both));
				Transport client = client(stranger)) {
			assertThatExceptionOfType(Exception.class).isThrownBy(() -> call(client, server));
			assertThat(server.received).isEmpty();
		}
	}

	@Test
	void clientThatSendsNothingYetIsToldWhatIsWanted() throws Exception {
		TlsOptions nobody = TlsOptions.client().withTrustCertificate(this.certificates.authority());
		try (RecordingServer server = server(TlsOptions.ClientAuth.NEED); Transport client = client(nobody)) {
			Inbox answers = Inbox.of(client.dial(server.address(), PATIENCE).get());
			assertThatExceptionOfType(TransportException.class).isThrownBy(() -> answers.take(PATIENCE))
				.withStackTraceContaining("TLS: (certificate_required)");
		}
	}

	@Test
	void serverThatAsksNamesItsAuthorities() throws Exception {
		TlsOptions options = this.certificates.serverOptions().withClientAuth(TlsOptions.ClientAuth.WANT);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Transport.http(HttpOptions.defaults().withServerTls(options)))
			.withMessageContaining("needs the authorities");
	}

	private RecordingServer server(TlsOptions.ClientAuth wanted) throws Exception {
		return new RecordingServer(HttpOptions.defaults()
			.withServerTls(this.certificates.serverOptions()
				.withTrustCertificate(this.certificates.authority())
				.withClientAuth(wanted)));
	}

	private static Transport client(TlsOptions tls) {
		return Transport.http(HttpOptions.defaults().withClientTls(tls));
	}

	private static String call(Transport client, RecordingServer server) throws Exception {
		Socket socket = client.dial(server.address(), PATIENCE).get();
		Inbox answers = Inbox.of(socket);
		socket.send(Message.of(Metadata.of("X-Mine", "1")));
		return answers.take(PATIENCE).headers().getOrDefault(Headers.HTTP_STATUS, "200");
	}

	private static String stream(Transport client, RecordingServer server) throws Exception {
		Socket call = client.openStream(server.address(), PATIENCE).get();
		Inbox answers = Inbox.of(call);
		call.send(Message.of(Metadata.of(Headers.CALL_PROTOCOL, "grpc", Headers.PATH, "/a.Say/Hello",
				Headers.HTTP_METHOD, "POST", "content-type", "application/grpc")));
		return answers.take(PATIENCE).headers().getOrDefault(Headers.HTTP_STATUS, "");
	}

}
