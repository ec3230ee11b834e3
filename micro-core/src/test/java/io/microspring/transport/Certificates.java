package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

/**
 * An authority of a test's own, and the files of what it issues.
 */
final class Certificates {

	private final Path directory;

	private final X509Bundle authority;

	Certificates(Path directory) throws Exception {
		this.directory = directory;
		this.authority = new CertificateBuilder().ecp256()
			.subject("CN=authority of a test")
			.setIsCertificateAuthority(true)
			.buildSelfSigned();
	}

	/** The file of the authority's certificate. */
	Path authority() throws Exception {
		return write("authority.pem", this.authority.getCertificatePEM());
	}

	X509Bundle issue(CertificateBuilder builder) throws Exception {
		return builder.subject("CN=server of a test").buildIssuedBy(this.authority);
	}

	/** For 127.0.0.1, localhost and greeter.test. */
	static CertificateBuilder server() throws Exception {
		return new CertificateBuilder().ecp256()
			.addSanIpAddress("127.0.0.1")
			.addSanDnsName("localhost")
			.addSanDnsName("greeter.test");
	}

	static CertificateBuilder expired() throws Exception {
		return server().notBefore(Instant.now().minus(Duration.ofDays(9))).notAfter(Instant.now().minusSeconds(60));
	}

	Path chain(X509Bundle bundle) throws Exception {
		return write("certificate.pem", bundle.getCertificatePathPEM());
	}

	Path key(X509Bundle bundle) throws Exception {
		return write("key.pem", bundle.getPrivateKeyPEM());
	}

	/** TLS of a server that the authority vouches for. */
	TlsOptions serverOptions() throws Exception {
		X509Bundle bundle = issue(server());
		return TlsOptions.server(chain(bundle), key(bundle));
	}

	/** TLS of a client that the authority vouches for, and which believes it. */
	TlsOptions clientOptions() throws Exception {
		X509Bundle bundle = issue(new CertificateBuilder().ecp256());
		return TlsOptions.client().withCertificate(chain(bundle), key(bundle)).withTrustCertificate(authority());
	}

	/** Keys of a server, and the authority, in memory. */
	TlsBundle serverBundle() throws Exception {
		return TlsBundle.of(issue(server()).toKeyManagerFactory(), this.authority.toTrustManagerFactory());
	}

	/** The authority, in memory. */
	TlsBundle clientBundle() throws Exception {
		return TlsBundle.of(null, this.authority.toTrustManagerFactory());
	}

	/** A JDK client's, which believes the authority. */
	SSLContext jdk() throws Exception {
		return jdk(this.authority.toTrustManager());
	}

	private static SSLContext jdk(TrustManager trust) throws Exception {
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, new TrustManager[] { trust }, new SecureRandom());
		return context;
	}

	/** What a server shows to who connects now, whether it is to be believed or not. */
	static X509Certificate shown(String address) throws Exception {
		SSLContext careless = jdk(InsecureTrustManagerFactory.INSTANCE.getTrustManagers()[0]);
		try (SSLSocket socket = (SSLSocket) careless.getSocketFactory()
			.createSocket("127.0.0.1", Address.parse(address).port())) {
			socket.setSoTimeout(10_000);
			socket.startHandshake();
			return (X509Certificate) socket.getSession().getPeerCertificates()[0];
		}
	}

	Path write(String name, String text) throws Exception {
		Path file = Files.createTempFile(this.directory, "", name);
		return Files.writeString(file, text, StandardCharsets.US_ASCII);
	}

}
