package io.microspring.benchmarks.raw;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/**
 * How messages are framed that have a number.
 */
@FunctionalInterface
interface Numbered {

	/**
	 * Writes what is before a message.
	 * @param context where it is to be written
	 * @param size how long the message is
	 * @param number the number of its call
	 * @return a buffer with room for the message
	 */
	ByteBuf begin(ChannelHandlerContext context, int size, int number);

}
