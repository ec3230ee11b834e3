package io.microspring.plugins.broker.rabbitmq;

import java.util.Objects;

import io.microspring.plugins.rabbitmq.RabbitOptions;

/**
 * How the RabbitMQ broker works. Immutable. go-micro: the options of
 * {@code broker/rabbitmq}.
 *
 * @param connection where RabbitMQ is, who asks, and the exchange
 * @param durableQueues whether the queues of subscribers with a queue, and what is in
 * them, are there while no subscriber is, and after the server has restarted; false by
 * default as go-micro's, whose {@code DurableQueue} this is. A queue that is declared
 * otherwise already is refused
 * @param queuePerTopic whether a queue's name at the server is the topic and the queue,
 * such as {@code orders.billing}, so that one name may be the queue of several topics;
 * false by default: it is the queue's, as go-micro's, so that subscribers in Go and Java
 * share its messages
 * @param prefetch how many messages a subscriber is sent before it has acknowledged the
 * first; 64 by default, from 1 to 65535
 */
public record RabbitBrokerOptions(RabbitOptions connection, boolean durableQueues, boolean queuePerTopic,
		int prefetch) {

	/** As many as the protocol can say. */
	private static final int MOST_PREFETCHED = 65_535;

	private static final RabbitBrokerOptions DEFAULTS = new RabbitBrokerOptions(RabbitOptions.defaults(), false, false,
			64);

	public RabbitBrokerOptions {
		Objects.requireNonNull(connection, "connection");
		if (prefetch < 1 || prefetch > MOST_PREFETCHED) {
			throw new IllegalArgumentException("prefetch must be from 1 to " + MOST_PREFETCHED + ", not " + prefetch);
		}
	}

	/**
	 * The defaults: a server on this host, and what go-micro declares.
	 * @return the options
	 */
	public static RabbitBrokerOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy with another connection.
	 * @param connection where RabbitMQ is, who asks, and the exchange
	 * @return the copy
	 */
	public RabbitBrokerOptions withConnection(RabbitOptions connection) {
		return new RabbitBrokerOptions(connection, this.durableQueues, this.queuePerTopic, this.prefetch);
	}

	/**
	 * A copy at other nodes.
	 * @param address the nodes, separated by commas; empty leaves them as they are
	 * @return the copy
	 */
	public RabbitBrokerOptions withAddress(String address) {
		return withConnection(this.connection.withAddress(address));
	}

	/**
	 * A copy with other queues.
	 * @param durable whether they are there while no subscriber is
	 * @return the copy
	 */
	public RabbitBrokerOptions withDurableQueues(boolean durable) {
		return new RabbitBrokerOptions(this.connection, durable, this.queuePerTopic, this.prefetch);
	}

	/**
	 * A copy with other names of queues.
	 * @param perTopic whether they begin with the topic
	 * @return the copy
	 */
	public RabbitBrokerOptions withQueuePerTopic(boolean perTopic) {
		return new RabbitBrokerOptions(this.connection, this.durableQueues, perTopic, this.prefetch);
	}

	/**
	 * A copy with another window.
	 * @param prefetch how many messages a subscriber is sent ahead
	 * @return the copy
	 */
	public RabbitBrokerOptions withPrefetch(int prefetch) {
		return new RabbitBrokerOptions(this.connection, this.durableQueues, this.queuePerTopic, prefetch);
	}

}
