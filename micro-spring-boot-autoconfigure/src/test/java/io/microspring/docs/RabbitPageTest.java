package io.microspring.docs;

import java.nio.file.Files;
import java.nio.file.Path;

import io.microspring.plugins.rabbitmq.RabbitOptions;
import io.microspring.plugins.transport.rabbitmq.RabbitTransport;
import io.microspring.plugins.transport.rabbitmq.RabbitTransportOptions;
import io.microspring.transport.TlsOptions;
import io.microspring.transport.Transport;
import io.netty.pkitesting.CertificateBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The code of docs/transport-rabbitmq.md.
 */
class RabbitPageTest {

	@Test
	void rabbitTransportPage(@TempDir Path directory) throws Exception {
		String password = "secret";
		Path authority = Files.writeString(directory.resolve("authority.pem"),
				new CertificateBuilder().ecp256()
					.subject("CN=authority")
					.setIsCertificateAuthority(true)
					.buildSelfSigned()
					.getCertificatePEM());
		RabbitOptions connection = RabbitOptions.defaults()
			.withAddress("rabbit-1:5671,rabbit-2:5671")
			.withCredentials("fleet", password)
			.withTls(TlsOptions.client().withTrustCertificate(authority));
		Transport transport = new RabbitTransport(RabbitTransportOptions.defaults().withConnection(connection));
		assertThat(transport).hasToString("rabbitmq at rabbit-1:5671, rabbit-2:5671");
		transport.close();
	}

}
