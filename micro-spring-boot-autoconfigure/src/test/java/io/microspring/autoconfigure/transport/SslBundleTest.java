package io.microspring.autoconfigure.transport;

import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import io.microspring.annotation.MicroHandler;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.broker.Broker;
import io.microspring.broker.HttpBrokerOptions;
import io.microspring.broker.SubscribeOptions;
import io.microspring.call.MicroEndpoint;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.server.Server;
import io.microspring.transport.TlsOptions;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * TLS by Boot's SSL bundles, certificates of clients, and certificates that are made up.
 */
@ExtendWith(OutputCaptureExtension.class)
class SslBundleTest {

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
		.withUserConfiguration(Say.class);

	@TempDir
	Path directory;

	private X509Bundle authority;

	@BeforeEach
	void issue() throws Exception {
		this.authority = new CertificateBuilder().ecp256()
			.subject("CN=authority of a test")
			.setIsCertificateAuthority(true)
			.buildSelfSigned();
		write("authority.pem", this.authority.getCertificatePEM());
		renew();
	}

	@ParameterizedTest
	@ValueSource(strings = { "http", "grpc" })
	void serverAndClientTakeTheirBundlesAndShowEachOtherTheirCertificates(String transport) {
		bundled()
			.withPropertyValues("micro.transport.type=" + transport, "micro.server.ssl.client-auth=need",
					"micro.client.ssl.bundle=fleet")
			.run((context) -> assertThat(hello(context.getBean(Client.class))).isEqualTo("Hello John"));
	}

	@Test
	void clientWithoutACertificateIsNotLetIn(CapturedOutput output) {
		bundled()
			.withPropertyValues("micro.server.ssl.client-auth=need",
					"micro.client.ssl.trust-certificate=" + file("authority.pem"))
			.run((context) -> {
				assertThatExceptionOfType(MicroException.class).isThrownBy(() -> hello(context.getBean(Client.class)));
				assertThat(output).contains("TLS: the handshake with", "certificate_required");
			});
	}

	@Test
	void certificatesOfBothMayBeFiles() {
		this.runner.withPropertyValues("micro.server.ssl.certificate=" + file("server.pem"),
				"micro.server.ssl.private-key=" + file("key.pem"), "micro.server.ssl.client-auth=need",
				"micro.server.ssl.trust-certificate=" + file("authority.pem"),
				"micro.client.ssl.certificate=" + file("server.pem"), "micro.client.ssl.private-key=" + file("key.pem"),
				"micro.client.ssl.trust-certificate=" + file("authority.pem"))
			.run((context) -> assertThat(hello(context.getBean(Client.class))).isEqualTo("Hello John"));
	}

	@Test
	void filesThatAreReplacedAreSeenByNewConnectionsWhileCallsGoOn(CapturedOutput output) {
		bundled()
			.withPropertyValues("micro.client.ssl.bundle=fleet", "spring.ssl.bundle.pem.fleet.reload-on-update=true",
					"spring.ssl.bundle.watch.file.quiet-period=50ms")
			.run((context) -> {
				Client client = context.getBean(Client.class);
				String address = context.getBean(Server.class).address();
				CompletableFuture<String> slow = client.callAsync(Request.of("greeter", "Say.Later", "John"),
						String.class, CallOptions.defaults().withTimeout(Duration.ofMinutes(1)));
				BigInteger before = serial(address);
				renew();
				awaitCalled(client, () -> !serial(address).equals(before));
				BigInteger after = serial(address);
				// What cannot be used leaves what there is.
				write("key.pem", this.authority.getPrivateKeyPEM());
				awaitCalled(client, () -> output.getAll().contains("cannot be used, the one before is kept"));
				assertThat(serial(address)).isEqualTo(after);
				renew();
				awaitCalled(client, () -> !serial(address).equals(after));
				context.getBean(Say.class).answer.complete("John at last");
				assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo("John at last");
			});
	}

