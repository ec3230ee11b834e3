package io.microspring.autoconfigure.transport;

import java.time.Duration;

import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * TLS of the client.
 *
 * @param enabled Whether the client speaks TLS to every node; by default it does when
 * anything else of this is set.
 * @param trustCertificate PEM file of the authorities that are believed; empty for those
 * that the JVM believes.
 * @param serverName Name that must stand in a server's certificate; empty for the host
 * that the node announced.
 * @param insecureSkipVerify Whether any certificate is believed, for tries only: anybody
 * in between can read and change what is said.
 * @param handshakeTimeout How long a handshake may take, within the connect time-out.
 */
@ConfigurationProperties("micro.client.ssl")
public record ClientSslProperties(@Nullable Boolean enabled, @DefaultValue("") String trustCertificate,
		@DefaultValue("") String serverName, @DefaultValue("false") boolean insecureSkipVerify,
		@DefaultValue("10s") Duration handshakeTimeout) {

	/**
	 * The options.
	 * @return the options, or null for no TLS
	 */
	@Nullable TlsOptions toOptions() {
		boolean set = !(this.trustCertificate + this.serverName).isEmpty() || this.insecureSkipVerify;
		if (!((this.enabled != null) ? this.enabled : set)) {
			return null;
		}
		TlsOptions options = TlsOptions.client()
			.withInsecureSkipVerify(this.insecureSkipVerify)
			.withHandshakeTimeout(this.handshakeTimeout);
		if (!this.trustCertificate.isEmpty()) {
			options = options.withTrustCertificate(ServerSslProperties.path(this.trustCertificate));
		}
		return !this.serverName.isEmpty() ? options.withServerName(this.serverName) : options;
	}

}
