package io.microspring.autoconfigure.transport;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * TLS of the server.
 *
 * @param enabled Whether the server speaks TLS, and nothing else; by default it does when
 * it has a certificate.
 * @param certificate PEM file of the server's certificate, followed by those between it
 * and its authority; empty for none.
 * @param privateKey PEM file of the certificate's private key, not encrypted.
 * @param handshakeTimeout How long a handshake may take.
 */
@ConfigurationProperties("micro.server.ssl")
public record ServerSslProperties(@Nullable Boolean enabled, @DefaultValue("") String certificate,
		@DefaultValue("") String privateKey, @DefaultValue("10s") Duration handshakeTimeout) {

	/**
	 * The options.
	 * @return the options, or null for no TLS
	 */
	@Nullable TlsOptions toOptions() {
		boolean wanted = (this.enabled != null) ? this.enabled : !(this.certificate + this.privateKey).isEmpty();
		if (!wanted) {
			return null;
		}
		Path chain = required("certificate", this.certificate);
		return TlsOptions.server(chain, required("private-key", this.privateKey))
			.withHandshakeTimeout(this.handshakeTimeout);
	}

	private static Path required(String name, String file) {
		if (file.isEmpty()) {
			throw new InvalidConfigurationPropertyValueException("micro.server.ssl." + name, file,
					"A server that speaks TLS needs a certificate and its private key; none is made up.");
		}
		return path(file);
	}

	/** A path, or the same as an URL. */
	static Path path(String file) {
		return file.startsWith("file:/") ? Path.of(URI.create(file)) : Path.of(file);
	}

}
