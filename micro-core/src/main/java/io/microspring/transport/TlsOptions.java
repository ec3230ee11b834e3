package io.microspring.transport;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.jspecify.annotations.Nullable;

/**
 * TLS of one side of a transport. Immutable.
 * <p>
 * Certificates and keys come from files, which are read once, or from a bundle, which may
 * change. Versions are 1.2 and 1.3. A client checks the certificate of a server, and its
 * name, unless it is told not to.
 * <p>
 * go-micro's {@code Secure} without a configuration is {@link #selfSigned()} at the
 * server, and at the client of its older versions {@link #withInsecureSkipVerify};
 * clients of the newest check, as ours do.
 *
 * @param certificate PEM file of the certificate to show and those between it and its
 * authority, in this order; a server has one, here or in the bundle
 * @param privateKey PEM file of the key of the certificate: PKCS#8, PKCS#1 or SEC 1, not
 * encrypted
 * @param trustCertificate PEM file of the authorities that are believed; null for those
 * that the JVM believes, which is enough for a client only
 * @param bundle gives keys and authorities instead of files, and is asked for each
 * connection; null for none
 * @param madeUp whether a server makes up a certificate that nobody vouches for
 * @param clientAuth what a server asks of its clients; nothing by default
 * @param serverName the name that must stand in a server's certificate; null for the host
 * that is dialled, which in a fleet is the address that the node announced
 * @param insecureSkipVerify whether a client believes any certificate at all: for tries
 * only, as anybody in between can read and change what is said
 * @param handshakeTimeout how long the handshake may take; 10 s by default, and never
 * longer than dialling may
 */
