package io.microspring.transport;

import java.nio.file.Path;
import java.time.Duration;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.jspecify.annotations.Nullable;

/**
 * TLS of one side of a transport. Immutable.
 * <p>
 * Files are PEM. Versions are 1.2 and 1.3. go-micro's {@code Secure} without a
 * configuration, by which servers make up a certificate and clients believe any, has no
 * counterpart: a server needs a certificate, and a client checks it unless it is told not
 * to.
 *
 * @param certificate the certificate and those between it and its authority, in this
 * order; a server's must be there
 * @param privateKey the key of the certificate: PKCS#8, PKCS#1 or SEC 1, not encrypted
 * @param trustCertificate the authorities that a client believes; null for those that the
 * JVM believes
 * @param serverName the name that must stand in a server's certificate; null for the host
 * that is dialled, which in a fleet is the address that the node announced
 * @param insecureSkipVerify whether a client believes any certificate at all: for tries
 * only, as anybody in between can read and change what is said
 * @param handshakeTimeout how long the handshake may take; 10 s by default, and never
 * longer than dialling may
 */
public record TlsOptions(@Nullable Path certificate, @Nullable Path privateKey, @Nullable Path trustCertificate,
		@Nullable String serverName, boolean insecureSkipVerify, Duration handshakeTimeout) {

	public TlsOptions {
		if ((certificate == null) != (privateKey == null)) {
			throw new IllegalArgumentException("A certificate and its private key come together: certificate="
					+ certificate + ", privateKey=" + privateKey);
		}
		if (handshakeTimeout.isZero() || handshakeTimeout.isNegative()) {
			throw new IllegalArgumentException("A time-out is positive: handshakeTimeout=" + handshakeTimeout);
		}
	}

	/**
	 * A client's, which believes whom the JVM believes.
	 * @return the options
	 */
	public static TlsOptions client() {
		return new TlsOptions(null, null, null, null, false, Duration.ofSeconds(10));
	}

	/**
	 * A server's.
	 * @param certificate the file of its certificate and those above it
	 * @param privateKey the file of its private key
	 * @return the options
	 */
	public static TlsOptions server(Path certificate, Path privateKey) {
		return new TlsOptions(certificate, privateKey, null, null, false, Duration.ofSeconds(10));
	}

	/**
	 * A copy that believes other authorities.
	 * @param file the file of their certificates
	 * @return the copy
	 */
	public TlsOptions withTrustCertificate(Path file) {
		return new TlsOptions(this.certificate, this.privateKey, file, this.serverName, this.insecureSkipVerify,
				this.handshakeTimeout);
	}

	/**
	 * A copy that wants another name in the server's certificate.
	 * @param name the name
	 * @return the copy
	 */
	public TlsOptions withServerName(String name) {
		return new TlsOptions(this.certificate, this.privateKey, this.trustCertificate, name, this.insecureSkipVerify,
				this.handshakeTimeout);
	}

	/**
	 * A copy that checks servers' certificates or believes any.
	 * @param skip whether to believe any
	 * @return the copy
	 */
	public TlsOptions withInsecureSkipVerify(boolean skip) {
		return new TlsOptions(this.certificate, this.privateKey, this.trustCertificate, this.serverName, skip,
				this.handshakeTimeout);
	}

	/**
	 * A copy with another time-out of the handshake.
	 * @param timeout how long it may take
	 * @return the copy
	 */
	public TlsOptions withHandshakeTimeout(Duration timeout) {
		return new TlsOptions(this.certificate, this.privateKey, this.trustCertificate, this.serverName,
				this.insecureSkipVerify, timeout);
	}

	/**
	 * TLS of a client for a driver that takes the JDK's context and has connections of
	 * its own: whom it believes, the certificate it shows, if any, and for engines the
	 * name that must stand in the server's, beside which the host that is dialled may.
	 * How long a handshake may take is the driver's.
	 * @return a new context
	 * @throws TlsException when a file is missing, unreadable or not fit for another
	 */
	public SSLContext toSslContext() {
		return Tls.jdkClient(this);
	}

	/**
	 * The certificate of a client, for a driver that makes its own TLS of such parts. How
	 * it looks for the name in a server's certificate is the driver's.
	 * @return a new factory; null when there is no certificate to show
	 * @throws TlsException when a file is missing, unreadable or not fit for the other
	 */
	public @Nullable KeyManagerFactory toKeyManagerFactory() {
		return Tls.keyManagers(this);
	}

	/**
	 * Whom a client believes, for a driver that makes its own TLS of such parts.
	 * @return a new factory; null for those that the JVM believes
	 * @throws TlsException when the file is missing or unreadable
	 */
	public @Nullable TrustManagerFactory toTrustManagerFactory() {
		return Tls.trustManagers(this);
	}

}
