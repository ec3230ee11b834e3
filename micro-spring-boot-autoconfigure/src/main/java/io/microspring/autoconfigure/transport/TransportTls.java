package io.microspring.autoconfigure.transport;

import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundles;

/**
 * TLS of this service, by {@code micro.server.ssl} and {@code micro.client.ssl}: for
 * whatever it listens with, and for whatever calls others of its kind.
 *
 * @param server what is listened with; null for no TLS
 * @param client what is called with; null for no TLS
 */
public record TransportTls(@Nullable TlsOptions server, @Nullable TlsOptions client) {

	static TransportTls of(ServerSslProperties server, ClientSslProperties client, @Nullable SslBundles bundles) {
		return new TransportTls(server.toOptions(bundles), client.toOptions(bundles));
	}

}
