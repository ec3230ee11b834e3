package io.microspring.autoconfigure.transport;

import java.time.Duration;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
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
		if (Boolean.FALSE.equals(this.enabled)) {
			return null;
		}
		TlsOptions set = new BackendSsl(this.bundle, this.trustCertificate, this.certificate, this.privateKey,
				this.serverName, this.insecureSkipVerify)
			.toOptions(PREFIX, bundles);
		TlsOptions options = (set != null || this.enabled == null) ? set : TlsOptions.client();
		return (options != null) ? options.withHandshakeTimeout(this.handshakeTimeout) : null;
	}

}
