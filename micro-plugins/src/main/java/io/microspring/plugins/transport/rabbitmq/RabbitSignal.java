package io.microspring.plugins.transport.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.microspring.plugins.relay.RelaySignal;
import io.microspring.plugins.relay.RelaySocket;
import org.jspecify.annotations.Nullable;

/**
 * How two ends of ours say what they say beside the messages: by the properties
 * {@code type} and {@code message-id}, at which go-micro does not look. To go-micro's
 * ends there are no signals, as to them anything is a message.
 */
final class RabbitSignal {

	/** On messages: the sender understands signals. */
	static final String OURS = "micro.ours";

	private static final String TAKEN = "micro.taken";

	private static final String CLOSED = "micro.closed";

	private static final String REFUSED = "micro.refused";

	private RabbitSignal() {
	}

	/** The type of what says a signal. */
	static String type(RelaySignal signal) {
		return switch (signal) {
			case TAKEN -> TAKEN;
			case CLOSED -> CLOSED;
			case REFUSED -> REFUSED;
		};
	}

	static boolean isOfOurs(BasicProperties properties) {
		String type = properties.getType();
		return OURS.equals(type) || isSignal(type);
	}

	/**
	 * Whether it is no message.
	 * @param type the property
	 */
	static boolean isSignal(@Nullable String type) {
		return TAKEN.equals(type) || CLOSED.equals(type) || REFUSED.equals(type);
	}

	/** Has a signal reach a socket. */
	static void tell(RelaySocket socket, BasicProperties properties) {
		switch (String.valueOf(properties.getType())) {
			case CLOSED -> socket.closedByPeer();
			case REFUSED -> socket.refused();
			default -> socket.takenByPeer(number(properties.getMessageId()));
		}
	}

	private static long number(@Nullable String text) {
		try {
			return (text != null) ? Long.parseLong(text) : 0;
		}
		catch (NumberFormatException ex) {
			return 0;
		}
	}

}
