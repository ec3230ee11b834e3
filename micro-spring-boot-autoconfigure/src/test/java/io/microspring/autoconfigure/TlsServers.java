package io.microspring.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.ExtendedKeyUsage;
import io.netty.pkitesting.X509Bundle;

/** Servers behind TLS, and the certificates to be let in with. */
public final class TlsServers {

	private static final X509Bundle AUTHORITY = authority();

	private static final X509Bundle CERTIFICATE = certificate();

	private static final Map<String, String> FILES = Map.of("certificate.pem", CERTIFICATE.getCertificatePathPEM(),
			"key.pem", CERTIFICATE.getPrivateKeyPEM(), "authority.pem", AUTHORITY.getCertificatePEM());

	private TlsServers() {
	}

	/**
	 * A RabbitMQ.
	 * @return a new one
	 */
	public static ExternalServer rabbitmq() {
		return new ExternalServer(ServerRecipe.rabbitmqWithTls(CERTIFICATE.getCertificatePathPEM(),
				CERTIFICATE.getPrivateKeyPEM(), AUTHORITY.getCertificatePEM()),
				new ExternalServer(ServerRecipe.epmd()));
	}

	/**
	 * An etcd.
	 * @return a new one
	 */
	public static ExternalServer etcd() {
		return new ExternalServer(ServerRecipe.etcdWithTls(CERTIFICATE.getCertificatePathPEM(),
				CERTIFICATE.getPrivateKeyPEM(), AUTHORITY.getCertificatePEM()));
	}

	/**
	 * A NATS server.
	 * @return a new one
	 */
	public static ExternalServer nats() {
		return new ExternalServer(ServerRecipe.nats("""
				tls {
				  cert_file: "{dir}/certificate.pem"
				  key_file: "{dir}/key.pem"
				  ca_file: "{dir}/authority.pem"
				  verify: true
				}
				""", FILES));
	}

	/**
	 * A mosquitto.
	 * @return a new one
	 */
	public static ExternalServer mosquitto() {
		return new ExternalServer(ServerRecipe.mosquitto("""
				allow_anonymous true
				certfile {dir}/certificate.pem
				keyfile {dir}/key.pem
				cafile {dir}/authority.pem
				require_certificate true
				""", FILES));
	}

	/**
	 * Boot's properties of a bundle.
	 * @param name the bundle's name
	 * @param directory where to put the files
	 * @return the properties
	 */
	public static String[] bundle(String name, Path directory) {
		String bundle = "spring.ssl.bundle.pem." + name + ".";
		return new String[] { bundle + "truststore.certificate=" + authority(directory),
				bundle + "keystore.certificate=" + certificate(directory),
				bundle + "keystore.private-key=" + key(directory) };
	}

	/**
	 * Our own properties.
	 * @param prefix what they begin with
	 * @param directory where to put the files
	 * @return the properties
	 */
	public static String[] own(String prefix, Path directory) {
		return new String[] { prefix + ".trust-certificate=" + authority(directory),
				prefix + ".certificate=" + certificate(directory), prefix + ".private-key=" + key(directory) };
	}

	/**
	 * Somebody who vouches for none of them.
	 * @return the certificate, as PEM
	 */
	public static String stranger() {
		return authority().getCertificatePEM();
	}

	private static Path authority(Path directory) {
		return file(directory.resolve("authority.pem"), AUTHORITY.getCertificatePEM());
	}

	private static Path certificate(Path directory) {
		return file(directory.resolve("certificate.pem"), CERTIFICATE.getCertificatePathPEM());
	}

	private static Path key(Path directory) {
		return file(directory.resolve("key.pem"), CERTIFICATE.getPrivateKeyPEM());
	}

	private static Path file(Path file, String text) {
		try {
			return Files.writeString(file, text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static X509Bundle authority() {
		try {
			return new CertificateBuilder().ecp256()
				.subject("CN=authority of a test")
				.setIsCertificateAuthority(true)
				.buildSelfSigned();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static X509Bundle certificate() {
		try {
			return new CertificateBuilder().ecp256()
				.subject("CN=server and client of a test")
				.addSanIpAddress("127.0.0.1")
				.addExtendedKeyUsage(ExtendedKeyUsage.PKIX_KP_SERVER_AUTH)
				.addExtendedKeyUsage(ExtendedKeyUsage.PKIX_KP_CLIENT_AUTH)
				.buildIssuedBy(AUTHORITY);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
