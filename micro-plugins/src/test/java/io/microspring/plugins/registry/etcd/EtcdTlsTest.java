package io.microspring.plugins.registry.etcd;

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

/** An etcd behind TLS, which lets in whom its authority vouches for. */
class EtcdTlsTest extends RegistryTlsContract {

	@RegisterExtension
	static final ExternalServer ETCD = new ExternalServer(recipe());

	EtcdTlsTest() {
		super(ETCD, "https");
	}

	@Override
	protected Registry open(String address, @Nullable TlsOptions tls) {
		return new EtcdRegistry(EtcdOptions.defaults().withAddress(address).withTls(tls));
	}

	@Test
	void addressWithoutASchemeHasTlsWhereAnotherAsksForIt() {
		try (Registry registry = open("https://127.0.0.1:1," + ETCD.address(), null)) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("tls"))
				.withMessageContaining("certification path");
		}
	}

	private static ServerRecipe recipe() {
		X509Bundle server = AUTHORITY.server();
		return ServerRecipe.etcdWithTls(server.getCertificatePathPEM(), server.getPrivateKeyPEM(),
				AUTHORITY.certificate());
	}

}
