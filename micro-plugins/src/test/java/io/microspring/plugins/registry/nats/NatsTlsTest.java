package io.microspring.plugins.registry.nats;

import java.util.Map;

import io.microspring.plugins.registry.RegistryTlsContract;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.transport.TlsOptions;
import io.netty.pkitesting.X509Bundle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A NATS server behind TLS, which lets in whom its authority vouches for. */
class NatsTlsTest extends RegistryTlsContract {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(recipe());

	NatsTlsTest() {
		super(NATS, "tls");
	}

	@Override
	protected Registry open(String address, @Nullable TlsOptions tls) {
		return new NatsRegistry(NatsOptions.defaults().withAddress(address).withTls(tls));
	}

	@Test
	void addressWithoutASchemeHasTlsWhereAnotherAsksForIt() {
		try (Registry registry = open("tls://127.0.0.1:1," + NATS.address(), null)) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("tls"))
				.withMessageContaining("certification path");
		}
	}

	private static ServerRecipe recipe() {
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
