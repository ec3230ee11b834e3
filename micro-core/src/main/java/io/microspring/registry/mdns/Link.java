package io.microspring.registry.mdns;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;

/**
 * A way to reach the other processes. Used by the loop's thread only.
 */
interface Link extends AutoCloseable {

	/** The sockets to read. */
	List<DatagramChannel> channels();

	/** Sends a query to everyone, from the socket that the answers are to come to. */
	void ask(ByteBuffer packet);

	/** Sends news to everyone. */
	void announce(ByteBuffer packet);

	/** Whether this is a port that we ask from. */
	boolean asksFrom(int port);

	/** Whether a socket gets answers to our own questions only. */
	boolean isForAnswers(DatagramChannel channel);

	/** Whether whoever asks at a socket may be answered: it must be a neighbour. */
	boolean mayAnswer(DatagramChannel channel, InetAddress asker);

	/** Where it reaches, for a person. */
	@Override
	String toString();

	@Override
	void close();

}
