package io.microspring.plugins.transport.nats;

import io.microspring.broker.Envelope;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.plugins.nats.NatsLink;
import io.nats.client.Connection;
import io.nats.client.impl.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Sends what the connections of a transport have to say.
 *
 * @param link the connection to NATS
 * @param maxMessageSize the largest body in bytes
 */
record NatsWire(NatsLink link, int maxMessageSize) {

	private static final String ID = "go.micro.transport";

	/** More than that does not wait to be sent without anybody being told. */
	private static final long FREE = 8 * 1024 * 1024;

	/**
	 * Writes a message.
	 * @param message the message
	 * @param remote whom it is for
	 * @return the envelope
	 * @throws MicroException 413 when it is too large
	 */
	byte[] encode(Message message, String remote) {
		requireSize(message.body().length, this.maxMessageSize, remote, "");
		byte[] envelope = Envelope.encode(message);
		Connection present = this.link.present();
		if (present != null) {
			// Whether it is the first, which has a header that counts, shows only later.
			requireSize(envelope.length + NatsSignal.INTRODUCTION, present.getMaxPayload(), remote,
					" of NATS (max_payload)");
		}
		return envelope;
	}

	private static void requireSize(int size, long limit, String remote, String whose) {
		if (size > limit) {
			throw MicroException.of(ID, 413, "a message of " + size + " bytes is not sent to " + remote + ": the limit"
					+ whose + " is " + limit);
		}
	}

	/**
	 * Sends something, behind all that was sent before.
	 * @param subject where to
	 * @param replyTo where NATS is to say that nobody is there
	 * @param headers headers of NATS, or null
	 * @param payload what to send
	 * @throws IllegalStateException when there is no connection to NATS
	 */
	void send(String subject, String replyTo, @Nullable Headers headers, byte[] payload) {
		Connection present = this.link.present();
		if (present == null) {
			throw new IllegalStateException(this.link + " is not connected");
		}
		boolean understood = headers != null && present.getServerInfo().isHeadersSupported();
		present.publish(subject, replyTo, understood ? headers : null, payload);
	}

	/** Whether this NATS says that nobody is there; an older one does not. */
	boolean hasHeaders() {
		Connection present = this.link.present();
		return present != null && present.getServerInfo().isHeadersSupported();
	}

	/** Whether little enough waits to be sent to NATS. */
	boolean isFree() {
		Connection present = this.link.present();
		return present != null && present.outgoingPendingBytes() < FREE;
	}

}
