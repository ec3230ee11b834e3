package io.microspring.plugins.registry.consul;

import io.microspring.plugins.registry.RegistryTlsContract;
import io.microspring.registry.Registry;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.transport.TlsOptions;
import io.netty.pkitesting.X509Bundle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** A Consul behind TLS, which lets in whom its authority vouches for. */
class ConsulTlsTest extends RegistryTlsContract {

	@RegisterExtension
	static final ExternalServer CONSUL = new ExternalServer(recipe());

	ConsulTlsTest() {
		super(CONSUL, "https");
	}

	@Override
	protected Registry open(String address, @Nullable TlsOptions tls) {
		return new ConsulRegistry(ConsulOptions.defaults().withAddress(address).withTls(tls));
	}

	@Test
	void nameInTheCertificateNeedNotBeThatOfTheAddress() {
		try (Registry registry = open(CONSUL.address(), this.ours.withServerName("server.dc1.consul"))) {
			assertThat(registry.list()).isNotEmpty();
		}
		try (Registry registry = open(CONSUL.address(), this.ours.withInsecureSkipVerify(true))) {
			assertThat(registry.list()).isNotEmpty();
		}
	}

	private static ServerRecipe recipe() {
		X509Bundle server = AUTHORITY.server("server.dc1.consul");
		return ServerRecipe.consulWithTls(server.getCertificatePathPEM(), server.getPrivateKeyPEM(),
				AUTHORITY.certificate());
	}

}
