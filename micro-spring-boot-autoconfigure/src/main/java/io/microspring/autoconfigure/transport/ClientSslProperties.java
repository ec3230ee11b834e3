package io.microspring.autoconfigure.transport;

import java.nio.file.Path;
import java.time.Duration;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.SslBundles;

/**
 * TLS of the client.
 *
 * @param enabled Whether the client speaks TLS to every node; by default it does when
 * anything else of this is set.
 * @param bundle SSL bundle with the authorities that are believed, and the certificate to
 * show; instead of files, and read again when it changes.
 * @param trustCertificate PEM file of the authorities that are believed; empty for those
 * that the JVM believes.
 * @param certificate PEM file of the certificate to show, for servers that want one.
 * @param privateKey PEM file of the certificate's private key, not encrypted.
 * @param serverName Name that must stand in a server's certificate; empty for the host
 * that the node announced.
 * @param insecureSkipVerify Whether any certificate is believed, for tries only: anybody
 * in between can read and change what is said.
 * @param handshakeTimeout How long a handshake may take, within the connect time-out.
 */
@ConfigurationProperties("micro.client.ssl")
public record ClientSslProperties(@Nullable Boolean enabled, @DefaultValue("") String bundle,
		@DefaultValue("") String trustCertificate, @DefaultValue("") String certificate,
		@DefaultValue("") String privateKey, @DefaultValue("") String serverName,
		@DefaultValue("false") boolean insecureSkipVerify, @DefaultValue("10s") Duration handshakeTimeout) {

	static final String PREFIX = "micro.client.ssl.";

	/**
	 * The options.
	 * @param bundles where the bundle is
	 * @return the options, or null for no TLS
	 */
	@Nullable TlsOptions toOptions(@Nullable SslBundles bundles) {
		boolean set = this.insecureSkipVerify
				|| !(this.bundle + this.trustCertificate + this.certificate + this.privateKey + this.serverName)
					.isEmpty();
		if (!((this.enabled != null) ? this.enabled : set)) {
			return null;
		}
		TransportTls.requireOne(PREFIX, "bundle", this.bundle, "trust-certificate", this.trustCertificate);
		TransportTls.requireOne(PREFIX, "bundle", this.bundle, "certificate", this.certificate);
		TlsOptions options = TlsOptions.client()
			.withInsecureSkipVerify(this.insecureSkipVerify)
			.withHandshakeTimeout(this.handshakeTimeout);
		if (!this.bundle.isEmpty()) {
			options = options.withBundle(BootBundle.of(bundles, PREFIX + "bundle", this.bundle));
		}
		Path trusted = BackendSsl.path(this.trustCertificate);
		if (trusted != null) {
			options = options.withTrustCertificate(trusted);
		}
		Path own = BackendSsl.path(this.certificate);
		Path key = BackendSsl.path(this.privateKey);
		if ((own == null) != (key == null)) {
			throw new InvalidConfigurationPropertyValueException(
					PREFIX + ((own == null) ? "certificate" : "private-key"), "",
					"A certificate and its private key come together.");
		}
		if (own != null && key != null) {
			options = options.withCertificate(own, key);
		}
		return !this.serverName.isEmpty() ? options.withServerName(this.serverName) : options;
	}

}
