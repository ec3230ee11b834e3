package io.microspring.broker;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.net.ssl.SSLContext;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.transport.TlsOptions;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The HTTP broker over TLS, which each subscription announces.
 */
class HttpBrokerTlsTest {

	private final Registry registry = Registry.memory();

	private final List<String> received = new CopyOnWriteArrayList<>();

	@TempDir
	Path directory;

	private TlsOptions server;

	private TlsOptions client;

	@BeforeEach
	void issue() throws Exception {
		X509Bundle authority = new CertificateBuilder().ecp256()
			.subject("CN=authority of a test")
			.setIsCertificateAuthority(true)
			.buildSelfSigned();
		X509Bundle issued = new CertificateBuilder().ecp256()
			.subject("CN=subscriber")
			.addSanIpAddress("127.0.0.1")
			.buildIssuedBy(authority);
		Path file = Files.writeString(this.directory.resolve("authority.pem"), authority.getCertificatePEM());
		Path certificate = Files.writeString(this.directory.resolve("server.pem"), issued.getCertificatePathPEM());
		Path key = Files.writeString(this.directory.resolve("key.pem"), issued.getPrivateKeyPEM());
		this.server = TlsOptions.server(certificate, key)
			.withTrustCertificate(file)
			.withClientAuth(TlsOptions.ClientAuth.WANT);
		this.client = TlsOptions.client().withTrustCertificate(file).withCertificate(certificate, key);
	}

	@AfterEach
	void close() {
		this.registry.close();
	}

	@Test
	void subscribersWithAndWithoutTlsAreReachedEachInItsOwnWay() {
		try (Broker secure = broker(defaults().withServerTls(this.server));
				Broker plain = broker(defaults());
				Broker publisher = broker(defaults().withClientTls(this.client))) {
			subscribe(secure, "secure");
			subscribe(plain, "plain");
			assertThat(nodes()).extracting((node) -> node.metadata().get("secure"))
				.containsExactlyInAnyOrder("true", "false");
			for (int i = 0; i < 3; i++) {
				publisher.publish("orders", message("" + i));
			}
			await().untilAsserted(() -> assertThat(this.received).containsExactlyInAnyOrder("secure 0", "secure 1",
					"secure 2", "plain 0", "plain 1", "plain 2"));
		}
	}

	@Test
	void subscriberMayAskItsPublishersForCertificates() {
		TlsOptions needs = this.server.withClientAuth(TlsOptions.ClientAuth.NEED);
		TlsOptions nobody = TlsOptions.client().withTrustCertificate(this.directory.resolve("authority.pem"));
		try (Broker secure = broker(defaults().withServerTls(needs));
				Broker stranger = broker(defaults().withClientTls(nobody));
				Broker publisher = broker(defaults().withClientTls(this.client))) {
			subscribe(secure, "secure");
			stranger.publish("orders", message("of a stranger"));
			publisher.publish("orders", message("of ours"));
			await().untilAsserted(() -> assertThat(this.received).containsExactly("secure of ours"));
		}
	}

	@Test
	void certificateThatIsMadeUpIsBelievedOnlyByWhoBelievesAny() {
		try (Broker secure = broker(defaults().withServerTls(TlsOptions.selfSigned()));
				Broker strict = broker(defaults());
				Broker careless = broker(defaults().withClientTls(TlsOptions.client().withInsecureSkipVerify(true)))) {
			subscribe(secure, "secure");
			strict.publish("orders", message("checked"));
			careless.publish("orders", message("believed"));
			await().untilAsserted(() -> assertThat(this.received).containsExactly("secure believed"));
		}
	}

	@Test
	void goPublishersPostToItByHttpsAndNobodyInTheClear() throws Exception {
		SSLContext any = SSLContext.getInstance("TLS");
		any.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
		// As http.Client does when it is given a function that dials.
		HttpClient go = HttpClient.newBuilder().sslContext(any).version(HttpClient.Version.HTTP_1_1).build();
		try (Broker secure = broker(defaults().withServerTls(this.server))) {
			subscribe(secure, "secure");
			Node node = nodes().get(0);
			String path = node.address() + "/?id=" + node.id();
			assertThat(post(go, "https://" + path).statusCode()).isEqualTo(200);
			assertThat(this.received).containsExactly("secure hi");
			HttpResponse<String> refused = post(go, "http://" + path);
			assertThat(refused.statusCode()).isEqualTo(400);
			assertThat(refused.body()).contains("this port speaks TLS");
			assertThat(this.received).hasSize(1);
		}
	}

	@Test
	void subscribersOfGoThatWantTlsArePostedToByHttps() throws Exception {
		try (GoSubscriber go = GoSubscriber.secure(this.registry, "micro.http.broker", "ff.http.broadcast", "orders",
				this.server.toSslContext()); Broker publisher = broker(defaults().withClientTls(this.client))) {
			publisher.publish("orders", message("hi"));
			await().untilAsserted(
					() -> assertThat(go.received).extracting((each) -> new String(each.body(), StandardCharsets.UTF_8))
						.containsExactly("hi"));
		}
	}

	private Broker broker(HttpBrokerOptions options) {
		return Broker.http(this.registry, options);
	}

	private static HttpBrokerOptions defaults() {
		return HttpBrokerOptions.defaults();
	}

	private void subscribe(Broker broker, String name) {
		broker.subscribe("orders", SubscribeOptions.defaults(),
				(event) -> this.received.add(name + " " + new String(event.message().body(), StandardCharsets.UTF_8)));
	}

	private List<Node> nodes() {
		return this.registry.get("micro.http.broker").stream().flatMap((service) -> service.nodes().stream()).toList();
	}

	private static HttpResponse<String> post(HttpClient client, String uri) throws Exception {
		return client.send(HttpRequest.newBuilder(URI.create(uri))
			.POST(HttpRequest.BodyPublishers.ofString("{\"Header\":{\"Micro-Topic\":\"orders\"},\"Body\":\"aGk=\"}"))
			.build(), HttpResponse.BodyHandlers.ofString());
	}

	private static Message message(String text) {
		return new Message(Metadata.empty(), text.getBytes(StandardCharsets.UTF_8));
	}

}
