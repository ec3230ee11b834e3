package io.microspring.docs;

import java.nio.file.Files;
import java.nio.file.Path;

import io.microspring.broker.Broker;
import io.microspring.plugins.broker.nats.NatsBroker;
import io.microspring.plugins.broker.nats.NatsBrokerOptions;
import io.microspring.plugins.nats.NatsServers;
import io.microspring.plugins.transport.nats.NatsTransport;
import io.microspring.plugins.transport.nats.NatsTransportOptions;
import io.microspring.transport.TlsOptions;
import io.microspring.transport.Transport;
import io.netty.pkitesting.CertificateBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The code of docs/transport-nats.md and docs/broker-nats.md.
 */
class NatsPageTest {

	@Test
	void natsTransportPage(@TempDir Path directory) throws Exception {
		String password = "secret";
		Path authority = Files.writeString(directory.resolve("authority.pem"),
				new CertificateBuilder().ecp256()
					.subject("CN=authority")
					.setIsCertificateAuthority(true)
					.buildSelfSigned()
					.getCertificatePEM());
		NatsServers servers = NatsServers.defaults()
			.withAddress("nats-1:4222,nats-2:4222,nats-3:4222")
			.withCredentials("fleet", password)
			.withTls(TlsOptions.client().withTrustCertificate(authority));
		Transport transport = new NatsTransport(NatsTransportOptions.defaults().withServers(servers));
		assertThat(transport).hasToString("nats at nats-1:4222, nats-2:4222, nats-3:4222");
		transport.close();
	}

	@Test
	void natsBrokerPage() {
		NatsBrokerOptions options = NatsBrokerOptions.defaults()
			.withAddress("nats-1:4222,nats-2:4222,nats-3:4222")
			.withMode(NatsBrokerOptions.Mode.JETSTREAM);
		Broker broker = new NatsBroker(options);
		assertThat(broker).hasToString("nats at nats-1:4222, nats-2:4222, nats-3:4222");
		broker.close();
	}

}
