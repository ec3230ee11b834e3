package io.microspring.plugins.broker.redis;

import io.microspring.broker.BrokerException;
import io.microspring.broker.Envelope;
import io.microspring.message.Message;
import io.microspring.message.Metadata;

/**
 * Messages as go-micro's JSON envelopes, within their limit.
 *
 * @param maxBody the largest body in bytes
 */
record Envelopes(int maxBody) {

	/** What an envelope needs besides its body in base64. */
	private static final int OVERHEAD = 64 * 1024;

	/** Says of a message that did not come in how large it was. */
	private static final String TOO_LARGE = "Micro-Too-Large";

	/**
	 * An envelope.
	 * @throws BrokerException when the body is too large
	 */
	byte[] write(String topic, Message message) {
		if (message.body().length > this.maxBody) {
			throw BrokerException.refused("a message for " + topic + " of " + message.body().length
					+ " bytes is larger than the " + this.maxBody + " that micro.broker.redis.max-message-size allows",
					null);
		}
		return Envelope.encode(message);
	}

	/** An envelope as it came, to be read by the thread that handles it. */
	Message raw(byte[] envelope) {
		if (envelope.length > (long) this.maxBody * 4 / 3 + OVERHEAD) {
			return Message.of(Metadata.of(TOO_LARGE, String.valueOf(envelope.length)));
		}
		return new Message(Metadata.empty(), envelope);
	}

	/**
	 * The message in an envelope.
	 * @throws IllegalArgumentException when it is none, or was too large
	 */
	Message read(Message raw) {
		String size = raw.header(TOO_LARGE);
		if (size != null) {
			throw new IllegalArgumentException("an envelope of " + size + " bytes is larger than a body of "
					+ this.maxBody + " needs, which micro.broker.redis.max-message-size allows");
		}
		return Envelope.decode(raw.body());
	}

}
