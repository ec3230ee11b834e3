package io.microspring.plugins.registry.nats;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.plugins.TestAuthority;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
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

/** A NATS server behind TLS, which lets in whom its authority vouches for. */
class NatsTlsTest {

	private static final TestAuthority AUTHORITY = new TestAuthority();

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(server());

	@TempDir
	private Path directory;

	private Path authority;

	private TlsOptions ours;

	@BeforeEach
	void writeFiles() {
		NATS.requireOurs();
		this.ours = AUTHORITY.client(this.directory);
		this.authority = this.directory.resolve("authority.pem");
	}

	@Test
	void clientWithACertificateIsLetIn() {
		try (Registry registry = new NatsRegistry(options().withTls(this.ours))) {
			Service service = Service.of("tls", "1", Node.of("tls-1", "127.0.0.1:1"));
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("tls", changes::add);
			registry.register(service, Duration.ofMinutes(1));
			Awaitility.await()
				.atMost(Duration.ofSeconds(40))
				.untilAsserted(() -> assertThat(registry.get("tls")).containsExactly(service));
			Awaitility.await()
				.atMost(Duration.ofSeconds(40))
				.untilAsserted(() -> assertThat(changes).containsExactly(new Change(Change.Action.CREATE, service)));
		}
	}

	@Test
	void othersAreRefusedOrRefuse() {
		assertFails(options().withTls(TlsOptions.client().withTrustCertificate(this.authority)), "");
		assertFails(options().withAddress("tls://" + NATS.address()), "certification path");
		assertFails(options().withTls(this.ours.withServerName("elsewhere.test")), "elsewhere.test");
		assertFails(options().withConnectTimeout(Duration.ofSeconds(1)), "");
	}

	@Test
	void addressWithoutASchemeHasTlsWhereAnotherAsksForIt() {
		try (Registry registry = new NatsRegistry(options().withAddress("tls://127.0.0.1:1," + NATS.address()))) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("tls"))
				.withMessageContaining("certification path");
		}
	}

	@Test
	void fileThatIsMissingIsNamed() {
		Path missing = this.directory.resolve("missing.pem");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new NatsRegistry(options().withTls(this.ours.withTrustCertificate(missing))))
			.withMessageContaining("missing.pem");
		assertThatIllegalArgumentException().isThrownBy(() -> new NatsRegistry(options()
			.withTls(new TlsOptions(this.authority, this.authority, null, null, false, Duration.ofSeconds(1)))));
	}

	private static void assertFails(NatsOptions options, String told) {
		try (Registry registry = new NatsRegistry(options)) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("tls"))
				.withMessageContaining("nats at " + NATS.address() + " cannot be reached to look up tls: ")
				.withMessageContaining(told);
		}
	}

	private static NatsOptions options() {
		return NatsOptions.defaults().withAddress(NATS.address());
	}

	private static ServerRecipe server() {
		X509Bundle server = AUTHORITY.server();
		return ServerRecipe.nats("""
				tls {
				  cert_file: "{dir}/certificate.pem"
				  key_file: "{dir}/key.pem"
				  ca_file: "{dir}/authority.pem"
				  verify: true
				}
				""", Map.of("certificate.pem", server.getCertificatePathPEM(), "key.pem", server.getPrivateKeyPEM(),
				"authority.pem", AUTHORITY.certificate()));
	}

}
