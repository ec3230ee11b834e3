package io.microspring.plugins.broker.nsq;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.net.ssl.SSLContext;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.BundleChange;
import io.microspring.plugins.TestAuthority;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.transport.TlsOptions;
import io.netty.pkitesting.X509Bundle;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** An nsqd behind TLS, which lets in whom its authority vouches for. */
class NsqTlsTest {

	private static final TestAuthority AUTHORITY = new TestAuthority();

	@RegisterExtension
	static final ExternalServer NSQD = new ExternalServer(server());

	@TempDir
	private Path directory;

	private TlsOptions ours;

	@BeforeEach
	void writeFiles() {
		NSQD.requireOurs();
		this.ours = AUTHORITY.client(this.directory);
	}

	@Test
	void clientWithACertificateIsLetIn() {
		for (TlsOptions tls : List.of(this.ours, this.ours.withServerName("nsq.test"))) {
			try (NsqBroker broker = new NsqBroker(options().withTls(tls))) {
				List<Event> received = new CopyOnWriteArrayList<>();
				broker.subscribe("secure", SubscribeOptions.defaults(), received::add);
				broker.publish("secure", message());
				Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> received.size() == 1);
			}
		}
	}

	@Test
	void othersAreRefusedOrRefuse() {
		assertFails(options().withTls(TlsOptions.client().withTrustCertificate(this.ours.trustCertificate())), "");
		assertFails(options().withTls(TlsOptions.client()), "certification path");
		assertFails(options().withTls(this.ours.withServerName("elsewhere.test")), "elsewhere.test");
		assertFails(options(), "");
	}

	@Test
	void nsqlookupdIsBelievedAsNsqdIs() throws Exception {
		HttpsServer lookupd = lookupd();
		try {
			NsqOptions finding = NsqOptions.defaults()
				.withLookupdAddress("https://127.0.0.1:" + lookupd.getAddress().getPort());
			try (NsqBroker broker = new NsqBroker(finding.withAddress(NSQD.address()).withTls(this.ours))) {
				List<Event> received = new CopyOnWriteArrayList<>();
				broker.subscribe("found", SubscribeOptions.defaults(), received::add);
				broker.publish("found", message());
				Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> received.size() == 1);
			}
			assertNotAsked(finding, lookupd, "certification path");
			assertNotAsked(finding.withTls(TlsOptions.client()), lookupd, "certification path");
			assertNotAsked(finding.withTls(this.ours.withServerName("elsewhere.test")), lookupd, "elsewhere.test");
		}
		finally {
			lookupd.stop(0);
		}
	}

	private static void assertNotAsked(NsqOptions options, HttpsServer lookupd, String told) {
		try (NsqBroker broker = new NsqBroker(options)) {
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> broker.subscribe("found", SubscribeOptions.defaults(), (event) -> {
				}))
				.withMessageContaining("nsqlookupd at https://127.0.0.1:" + lookupd.getAddress().getPort()
						+ " (micro.broker.nsq.lookupd-address) cannot be asked")
				.withMessageContaining(told);
		}
	}

	/** The real one speaks no TLS: it stands behind who does. */
	private static HttpsServer lookupd() throws Exception {
		SSLContext tls = SSLContext.getInstance("TLS");
		tls.init(AUTHORITY.server("nsq.test").toKeyManagerFactory().getKeyManagers(), null, null);
		HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		server.setHttpsConfigurator(new HttpsConfigurator(tls));
		String[] nsqd = NSQD.address().split(":");
		byte[] answer = "{\"producers\":[{\"broadcast_address\":\"%s\",\"tcp_port\":%s}]}".formatted(nsqd[0], nsqd[1])
			.getBytes(StandardCharsets.UTF_8);
		server.createContext("/lookup", (asked) -> {
			asked.sendResponseHeaders(200, answer.length);
			asked.getResponseBody().write(answer);
			asked.close();
		});
		server.start();
		return server;
	}

	@Test
	void connectionsAreMadeOfWhatABundleIsWhenTheyBegin() throws Exception {
		BundleChange.assertTaken(this.ours, (tls) -> new NsqBroker(options().withTls(tls)),
				(broker) -> broker.publish("secure", message()));
	}

	private static void assertFails(NsqOptions options, String told) {
		try (NsqBroker broker = new NsqBroker(options)) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> broker.publish("secure", message()))
				.withMessageContaining("nsq at " + NSQD.address())
				.withMessageContaining(told);
		}
	}

	private static NsqOptions options() {
		return NsqOptions.defaults().withAddress(NSQD.address());
	}

	private static Message message() {
		return new Message(Metadata.empty(), "x".getBytes(StandardCharsets.UTF_8));
	}

	private static ServerRecipe server() {
		X509Bundle server = AUTHORITY.server("nsq.test");
		return ServerRecipe.nsqd(
				Map.of("certificate.pem", server.getCertificatePathPEM(), "key.pem", server.getPrivateKeyPEM(),
						"authority.pem", AUTHORITY.certificate()),
				"-tls-cert={dir}/certificate.pem", "-tls-key={dir}/key.pem", "-tls-root-ca-file={dir}/authority.pem",
				"-tls-client-auth-policy=require-verify");
	}

}
