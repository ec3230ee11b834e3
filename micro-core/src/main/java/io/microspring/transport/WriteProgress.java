package io.microspring.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Whether the peer of a connection takes what it is sent, however slowly. Belongs to the
 * event loop.
 */
final class WriteProgress {

	private final Channel channel;

	/** What was to leave next when somebody looked, and how much of it had left. */
	private int firstSeen;

	private long progressSeen;

	WriteProgress(Channel channel) {
		this.channel = channel;
	}

	/** Whether bytes have left since this was asked before, or none wait. */
	boolean hasLeft() {
		ChannelOutboundBuffer buffer = this.channel.unsafe().outboundBuffer();
		Object first = (buffer != null) ? buffer.current() : null;
		if (buffer == null || first == null) {
			return true;
		}
		int seen = this.firstSeen;
		long progress = this.progressSeen;
		// its hash, so that it is not kept
		this.firstSeen = System.identityHashCode(first);
		this.progressSeen = buffer.currentProgress();
		return this.firstSeen != seen || this.progressSeen != progress;
	}

}