public record TlsOptions(@Nullable Path certificate, @Nullable Path privateKey, @Nullable Path trustCertificate,
		@Nullable Supplier<TlsBundle> bundle, boolean madeUp, ClientAuth clientAuth, @Nullable String serverName,
		boolean insecureSkipVerify, Duration handshakeTimeout) {

	public TlsOptions {
		if ((certificate == null) != (privateKey == null)) {
			throw new IllegalArgumentException("A certificate and its private key come together: certificate="
					+ certificate + ", privateKey=" + privateKey);
		}
		if (bundle != null && (certificate != null || trustCertificate != null)) {
			throw new IllegalArgumentException("A bundle takes the place of files: certificate=" + certificate
					+ ", trustCertificate=" + trustCertificate);
		}
		if (madeUp && (certificate != null || bundle != null)) {
			throw new IllegalArgumentException("A certificate is either made up or given");
		}
		if (handshakeTimeout.isZero() || handshakeTimeout.isNegative()) {
			throw new IllegalArgumentException("A time-out is positive: handshakeTimeout=" + handshakeTimeout);
		}
	}

	/**
	 * From files.
	 * @param certificate the file of the certificate to show, or null
	 * @param privateKey the file of its key, or null
	 * @param trustCertificate the file of the authorities, or null
	 * @param serverName the name in a server's certificate, or null
	 * @param insecureSkipVerify whether a client believes any certificate
	 * @param handshakeTimeout how long the handshake may take
	 */
	public TlsOptions(@Nullable Path certificate, @Nullable Path privateKey, @Nullable Path trustCertificate,
			@Nullable String serverName, boolean insecureSkipVerify, Duration handshakeTimeout) {
		this(certificate, privateKey, trustCertificate, null, false, ClientAuth.NONE, serverName, insecureSkipVerify,
				handshakeTimeout);
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
		return client().withCertificate(certificate, privateKey);
	}

	/**
	 * A server's that makes up a certificate whenever it listens, as go-micro's
	 * {@code Secure} does: for the host that it listens on, or all addresses of this one,
	 * and for a year. Nobody vouches for it: clients believe it unseen, or are given it.
	 * @return the options
	 */
	public static TlsOptions selfSigned() {
		TlsOptions client = client();
		return new TlsOptions(null, null, null, null, true, ClientAuth.NONE, null, false, client.handshakeTimeout);
	}

	/**
	 * A copy that shows a certificate, which servers may ask of their clients.
	 * @param file the file of the certificate and those above it
	 * @param key the file of its private key
	 * @return the copy
	 */
	public TlsOptions withCertificate(Path file, Path key) {
		return new TlsOptions(file, key, this.trustCertificate, this.bundle, this.madeUp, this.clientAuth,
				this.serverName, this.insecureSkipVerify, this.handshakeTimeout);
	}

	/**
	 * A copy that believes other authorities.
	 * @param file the file of their certificates
	 * @return the copy
	 */
	public TlsOptions withTrustCertificate(Path file) {
		return new TlsOptions(this.certificate, this.privateKey, file, this.bundle, this.madeUp, this.clientAuth,
				this.serverName, this.insecureSkipVerify, this.handshakeTimeout);
	}

	/**
	 * A copy with keys and authorities that are not in files, and may change: connections
	 * that begin after a change are made of what it is then.
	 * @param source gives what they are now, the same instance until they change; from
	 * any thread, and without waiting
	 * @return the copy
	 */
	public TlsOptions withBundle(Supplier<TlsBundle> source) {
		return new TlsOptions(this.certificate, this.privateKey, this.trustCertificate, source, this.madeUp,
				this.clientAuth, this.serverName, this.insecureSkipVerify, this.handshakeTimeout);
	}

	/**
	 * A copy that asks something else of clients.
	 * @param wanted what a server asks for; anything but none needs the authorities that
	 * the clients' certificates come from
	 * @return the copy
	 */
	public TlsOptions withClientAuth(ClientAuth wanted) {
		return new TlsOptions(this.certificate, this.privateKey, this.trustCertificate, this.bundle, this.madeUp,
				wanted, this.serverName, this.insecureSkipVerify, this.handshakeTimeout);
	}

	/**
	 * A copy that wants another name in the server's certificate.
	 * @param name the name
	 * @return the copy
	 */
	public TlsOptions withServerName(String name) {
		return new TlsOptions(this.certificate, this.privateKey, this.trustCertificate, this.bundle, this.madeUp,
				this.clientAuth, name, this.insecureSkipVerify, this.handshakeTimeout);
	}

	/**
	 * A copy that checks servers' certificates or believes any.
	 * @param skip whether to believe any
	 * @return the copy
	 */
	public TlsOptions withInsecureSkipVerify(boolean skip) {
		return new TlsOptions(this.certificate, this.privateKey, this.trustCertificate, this.bundle, this.madeUp,
				this.clientAuth, this.serverName, skip, this.handshakeTimeout);
	}

	/**
	 * A copy with another time-out of the handshake.
	 * @param timeout how long it may take
	 * @return the copy
	 */
	public TlsOptions withHandshakeTimeout(Duration timeout) {
		return new TlsOptions(this.certificate, this.privateKey, this.trustCertificate, this.bundle, this.madeUp,
				this.clientAuth, this.serverName, this.insecureSkipVerify, timeout);
	}

	/**
	 * TLS of a client for a driver that takes the JDK's context and has connections of
	 * its own: whom it believes, the certificate it shows, if any, and the name that must
	 * stand in the server's. Engines and sockets are made of what a bundle is when they
	 * are made, and look at the name unless they are told not to. How long a handshake
	 * may take is the driver's.
	 * @return a new context
	 * @throws TlsException when a file is missing, unreadable or not fit for another
	 */
	public SSLContext toSslContext() {
		return TlsContexts.jdkClient(this);
	}

	/** What a server asks of its clients. */
	public enum ClientAuth {

		/** Nothing. */
		NONE,

		/** A certificate, which must be right; but a client may have none. */
		WANT,

		/** A certificate. */
		NEED

	}

	/**
	 * The certificate of a client, for a driver that makes its own TLS of such parts. How
	 * it looks for the name in a server's certificate is the driver's.
	 * @return a new factory; null when there is no certificate to show
	 * @throws TlsException when a file is missing, unreadable or not fit for the other
	 */
	public @Nullable KeyManagerFactory toKeyManagerFactory() {
		return TlsContexts.keyManagers(this);
	}

	/**
	 * Whom a client believes, for a driver that makes its own TLS of such parts.
	 * @return a new factory; null for those that the JVM believes
	 * @throws TlsException when the file is missing or unreadable
	 */
	public @Nullable TrustManagerFactory toTrustManagerFactory() {
		return TlsContexts.trustManagers(this);
	}

}
