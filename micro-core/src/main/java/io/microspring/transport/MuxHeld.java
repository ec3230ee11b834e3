package io.microspring.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What has come on a stream of a multiplexed connection and is still held here, and how
 * much more may come. The peer gets credit for what its receiver was handed; where all
 * streams together hold much already, only for what its receiver has taken.
 * <p>
 * Fields without a note belong to the event loop.
 */
final class MuxHeld extends MuxOutgoing {

	/** Credit is given in lumps of this size at least. */
	private static final int LUMP = MuxFrame.WINDOW / 4;

	private final MuxStream stream;

	private final MuxSession session;

	/** From any thread: the cost of what was taken and still counts as held. */
	private final AtomicLong taken = new AtomicLong();

	/** Whether credit waits for something to be taken; read by any thread. */
	private volatile boolean withheld;

	/** How much the peer may still send. */
	private long granted = MuxFrame.WINDOW;

	/** The cost of what the receiver was handed without credit given for it. */
	private long handed;

	/** The cost of what has come and, as far as known, was not taken. */
	private long held;

	private boolean over;

	MuxHeld(MuxStream stream, MuxSession session) {
		this.stream = stream;
		this.session = session;
	}

	/** Whether the peer may send one more message. */
	boolean mayCome() {
		return this.granted > 0;
	}

	/** A message has come; this may be more than the connection is to hold. */
	void came(int cost) {
		this.granted -= cost;
		this.held += cost;
		this.session.inbound.add(cost);
	}

	/** The receiver was handed messages. */
	void handed(long cost) {
		this.handed += cost;
		if (this.handed >= LUMP) {
			giveCredit();
		}
	}

	/** The receiver has taken something; from any thread. */
	void taken(long cost) {
		long now = this.taken.addAndGet(cost);
		if (this.withheld && now >= LUMP && now - cost < LUMP) {
			this.session.submit(this);
		}
	}

	@Override
	void write(MuxSession ignored) {
		giveCredit();
	}

	private void giveCredit() {
		long more = mayGive();
		if (more < LUMP && this.handed >= LUMP && !this.withheld) {
			this.withheld = true;
			// Something may have been taken just before that was seen.
			more = mayGive();
		}
		if (more >= LUMP && !this.over && !this.stream.isRemoteEnded()) {
			this.withheld = false;
			this.handed -= more;
			this.granted += more;
			this.session.writeCredit(this.stream.id(), (int) Math.min(more, Integer.MAX_VALUE));
			// Not when all is read: the peer would have nothing to do meanwhile.
			this.session.flush();
		}
	}

	private long mayGive() {
		settle();
		return this.session.inbound.isLow() ? this.handed
				: Math.min(this.handed, MuxFrame.WINDOW - this.granted - this.held);
	}

	/**
	 * Counts what was taken no longer as held.
	 * @return the cost of what is
	 */
	long settle() {
		long cost = Math.min(this.taken.getAndSet(0), this.held);
		this.held -= cost;
		this.session.inbound.add(-cost);
		return this.held;
	}

	/** The stream is over: what is still here is somebody else's. */
	void end() {
		this.over = true;
		this.session.inbound.add(-this.held);
		this.held = 0;
	}

}
