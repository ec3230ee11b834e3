package io.microspring.transport;

import java.util.ArrayDeque;
import java.util.Deque;

import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;

/**
 * What has come on the streams of a multiplexed connection and their receivers have not
 * taken: how much that may be for all of them together, and for those that were cancelled
 * since. Belongs to the event loop.
 */
final class MuxInbound {

	/** How many of the largest messages streams may hold, where that is more. */
	private static final int LARGE_ONES = 4;

	/** From so much on each stream may hold no more than its window. */
	private static final long LOW_BYTES = 16 * 1024 * 1024;

	/** All that there may be credit for: who obeys it is not punished. */
	private static final long MOST_BYTES = (long) MuxFrame.MOST_STREAMS * MuxFrame.WINDOW + LOW_BYTES;

	private final MuxSession session;

	private final long limit;

	/** Those with something to hand over. */
	private final Deque<MuxDelivery> due = new ArrayDeque<>(4);

	private long bytes;

	MuxInbound(MuxSession session) {
		this.session = session;
		this.limit = Math.max(MOST_BYTES, (long) LARGE_ONES * session.options.maxMessageSize());
	}

	/** More is held, or less. */
	void add(long cost) {
		this.bytes += cost;
		if (cost > 0 && this.bytes > this.limit) {
			makeRoom();
		}
	}

	/** Whether each stream may hold as much as its receiver keeps. */
	boolean isLow() {
		if (this.bytes >= LOW_BYTES) {
			largest();
		}
		return this.bytes < LOW_BYTES;
	}

	/** Gives the largest streams up while there is too much. */
	private void makeRoom() {
		MuxStream largest = largest();
		while (this.bytes > this.limit) {
			giveUp(largest);
			largest = largest();
		}
	}

	/** Counts anew, since nobody says at once that something was taken. */
	private @Nullable MuxStream largest() {
		MuxStream largest = null;
		long most = 0;
		for (MuxStream stream : this.session.streams.values()) {
			long held = stream.held();
			if (held > most) {
				most = held;
				largest = stream;
			}
		}
		return largest;
	}

	private void giveUp(@Nullable MuxStream largest) {
		if (largest == null) {
			throw new MuxException("streams hold " + this.bytes + " bytes");
		}
		largest.giveUp(MicroException.of(HttpSocket.ID, 429, "the streams of one connection hold more than "
				+ this.limit + " bytes that nobody takes, " + largest.held() + " of them this one"));
	}

	/** Has what is held handed over when what was read has been looked at. */
	void releaseLater(MuxDelivery delivery) {
		this.due.add(delivery);
	}

	/** Everything that was read has been looked at. */
	void release() {
		for (MuxDelivery next = this.due.poll(); next != null; next = this.due.poll()) {
			next.release();
		}
	}

}