	@Test
	void certificateIsMadeUpAndBelievedOnlyUnseen() {
		this.runner.withPropertyValues("micro.server.ssl.self-signed=true", "micro.client.ssl.enabled=true")
			.run((context) -> assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> hello(context.getBean(Client.class)))
				.withMessageContaining("TLS: ")
				.withMessageContaining("PKIX path"));
		this.runner
			.withPropertyValues("micro.server.ssl.self-signed=true", "micro.client.ssl.insecure-skip-verify=true")
			.run((context) -> assertThat(hello(context.getBean(Client.class))).isEqualTo("Hello John"));
	}

	@Test
	void httpBrokerHasTheTlsOfTheServerUnlessToldOtherwise() {
		bundled().withPropertyValues("micro.broker.type=http", "micro.client.ssl.bundle=fleet").run((context) -> {
			Registry registry = context.getBean(Registry.class);
			BlockingQueue<Message> received = new LinkedBlockingQueue<>();
			context.getBean(Broker.class)
				.subscribe("news", SubscribeOptions.defaults(), (event) -> received.add(event.message()));
			assertThat(secure(context)).isEqualTo("true");
			try (Broker other = Broker.http(registry, HttpBrokerOptions.defaults()
				.withClientTls(TlsOptions.client().withTrustCertificate(file("authority.pem"))))) {
				other.publish("news", Message.of(Metadata.of("X-Kind", "daily")));
				assertThat(received.poll(30, TimeUnit.SECONDS)).isNotNull();
			}
		});
		bundled().withPropertyValues("micro.broker.type=http", "micro.broker.http.secure=false").run((context) -> {
			context.getBean(Broker.class).subscribe("news", SubscribeOptions.defaults(), (event) -> {
			});
			assertThat(secure(context)).isEqualTo("false");
		});
		this.runner.withPropertyValues("micro.broker.type=http", "micro.broker.http.secure=true")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("micro.broker.http.secure")
				.hasMessageContaining("micro.server.ssl"));
	}

	private static String secure(ApplicationContext context) {
		return context.getBean(Registry.class).get("micro.http.broker").get(0).nodes().get(0).metadata().get("secure");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			bundle=nowhere                        | micro.server.ssl.bundle            | there are: [fleet, trust]
			bundle=trust                          | micro.server.ssl.bundle            | holds no certificate
			client-auth=need,self-signed=true     | micro.server.ssl.client-auth       | needs the authorities
			bundle=fleet,certificate=a            | micro.server.ssl.bundle            | mutually exclusive
			self-signed=true,bundle=fleet         | micro.server.ssl.self-signed       | mutually exclusive
			bundle=fleet,trust-certificate=a      | micro.server.ssl.bundle            | mutually exclusive
			client-auth=need,trust-certificate=a  | micro.server.ssl.certificate       | needs a certificate
			trust-certificate=a                   | micro.server.ssl.certificate       | needs a certificate
			self-signed=true,private-key=a        | micro.server.ssl.self-signed       | mutually exclusive
			self-signed=true,trust-certificate=a  | micro.server.ssl.trust-certificate | while client-auth is none
			""")
	void whatCannotBeMeantIsRefused(String set, String property, String reason) throws Exception {
		MapConfigurationPropertySource source = new MapConfigurationPropertySource();
		for (String each : set.split(",")) {
			source.put("micro.server.ssl." + each.substring(0, each.indexOf('=')),
					each.substring(each.indexOf('=') + 1));
		}
		DefaultSslBundleRegistry bundles = new DefaultSslBundleRegistry();
		bundles.registerBundle("fleet", SslBundle.of(SslStoreBundle.of(renew().toKeyStore(new char[0]), "", null)));
		bundles.registerBundle("trust",
				SslBundle.of(SslStoreBundle.of(null, null, this.authority.toKeyStore(new char[0]))));
		ServerSslProperties properties = new Binder(source).bind("micro.server.ssl", ServerSslProperties.class).get();
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> properties.toOptions(bundles))
			.withMessageContaining(property)
			.withMessageContaining(reason);
	}

	private ApplicationContextRunner bundled() {
		String fleet = "spring.ssl.bundle.pem.fleet.";
		return this.runner.withPropertyValues("micro.server.ssl.bundle=fleet",
				fleet + "keystore.certificate=file:" + file("server.pem"),
				fleet + "keystore.private-key=file:" + file("key.pem"),
				fleet + "truststore.certificate=file:" + file("authority.pem"));
	}

	/** Calls all the while, none of which may fail. */
	private static void awaitCalled(Client client, Callable<Boolean> changed) {
		await().atMost(Duration.ofSeconds(60)).until(() -> {
			assertThat(hello(client)).isEqualTo("Hello John");
			return changed.call();
		});
	}

	private X509Bundle renew() throws Exception {
		X509Bundle server = new CertificateBuilder().ecp256()
			.subject("CN=greeter")
			.addSanIpAddress("127.0.0.1")
			.buildIssuedBy(this.authority);
		write("key.pem", server.getPrivateKeyPEM());
		write("server.pem", server.getCertificatePathPEM());
		return server;
	}

	private Path file(String name) {
		return this.directory.resolve(name);
	}

	private void write(String name, String text) throws Exception {
		Files.writeString(file(name), text);
	}

	private static BigInteger serial(String address) throws Exception {
		SSLContext any = SSLContext.getInstance("TLS");
		any.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
		URI uri = URI.create("https://" + address);
		try (SSLSocket socket = (SSLSocket) any.getSocketFactory().createSocket(uri.getHost(), uri.getPort())) {
			socket.setSoTimeout(10_000);
			socket.startHandshake();
			return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
		}
	}

	private static String hello(Client client) {
		return client.call(Request.of("greeter", "Say.Hello", "John"), String.class);
	}

	@MicroHandler
	static class Say {

		private final CompletableFuture<String> answer = new CompletableFuture<>();

		public String hello(String name) {
			return "Hello " + name;
		}

		@MicroEndpoint(name = "Later")
		public CompletableFuture<String> later(String name) {
			return this.answer;
		}

	}

}
