package io.microspring.autoconfigure.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;

import io.microspring.annotation.MicroHandler;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.errors.MicroException;
import io.microspring.server.Server;
import io.microspring.transport.Transport;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * TLS and WebSockets by properties.
 */
@ExtendWith(OutputCaptureExtension.class)
class MicroTransportAutoConfigurationTest {

	private final ApplicationContextRunner runner = MicroRunner.memory().withUserConfiguration(Say.class);

	@TempDir
	Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "http", "grpc" })
	void serverAndClientSpeakTls(String transport) throws Exception {
		Path authority = writeFiles();
		tls().withPropertyValues("micro.transport.type=" + transport, "micro.client.ssl.trust-certificate=" + authority)
			.run((context) -> {
				assertThat(hello(context.getBean(Client.class))).isEqualTo("Hello John");
				assertThat(plain(context.getBean(Server.class).address())).contains("this port speaks TLS");
			});
	}

	@Test
	void filesMayBeUrls() throws Exception {
		Path authority = writeFiles();
		tls()
			.withPropertyValues("micro.client.ssl.trust-certificate=" + authority.toUri(),
					"micro.client.ssl.server-name=localhost")
			.run((context) -> assertThat(hello(context.getBean(Client.class))).isEqualTo("Hello John"));
	}

	@Test
	void unknownAuthorityIsNotBelievedUnlessToldSo() throws Exception {
		writeFiles();
		tls().withPropertyValues("micro.client.ssl.enabled=true")
			.run((context) -> assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> hello(context.getBean(Client.class)))
				.withMessageContaining("TLS"));
		tls().withPropertyValues("micro.client.ssl.insecure-skip-verify=true")
			.run((context) -> assertThat(hello(context.getBean(Client.class))).isEqualTo("Hello John"));
	}

	@Test
	void fileThatCannotBeUsedIsNamedWithItsProperty() throws Exception {
		writeFiles();
		tls().withPropertyValues("micro.server.ssl.private-key=/nowhere.pem")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("micro.server.ssl.private-key")
				.hasMessageContaining("/nowhere.pem does not exist"));
		this.runner
			.withPropertyValues("micro.server.ssl.self-signed=true", "micro.server.ssl.client-auth=need",
					"micro.server.ssl.trust-certificate=/nowhere.pem")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("micro.server.ssl.trust-certificate")
				.hasMessageContaining("/nowhere.pem does not exist"));
		this.runner.withPropertyValues("micro.client.ssl.trust-certificate=/nowhere.pem")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("micro.client.ssl.trust-certificate"));
		this.runner.withPropertyValues("micro.server.ssl.enabled=true")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("micro.server.ssl.certificate")
				.hasMessageContaining("none is made up"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "micro.transport.http.max-message-size", "micro.transport.http.max-header-size",
			"micro.client.max-message-size" })
	void sizeThatNothingCanHaveIsNamedWithItsProperty(String property) {
		this.runner.withPropertyValues(property + "=2GB")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining(property)
				.hasMessageContaining("2147483648B")
				.hasMessageContaining("between 1 and 2147483647 bytes"));
	}

	@Test
	void tlsIsOffUnlessSet() {
		this.runner.run((context) -> assertThat(plain(context.getBean(Server.class).address())).contains("Hello John"));
		this.runner
			.withPropertyValues("micro.server.ssl.enabled=false", "micro.server.ssl.certificate=/nowhere.pem",
					"micro.client.ssl.enabled=false", "micro.client.ssl.trust-certificate=/nowhere.pem")
			.run((context) -> assertThat(hello(context.getBean(Client.class))).isEqualTo("Hello John"));
	}

	@ParameterizedTest
	@CsvSource({ "nats, true", "rabbitmq, true", "http, false", "grpc, false" })
	void tlsThatSecuresNothingOnATransportIsSaidToDoSo(String transport, boolean said, CapturedOutput output) {
		MicroRunner.memory()
			.withPropertyValues("micro.transport.type=" + transport, "micro.client.ssl.insecure-skip-verify=true")
			.run((context) -> {
				assertThat(context.getBean(Transport.class).name()).isEqualTo(transport);
				assertThat(output.toString()
					.contains("micro.client.ssl secure nothing on the transport " + transport
							+ ": see its own properties"))
					.isEqualTo(said);
			});
	}

	@Test
	void pagesOfAllowedOriginsMayOpenWebSockets() {
		this.runner.withPropertyValues("micro.server.websocket.allowed-origins=https://shop.test").run((context) -> {
			String address = context.getBean(Server.class).address();
			open(address, "https://shop.test").abort();
			open(address, "http://" + address).abort();
			assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> open(address, "https://evil.test"))
				.withCauseInstanceOf(WebSocketHandshakeException.class);
		});
	}

	private ApplicationContextRunner tls() {
		return this.runner.withPropertyValues("micro.server.ssl.certificate=" + this.directory.resolve("server.pem"),
				"micro.server.ssl.private-key=" + this.directory.resolve("key.pem"));
	}

	private Path writeFiles() throws Exception {
		X509Bundle authority = new CertificateBuilder().ecp256()
			.subject("CN=authority of a test")
			.setIsCertificateAuthority(true)
			.buildSelfSigned();
		X509Bundle server = new CertificateBuilder().ecp256()
			.subject("CN=greeter")
			.addSanIpAddress("127.0.0.1")
			.addSanDnsName("localhost")
			.buildIssuedBy(authority);
		Files.writeString(this.directory.resolve("server.pem"), server.getCertificatePathPEM());
		Files.writeString(this.directory.resolve("key.pem"), server.getPrivateKeyPEM());
		return Files.writeString(this.directory.resolve("authority.pem"), authority.getCertificatePEM());
	}

	private static WebSocket open(String address, String origin) {
		return HttpClient.newHttpClient()
			.newWebSocketBuilder()
			.header("Origin", origin)
			.buildAsync(URI.create("ws://" + address + "/Say/Hello"), new WebSocket.Listener() {
			})
			.join();
	}

	private static String hello(Client client) {
		return client.call(Request.of("greeter", "Say.Hello", "John"), String.class);
	}

	private static String plain(String address) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/Say/Hello"))
			.version(HttpClient.Version.HTTP_1_1)
			.POST(HttpRequest.BodyPublishers.ofString("\"John\""))
			.build();
		return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
	}

	@MicroHandler
	static class Say {

		public String hello(String name) {
			return "Hello " + name;
		}

	}

}
