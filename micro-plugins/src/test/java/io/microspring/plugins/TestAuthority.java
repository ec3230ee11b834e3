package io.microspring.plugins;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.microspring.transport.TlsOptions;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.ExtendedKeyUsage;
import io.netty.pkitesting.X509Bundle;

/**
 * Vouches for a server of a test and for those who may speak to it.
 */
public final class TestAuthority {

	private final X509Bundle authority;

	public TestAuthority() {
		try {
			this.authority = new CertificateBuilder().ecp256()
				.subject("CN=authority of a test")
				.setIsCertificateAuthority(true)
				.buildSelfSigned();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Its own certificate, as PEM. */
	public String certificate() {
		return this.authority.getCertificatePEM();
	}

	/**
	 * A server at 127.0.0.1, which may have names besides, and may ask others like it.
	 */
	public X509Bundle server(String... names) {
		CertificateBuilder builder = new CertificateBuilder().ecp256()
			.subject("CN=server of a test")
			.addSanIpAddress("127.0.0.1")
			.addExtendedKeyUsage(ExtendedKeyUsage.PKIX_KP_SERVER_AUTH)
			.addExtendedKeyUsage(ExtendedKeyUsage.PKIX_KP_CLIENT_AUTH);
		for (String name : names) {
			builder.addSanDnsName(name);
		}
		return issue(builder);
	}

	/**
	 * What a client needs, written into a directory: {@code authority.pem} and others.
	 */
	public TlsOptions client(Path directory) {
		X509Bundle client = issue(new CertificateBuilder().ecp256()
			.subject("CN=client of a test")
			.addExtendedKeyUsage(ExtendedKeyUsage.PKIX_KP_CLIENT_AUTH));
		return new TlsOptions(write(directory, "certificate.pem", client.getCertificatePathPEM()),
				write(directory, "key.pem", client.getPrivateKeyPEM()),
				write(directory, "authority.pem", certificate()), null, false, Duration.ofSeconds(10));
	}

	private X509Bundle issue(CertificateBuilder builder) {
		try {
			return builder.buildIssuedBy(this.authority);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Path write(Path directory, String name, String text) {
		try {
			return Files.writeString(directory.resolve(name), text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
