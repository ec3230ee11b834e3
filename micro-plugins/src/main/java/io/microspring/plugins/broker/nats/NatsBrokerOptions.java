package io.microspring.plugins.broker.nats;

import java.time.Duration;
import java.util.Objects;

import io.microspring.options.Limits;
import io.microspring.plugins.nats.NatsServers;

/**
 * How the NATS broker works. Immutable. A value outside its limits is an
 * {@link IllegalArgumentException}. go-micro: the options of {@code broker/nats}.
 *
 * @param servers where NATS is, and who asks
 * @param mode whether messages are kept; {@link Mode#CORE} by default, as go-micro's
 * @param ackWait with JetStream, how long after its process died a message that was not
 * acknowledged comes again; 30 s by default, from 1 s. A process that lives renews it, so
 * that a handler may take longer
 * @param maxAge with JetStream, how long the streams that are made here keep a message; 7
 * days by default, zero for ever
 * @param replicas with JetStream, how many servers of the cluster keep each message of
 * the streams that are made here; 1 by default, to 5
 */
public record NatsBrokerOptions(NatsServers servers, Mode mode, Duration ackWait, Duration maxAge, int replicas) {

	private static final NatsBrokerOptions DEFAULTS = new NatsBrokerOptions(NatsServers.defaults(), Mode.CORE,
			Duration.ofSeconds(30), Duration.ofDays(7), 1);

	public NatsBrokerOptions {
		Objects.requireNonNull(servers, "servers");
		Objects.requireNonNull(mode, "mode");
		if (ackWait.compareTo(Duration.ofSeconds(1)) < 0) {
			throw new IllegalArgumentException("ackWait must be 1 s at least, not " + ackWait);
		}
		if (maxAge.isNegative()) {
			throw new IllegalArgumentException("maxAge must not be negative, but is " + maxAge);
		}
		Limits.requireBetween("replicas", replicas, 1, 5);
	}

	/**
	 * The defaults: the server on this host, without JetStream.
	 * @return the options
	 */
	public static NatsBrokerOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy with other servers.
	 * @param address the servers as {@code host:port}, separated by commas; empty leaves
	 * them as they are
	 * @return the copy
	 */
	public NatsBrokerOptions withAddress(String address) {
		return withServers(this.servers.withAddress(address));
	}

	/**
	 * A copy with other servers, or for somebody else.
	 * @param servers where NATS is, and who asks
	 * @return the copy
	 */
	public NatsBrokerOptions withServers(NatsServers servers) {
		return new NatsBrokerOptions(servers, this.mode, this.ackWait, this.maxAge, this.replicas);
	}

	/**
	 * A copy with another mode.
	 * @param mode whether messages are kept
	 * @return the copy
	 */
	public NatsBrokerOptions withMode(Mode mode) {
		return new NatsBrokerOptions(this.servers, mode, this.ackWait, this.maxAge, this.replicas);
	}

	/**
	 * A copy with another wait of JetStream.
	 * @param ackWait how long after its process died a message comes again
	 * @return the copy
	 */
	public NatsBrokerOptions withAckWait(Duration ackWait) {
		return new NatsBrokerOptions(this.servers, this.mode, ackWait, this.maxAge, this.replicas);
	}

	/**
	 * A copy with other streams of JetStream.
	 * @param maxAge how long they keep a message, zero for ever
	 * @param replicas how many servers keep it
	 * @return the copy
	 */
	public NatsBrokerOptions withStreams(Duration maxAge, int replicas) {
		return new NatsBrokerOptions(this.servers, this.mode, this.ackWait, maxAge, replicas);
	}

	/** Whether messages are kept. */
	public enum Mode {

		/** They are not: whoever does not listen at the moment misses them. */
		CORE,

		/** JetStream keeps them: queues outlive their members, and nothing is lost. */
		JETSTREAM

	}

}
