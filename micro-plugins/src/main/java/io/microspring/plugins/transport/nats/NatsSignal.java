package io.microspring.plugins.transport.nats;

import io.microspring.plugins.relay.RelaySignal;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What two ends of ours say to each other beside the messages: by headers of NATS, which
 * go-micro does not look at, and for the most part on a message without a payload, which
 * to go-micro is a connection that broke.
 */
final class NatsSignal {

	/** On messages: the sender understands signals. */
	static final String OURS = "Micro-Ours";

	/** How much has been taken in of what came on the connection. */
	static final String TAKEN = "Micro-Taken";

	/** The connection is closed. */
	static final String CLOSED = "Micro-Closed";

	/** Nobody accepts connections here any more. */
	static final String REFUSED = "Micro-Refused";

	/** As many bytes more has a message that says {@link #OURS}. */
	static final int INTRODUCTION = of(OURS, "1").serializedLength();

	static final byte[] NOTHING = new byte[0];

	/** What NATS says when nobody listens to what something was sent to. */
	private static final int NO_RESPONDERS = 503;

	private NatsSignal() {
	}

	static String name(RelaySignal signal) {
		return switch (signal) {
			case TAKEN -> TAKEN;
			case CLOSED -> CLOSED;
			case REFUSED -> REFUSED;
		};
	}

	static Headers of(String name, String value) {
		return new Headers().put(name, value);
	}

	static boolean has(Message message, String name) {
		return message.hasHeaders() && message.getHeaders().containsKey(name);
	}

	static boolean isNobodyThere(Message message) {
		return message.isStatusMessage() && message.getStatus().getCode() == NO_RESPONDERS;
	}

	/** The number that a signal carries, or null. */
	static @Nullable Long number(Message message, String name) {
		String value = message.hasHeaders() ? message.getHeaders().getFirst(name) : null;
		try {
			return (value != null) ? Long.valueOf(value) : null;
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

}
