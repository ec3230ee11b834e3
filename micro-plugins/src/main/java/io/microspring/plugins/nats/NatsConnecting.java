package io.microspring.plugins.nats;

import java.time.Duration;
import java.util.List;

import javax.net.ssl.SSLContext;

import io.microspring.transport.TlsException;
import io.microspring.transport.TlsOptions;
import io.nats.client.Options;

/**
 * How jnats is told to connect.
 */
final class NatsConnecting {

	/** A connection that fell silent is given up after some of them. */
	private static final Duration PING = Duration.ofSeconds(5);

	/** More than that, of ours and jnats's own, are taken for silence. */
	private static final int MAX_PINGS = 3;

	private static final Duration RECONNECT_WAIT = Duration.ofMillis(500);

	private static final Duration RECONNECT_JITTER = Duration.ofMillis(250);

	private NatsConnecting() {
	}

	/**
	 * What jnats needs to know.
	 * @param servers where the servers are, and who asks
	 * @param addresses the servers one by one
	 * @param name what the server shows the connection as
	 * @return the options, to which threads and listeners are to be added
	 * @throws IllegalArgumentException when a file cannot be read
	 */
	static Options.Builder options(NatsServers servers, List<NatsAddress> addresses, String name) {
		TlsOptions tls = servers.tls();
		if (tls == null && addresses.stream().anyMatch(NatsAddress::tls)) {
			tls = TlsOptions.client();
		}
		String scheme = (tls != null) ? "tls://" : "nats://";
		Options.Builder builder = new Options.Builder()
			.servers(addresses.stream().map((address) -> scheme + address).toArray(String[]::new))
			.connectionName(name)
			.connectionTimeout(servers.connectTimeout())
			.maxReconnects(-1)
			.reconnectWait(RECONNECT_WAIT)
			.reconnectJitter(RECONNECT_JITTER)
			.reconnectJitterTls(RECONNECT_JITTER)
			.pingInterval(PING)
			.maxPingsOut(MAX_PINGS)
			// Whoever sends looks at how much waits, and is not made to wait.
			.maxMessagesInOutgoingQueue(-1)
			// What cannot be sent now is an error now, and not sent at some time later.
			.reconnectBufferSize(0);
		if (tls != null) {
			// The name is needed to compare it with the certificate's.
			builder.sslContext(context(tls)).hostnameResolveMode(Options.HostnameResolveMode.HappyEyeballs);
		}
		if (!servers.username().isEmpty()) {
			builder.userInfo(servers.username().toCharArray(), servers.password().toCharArray());
		}
		if (!servers.token().isEmpty()) {
			builder.token(servers.token().toCharArray());
		}
		if (servers.credentialsFile() != null) {
			builder.authHandler(NatsSeed.of(servers.credentialsFile()));
		}
		return builder;
	}

	private static SSLContext context(TlsOptions options) {
		try {
			return options.toSslContext();
		}
		catch (TlsException | IllegalArgumentException ex) {
			throw new IllegalArgumentException("TLS to NATS cannot be set up: " + ex.getMessage(), ex);
		}
	}

}
