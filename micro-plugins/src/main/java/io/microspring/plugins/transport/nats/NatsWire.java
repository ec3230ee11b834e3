package io.microspring.plugins.transport.nats;

import io.microspring.message.Message;
import io.nats.client.impl.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What the sockets of a transport share.
 */
interface NatsWire {

	/**
	 * Writes a message.
	 * @param message the message
	 * @param remote whom it is for
	 * @return the envelope
	 * @throws io.microspring.errors.MicroException 413 when it is too large
	 */
	byte[] encode(Message message, String remote);

	/**
	 * Sends something, behind all that was sent before.
	 * @param subject where to
	 * @param replyTo where NATS is to say that nobody is there
	 * @param headers headers of NATS, or null
	 * @param payload what to send
	 * @throws IllegalStateException when there is no connection to NATS
	 */
	void send(String subject, String replyTo, @Nullable Headers headers, byte[] payload);

	/**
	 * Whether little enough waits to be sent to NATS.
	 * @return false while it does not keep up
	 */
	boolean isFree();

	/**
	 * The largest body.
	 * @return the limit in bytes
	 */
	int maxMessageSize();

	/**
	 * Watches over the peer of a socket, which is one of ours.
	 * @param socket the socket
	 */
	void meet(NatsSocket socket);

}
