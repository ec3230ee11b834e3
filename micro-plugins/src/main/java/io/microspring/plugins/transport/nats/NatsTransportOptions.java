package io.microspring.plugins.transport.nats;

import java.util.Objects;

import io.microspring.plugins.nats.NatsServers;

/**
 * How the NATS transport works. Immutable. A size outside its limits is an
 * {@link IllegalArgumentException}. go-micro: the options of {@code transport/nats}.
 *
 * @param servers where NATS is, and who asks
 * @param maxMessageSize the largest body in bytes that is sent or received, 4 MiB by
 * default. NATS has a limit of its own, 1 MiB by default, for the whole message, of which
 * a body takes four thirds of its size; {@code max_payload} raises it
 */
public record NatsTransportOptions(NatsServers servers, int maxMessageSize) {

	private static final NatsTransportOptions DEFAULTS = new NatsTransportOptions(NatsServers.defaults(),
			4 * 1024 * 1024);

	public NatsTransportOptions {
		Objects.requireNonNull(servers, "servers");
		if (maxMessageSize < 1) {
			throw new IllegalArgumentException("maxMessageSize must be positive, not " + maxMessageSize);
		}
	}

	/**
	 * The defaults: the server on this host.
	 * @return the options
	 */
	public static NatsTransportOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy with other servers.
	 * @param address the servers as {@code host:port}, separated by commas; empty leaves
	 * them as they are
	 * @return the copy
	 */
	public NatsTransportOptions withAddress(String address) {
		return withServers(this.servers.withAddress(address));
	}

	/**
	 * A copy with other servers, or for somebody else.
	 * @param servers where NATS is, and who asks
	 * @return the copy
	 */
	public NatsTransportOptions withServers(NatsServers servers) {
		return new NatsTransportOptions(servers, this.maxMessageSize);
	}

	/**
	 * A copy with another limit.
	 * @param maxMessageSize the largest body in bytes
	 * @return the copy
	 */
	public NatsTransportOptions withMaxMessageSize(int maxMessageSize) {
		return new NatsTransportOptions(this.servers, maxMessageSize);
	}

}
