package io.microspring.transport;

import io.microspring.message.Message;
import io.netty.buffer.ByteBuf;

/**
 * Writes the messages of one connection, in order.
 */
interface MessageEncoder {

	/**
	 * Refuses a message that could not be written; from any thread.
	 * @param message the message
	 * @throws IllegalArgumentException when a pseudo header is malformed
	 */
	void check(Message message);

	/**
	 * Appends a message that was checked; on the event loop.
	 * @param message the message
	 * @param out where to
	 */
	void encode(Message message, ByteBuf out);

}
