package io.microspring.autoconfigure.transport;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.transport.TlsBundle;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.SslBundles;

/**
 * TLS of the server.
 *
 * @param enabled Whether the server speaks TLS, and nothing else; by default it does when
 * any of these says how.
 * @param bundle SSL bundle with the server's certificate, and the authorities of its
 * clients; instead of files, and read again when it changes.
 * @param certificate PEM file of the server's certificate, followed by those between it
 * and its authority; empty for none.
 * @param privateKey PEM file of the certificate's private key, not encrypted.
 * @param selfSigned Whether the server makes up a certificate, which nobody vouches for,
 * as go-micro's Secure does.
 * @param clientAuth What is asked of clients: nothing, a certificate if they have one, or
 * a certificate.
 * @param trustCertificate PEM file of the authorities that clients' certificates come
 * from.
 * @param handshakeTimeout How long a handshake may take.
 */
@ConfigurationProperties("micro.server.ssl")
public record ServerSslProperties(@Nullable Boolean enabled, @DefaultValue("") String bundle,
		@DefaultValue("") String certificate, @DefaultValue("") String privateKey,
		@DefaultValue("false") boolean selfSigned, @DefaultValue("none") TlsOptions.ClientAuth clientAuth,
		@DefaultValue("") String trustCertificate, @DefaultValue("10s") Duration handshakeTimeout) {

	static final String PREFIX = "micro.server.ssl.";

	/**
	 * The options.
	 * @param bundles where the bundle is
	 * @return the options, or null for no TLS
	 */
	@Nullable TlsOptions toOptions(@Nullable SslBundles bundles) {
		boolean set = !(this.bundle + this.certificate + this.privateKey + this.trustCertificate).isEmpty()
				|| this.selfSigned || this.clientAuth != TlsOptions.ClientAuth.NONE;
		if (!((this.enabled != null) ? this.enabled : set)) {
			return null;
		}
		BackendSsl.requireOne(PREFIX, "bundle", this.bundle, "certificate", this.certificate, "self-signed",
				this.selfSigned ? "true" : "");
		BackendSsl.requireOne(PREFIX, "bundle", this.bundle, "private-key", this.privateKey, "self-signed",
				this.selfSigned ? "true" : "");
		BackendSsl.requireOne(PREFIX, "bundle", this.bundle, "trust-certificate", this.trustCertificate);
		TlsOptions options;
		if (!this.bundle.isEmpty()) {
			Supplier<TlsBundle> source = BackendSsl.bundle(PREFIX, this.bundle, bundles);
			if (source.get().keys() == null) {
				throw new InvalidConfigurationPropertyValueException(PREFIX + "bundle", this.bundle,
						"The SSL bundle holds no certificate of the server's.");
			}
			options = TlsOptions.client().withBundle(source);
		}
		else if (this.selfSigned) {
			options = TlsOptions.selfSigned();
		}
		else {
			options = TlsOptions.server(required("certificate", this.certificate),
					required("private-key", this.privateKey));
		}
		Path trusted = BackendSsl.path(this.trustCertificate);
		if (trusted != null) {
			options = options.withTrustCertificate(trusted);
		}
		requireAuthorities(options);
		return BackendSsl.usable(PREFIX, options)
			.withClientAuth(this.clientAuth)
			.withHandshakeTimeout(this.handshakeTimeout);
	}

	private static Path required(String name, String file) {
		Path path = BackendSsl.path(file);
		if (path == null) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + name, file,
					"A server that speaks TLS needs a certificate and its private key, or a bundle that has them;"
							+ " none is made up unless self-signed is set.");
		}
		return path;
	}

	/** Neither is of use without the other, and none is to be thought to be. */
	private void requireAuthorities(TlsOptions options) {
		boolean asks = this.clientAuth != TlsOptions.ClientAuth.NONE;
		boolean trusts = (options.bundle() != null) ? options.bundle().get().trust() != null
				: options.trustCertificate() != null;
		if (asks && !trusts) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + "client-auth", this.clientAuth,
					"A server that asks for certificates needs the authorities that these come from: a"
							+ " trust-certificate, or a bundle with a trust store.");
		}
		if (!asks && options.trustCertificate() != null) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + "trust-certificate", this.trustCertificate,
					"It lets nobody in or out while client-auth is none.");
		}
	}

}
