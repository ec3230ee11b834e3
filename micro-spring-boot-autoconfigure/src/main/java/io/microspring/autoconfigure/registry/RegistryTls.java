package io.microspring.autoconfigure.registry;

import java.net.URI;
import java.nio.file.Path;

import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

/**
 * TLS to a registry, from the texts of its properties, of which an empty one is unset.
 */
final class RegistryTls {

	private RegistryTls() {
	}

	static @Nullable TlsOptions options(String trustCertificate, String certificate, String privateKey,
			String serverName, boolean insecureSkipVerify) {
		if ((trustCertificate + certificate + privateKey + serverName).isEmpty() && !insecureSkipVerify) {
			return null;
		}
		return new TlsOptions(path(certificate), path(privateKey), path(trustCertificate),
				serverName.isEmpty() ? null : serverName, insecureSkipVerify, TlsOptions.client().handshakeTimeout());
	}

	/** A path, or the same as an URL. */
	static @Nullable Path path(String file) {
		if (file.isEmpty()) {
			return null;
		}
		return file.startsWith("file:/") ? Path.of(URI.create(file)) : Path.of(file);
	}

}
