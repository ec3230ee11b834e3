package io.microspring.autoconfigure;

import java.net.URI;
import java.nio.file.Path;

import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * TLS to the servers of a registry, a broker or a transport.
 *
 * @param trustCertificate PEM file of the authorities that are believed; empty for those
 * that the JVM believes.
 * @param certificate PEM file of the certificate to show, for servers that want one.
 * @param privateKey PEM file of the certificate's private key, PKCS#8, not encrypted.
 * @param serverName Name that must stand in the server's certificate; empty for the host
 * of the address.
 * @param insecureSkipVerify Whether any certificate is believed, for tries only: anybody
 * in between can read and change what is said.
 */
public record BackendSsl(@DefaultValue("") String trustCertificate, @DefaultValue("") String certificate,
		@DefaultValue("") String privateKey, @DefaultValue("") String serverName,
		@DefaultValue("false") boolean insecureSkipVerify) {

	/**
	 * What is set, as the backends take it.
	 * @return the options, or null when nothing is set
	 */
	public @Nullable TlsOptions toOptions() {
		if ((this.trustCertificate + this.certificate + this.privateKey + this.serverName).isEmpty()
				&& !this.insecureSkipVerify) {
			return null;
		}
		return new TlsOptions(path(this.certificate), path(this.privateKey), path(this.trustCertificate),
				this.serverName.isEmpty() ? null : this.serverName, this.insecureSkipVerify,
				TlsOptions.client().handshakeTimeout());
	}

	/**
	 * A file by its path, or by an URL.
	 * @param file the path or URL, empty for none
	 * @return the path, or null for none
	 */
	public static @Nullable Path path(String file) {
		if (file.isEmpty()) {
			return null;
		}
		return file.startsWith("file:/") ? Path.of(URI.create(file)) : Path.of(file);
	}

}
