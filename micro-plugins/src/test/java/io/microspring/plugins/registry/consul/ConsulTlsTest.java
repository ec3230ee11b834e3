package io.microspring.plugins.registry.consul;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.health.HealthReport;
import io.microspring.plugins.TestAuthority;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A Consul behind TLS, which lets in whom its authority vouches for. */
class ConsulTlsTest {

	private static final TestAuthority AUTHORITY = new TestAuthority();

	@RegisterExtension
	static final ExternalServer CONSUL = new ExternalServer(server());

	@TempDir
	private Path directory;

	private Path authority;

	private TlsOptions ours;

	@BeforeEach
	void writeFiles() {
		CONSUL.requireOurs();
		this.ours = AUTHORITY.client(this.directory);
		this.authority = this.directory.resolve("authority.pem");
	}

	@Test
	void clientWithACertificateIsLetIn() {
		try (Registry registry = new ConsulRegistry(options().withTls(this.ours))) {
			Service service = Service.of("tls", "1", Node.of("tls-1", "127.0.0.1:1"));
			List<Change> changes = new CopyOnWriteArrayList<>();
			// It may have no leader yet.
			Awaitility.await()
				.atMost(Duration.ofSeconds(40))
				.until(() -> registry.health().state() == HealthReport.State.UP);
			registry.watch("tls", changes::add);
			registry.register(service, Duration.ofMinutes(1));
			assertThat(registry.get("tls")).containsExactly(service);
			Awaitility.await()
				.atMost(Duration.ofSeconds(40))
				.untilAsserted(() -> assertThat(changes).containsExactly(new Change(Change.Action.CREATE, service)));
		}
	}

	@Test
	void othersAreRefusedOrRefuse() {
		assertFails(options().withTls(TlsOptions.client().withTrustCertificate(this.authority)), "");
		assertFails(options().withAddress("https://" + CONSUL.address()), "certification path");
		assertFails(options().withTls(this.ours.withServerName("elsewhere.test")), "elsewhere.test");
		assertFails(options(), "");
	}

	@Test
	void nameInTheCertificateNeedNotBeThatOfTheAddress() {
		try (Registry registry = new ConsulRegistry(options().withTls(this.ours.withServerName("server.dc1.consul")))) {
			assertThat(registry.list()).isNotEmpty();
		}
		try (Registry registry = new ConsulRegistry(options().withTls(this.ours.withInsecureSkipVerify(true)))) {
			assertThat(registry.list()).isNotEmpty();
		}
	}

	@Test
	void fileThatIsMissingIsNamed() {
		Path missing = this.directory.resolve("missing.pem");
		assertThatExceptionOfType(TlsException.class)
			.isThrownBy(() -> new ConsulRegistry(options().withTls(this.ours.withTrustCertificate(missing))))
			.withMessageContaining("missing.pem");
	}

	private static void assertFails(ConsulOptions options, String told) {
		try (Registry registry = new ConsulRegistry(options)) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("tls"))
				.withMessageContaining("consul at " + CONSUL.address())
				.withMessageContaining(" to look up tls: ")
				.withMessageContaining(told);
		}
	}

	private static ConsulOptions options() {
		return ConsulOptions.defaults().withAddress(CONSUL.address());
	}

	private static ServerRecipe server() {
		X509Bundle server = AUTHORITY.server("server.dc1.consul");
		return ServerRecipe.consulWithTls(server.getCertificatePathPEM(), server.getPrivateKeyPEM(),
				AUTHORITY.certificate());
	}

}
