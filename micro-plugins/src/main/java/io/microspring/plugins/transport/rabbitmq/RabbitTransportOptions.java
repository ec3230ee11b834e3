package io.microspring.plugins.transport.rabbitmq;

import java.util.Objects;

import io.microspring.plugins.rabbitmq.RabbitOptions;

/**
 * How the RabbitMQ transport works. Immutable. go-micro: the options of
 * {@code transport/rabbitmq}.
 *
 * @param connection where RabbitMQ is, who asks, the exchange that calls go through, and
 * the largest body
 */
public record RabbitTransportOptions(RabbitOptions connection) {

	private static final RabbitTransportOptions DEFAULTS = new RabbitTransportOptions(RabbitOptions.defaults());

	public RabbitTransportOptions {
		Objects.requireNonNull(connection, "connection");
	}

	/**
	 * The defaults: the server on this host, and go-micro's exchange.
	 * @return the options
	 */
	public static RabbitTransportOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy with another connection.
	 * @param connection where RabbitMQ is, who asks, and the exchange
	 * @return the copy
	 */
	public RabbitTransportOptions withConnection(RabbitOptions connection) {
		return new RabbitTransportOptions(connection);
	}

	/**
	 * A copy at other nodes.
	 * @param address the nodes, separated by commas; empty leaves them as they are
	 * @return the copy
	 */
	public RabbitTransportOptions withAddress(String address) {
		return withConnection(this.connection.withAddress(address));
	}

}
