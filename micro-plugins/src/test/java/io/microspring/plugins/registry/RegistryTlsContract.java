package io.microspring.plugins.registry;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.health.HealthReport;
import io.microspring.plugins.BundleChange;
import io.microspring.plugins.TestAuthority;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.microspring.test.server.ExternalServer;
import io.microspring.transport.TlsOptions;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatRuntimeException;

/**
 * What registries do over TLS, whose server lets in whom its authority vouches for.
 */
public abstract class RegistryTlsContract {

	protected static final TestAuthority AUTHORITY = new TestAuthority();

	@TempDir
	private Path directory;

	private Path authority;

	/** A client whom the server lets in. */
	protected TlsOptions ours;

	private final ExternalServer server;

	private final String scheme;

	/**
	 * A contract.
	 * @param server what speaks TLS
	 * @param scheme what stands in front of an address for TLS
	 */
	protected RegistryTlsContract(ExternalServer server, String scheme) {
		this.server = server;
		this.scheme = scheme;
	}

	/**
	 * A registry of its own.
	 * @param address where the server is
	 * @param tls its options, or null for what the address says
	 */
	protected abstract Registry open(String address, @Nullable TlsOptions tls);

	@BeforeEach
	void writeFiles() {
		this.server.requireOurs();
		this.ours = AUTHORITY.client(this.directory);
		this.authority = this.directory.resolve("authority.pem");
	}

	@Test
	void clientWithACertificateIsLetIn() {
		try (Registry registry = open(this.server.address(), this.ours)) {
			Service service = Service.of("tls", "1", Node.of("tls-1", "127.0.0.1:1"));
			List<Change> changes = new CopyOnWriteArrayList<>();
			// It may have no leader yet.
			eventually().until(() -> registry.health().state() == HealthReport.State.UP);
			registry.watch("tls", changes::add);
			registry.register(service, Duration.ofMinutes(1));
			eventually().untilAsserted(() -> assertThat(registry.get("tls")).containsExactly(service));
			eventually()
				.untilAsserted(() -> assertThat(changes).containsExactly(new Change(Change.Action.CREATE, service)));
		}
	}

	@Test
	void othersAreRefusedOrRefuse() {
		String address = this.server.address();
		assertFails(open(address, TlsOptions.client().withTrustCertificate(this.authority)), "");
		assertFails(open(this.scheme + "://" + address, null), "certification path");
		assertFails(open(address, this.ours.withServerName("elsewhere.test")), "elsewhere.test");
		assertFails(open(address, null), "");
	}

	@Test
	void connectionsAreMadeOfWhatABundleIsWhenTheyBegin() throws Exception {
		BundleChange.assertTaken(this.ours, (tls) -> open(this.server.address(), tls),
				(registry) -> registry.get("tls"));
	}

	@Test
	void fileThatIsMissingIsNamed() {
		TlsOptions missing = this.ours.withTrustCertificate(this.directory.resolve("missing.pem"));
		assertThatRuntimeException().isThrownBy(() -> open(this.server.address(), missing))
			.withMessageContaining("missing.pem");
		TlsOptions odd = new TlsOptions(this.authority, this.authority, null, null, false, Duration.ofSeconds(1));
		assertThatRuntimeException().isThrownBy(() -> open(this.server.address(), odd));
	}

	private void assertFails(Registry opened, String told) {
		try (Registry registry = opened) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("tls"))
				.withMessageContaining(registry.name() + " at " + this.server.address())
				.withMessageContaining(" to look up tls: ")
				.withMessageContaining(told);
		}
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

}
