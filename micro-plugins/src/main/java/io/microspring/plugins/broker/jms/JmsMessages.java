package io.microspring.plugins.broker.jms;

import java.nio.charset.StandardCharsets;
import java.util.Enumeration;
import java.util.Set;

import io.microspring.broker.BrokerException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;

/**
 * Messages of JMS: the body is the body, the headers are properties, which STOMP makes
 * its headers of and the other way round.
 *
 * @param maxSize the largest body in bytes
 */
record JmsMessages(int maxSize) {

	private static final byte[] NO_BODY = new byte[0];

	/** The body of a message that cannot be read: no other has this very one. */
	private static final byte[] UNREADABLE = new byte[0];

	/** Why it cannot. */
	private static final String REASON = "Micro-Unreadable";

	/** What STOMP itself says of a message; Artemis leaves it among the properties. */
	private static final Set<String> OF_STOMP = Set.of("content-length", "destination", "receipt", "persistent",
			"transaction");

	/**
	 * A message of JMS.
	 * @throws BrokerException when it is too large, or a header is JMS' own
	 */
	BytesMessage write(Session session, Provider provider, String topic, Message message) throws JMSException {
		byte[] body = message.body();
		if (body.length > this.maxSize) {
			throw BrokerException.refused("a message for " + topic + " of " + body.length + " bytes is larger than the "
					+ this.maxSize + " that micro.broker.jms.max-message-size allows", null);
		}
		BytesMessage written = session.createBytesMessage();
		written.writeBytes(body);
		for (String name : message.headers().names()) {
			if (isReserved(name)) {
				throw BrokerException.refused(
						"the header " + name + " of a message for " + topic + " means something else to JMS or STOMP",
						null);
			}
			provider.set(written, name, String.valueOf(message.header(name)));
		}
		return written;
	}

	private static boolean isReserved(String name) {
		return name.startsWith("JMS") || name.startsWith("_") || OF_STOMP.contains(name);
	}

	/** A message as it came, to be read by the thread that handles it. */
	Message raw(jakarta.jms.Message message) throws JMSException {
		Metadata.Builder headers = Metadata.builder();
		for (Enumeration<?> names = message.getPropertyNames(); names.hasMoreElements();) {
			String name = String.valueOf(names.nextElement());
			if (!isReserved(name)) {
				headers.set(name, String.valueOf(message.getObjectProperty(name)));
			}
		}
		if (message instanceof BytesMessage bytes) {
			if (bytes.getBodyLength() > this.maxSize) {
				return unreadable(headers, tooLarge(bytes.getBodyLength()));
			}
			byte[] body = new byte[Math.toIntExact(bytes.getBodyLength())];
			bytes.readBytes(body);
			return new Message(headers.build(), body);
		}
		if (message instanceof TextMessage text) {
			byte[] body = (text.getText() != null) ? text.getText().getBytes(StandardCharsets.UTF_8) : NO_BODY;
			return (body.length > this.maxSize) ? unreadable(headers, tooLarge(body.length))
					: new Message(headers.build(), body);
		}
		return unreadable(headers, "a " + message.getClass().getSimpleName() + " is neither bytes nor text");
	}

	private String tooLarge(long size) {
		return "a message of " + size + " bytes is larger than the " + this.maxSize
				+ " that micro.broker.jms.max-message-size allows";
	}

	/** What is left of a message of which nothing can be read. */
	static Message unreadable(String reason) {
		return unreadable(Metadata.builder(), "it cannot be read: " + reason);
	}

	private static Message unreadable(Metadata.Builder headers, String reason) {
		return new Message(headers.set(REASON, reason).build(), UNREADABLE);
	}

	/**
	 * The message.
	 * @throws IllegalArgumentException when it is too large, or none
	 */
	static Message read(Message raw) {
		if (raw.body() == UNREADABLE) {
			throw new IllegalArgumentException(raw.header(REASON));
		}
		return raw;
	}

}
