package io.microspring.plugins.transport.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.plugins.rabbitmq.RabbitMessages;
import io.microspring.plugins.relay.Relay;
import io.microspring.plugins.relay.RelayLine;
import io.microspring.plugins.relay.RelaySignal;
import io.microspring.plugins.relay.RelaySocket;

/**
 * Messages of one correlation: by the exchange to a server's queue, or straight to where
 * a client wants its answers.
 *
 * @param wire sends
 * @param relay knows the sockets
 * @param dialled whether this end has dialled
 * @param correlation what tells the connection from others
 * @param key the routing key: the name of the peer's queue
 * @param local what this end is called
 * @param remote what the other end is called
 */
record RabbitLine(RabbitWire wire, Relay relay, boolean dialled, String correlation, String key, String local,
		String remote) implements RelayLine {

	private static final byte[] NOTHING = new byte[0];

	/** As much of a frame as may be left for what is not headers. */
	private static final int FRAME_OVERHEAD = 1024;

	/** The most bytes that a name may have. */
	private static final int LONGEST_NAME = 255;

	@Override
	public String peer() {
		return this.key;
	}

	@Override
	public Outgoing prepare(Message message) {
		int limit = maxMessageSize();
		if (message.body().length > limit) {
			throw refused("a message of " + message.body().length + " bytes", limit);
		}
		int headers = requireHeaders(message);
		return (introducing) -> {
			BasicProperties.Builder properties = RabbitMessages.properties(message.headers());
			send(introducing ? properties.type(RabbitSignal.OURS) : properties, headers, message.body());
		};
	}

	/** They stand in one frame: how much of it they take. */
	private int requireHeaders(Message message) {
		int[] size = new int[1];
		message.headers().forEach((name, value) -> {
			if (name.length() > LONGEST_NAME / 4 && RabbitWire.size(name) > LONGEST_NAME) {
				throw refused("a header with a name of " + RabbitWire.size(name) + " bytes", LONGEST_NAME);
			}
			size[0] += 6 + RabbitWire.size(name) + RabbitWire.size(value);
		});
		int limit = this.wire.maxFrame() - FRAME_OVERHEAD;
		if (size[0] > limit) {
			throw refused("a message with headers of " + size[0] + " bytes", limit);
		}
		return size[0];
	}

	private MicroException refused(String what, int limit) {
		return MicroException.of("go.micro.transport", 413,
				what + " is not sent to " + this.remote + ": the limit is " + limit);
	}

	@Override
	public void tell(RelaySignal signal, long number) {
		send(new BasicProperties.Builder().type(RabbitSignal.type(signal)).messageId(Long.toString(number)), 0,
				NOTHING);
	}

	private void send(BasicProperties.Builder properties, int headers, byte[] body) {
		properties.correlationId(this.correlation);
		if (this.dialled) {
			this.wire.ask(this.key, properties.replyTo(RabbitWire.REPLIES).build(), headers, body);
		}
		else {
			this.wire.answer(this.key, properties.build(), headers, body);
		}
	}

	/** It would be a message to them. */
	@Override
	public boolean tellsStrangers() {
		return false;
	}

	@Override
	public boolean isFree() {
		return this.wire.isFree();
	}

	@Override
	public int maxMessageSize() {
		return this.wire.maxMessageSize();
	}

	@Override
	public void met(RelaySocket socket) {
		// Whoever it is, RabbitMQ knows whether it is there.
	}

	@Override
	public void closed(RelaySocket socket) {
		this.relay.forget(socket);
	}

}
