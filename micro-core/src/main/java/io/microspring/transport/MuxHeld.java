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

	/** Credit is given in lumps of this size at least, but for slow receivers. */
	private static final int LUMP = MuxFrame.WINDOW / 4;

	private final MuxStream stream;

	private final MuxSession session;

	/** Whether it counts what is still held when the stream is over. */
	private final boolean server;

	/** From any thread: the cost of all that was ever taken. */
	private final AtomicLong taken = new AtomicLong();

	/** How much of that no longer counts as held. */
	private long settled;

	/** How much of that was known when credit was last looked at; read by any thread. */
	private volatile long looked;

	/** How much of that was known when the receiver was last looked after. */
	private long seen;

	/** Whether credit waits for something to be taken; read by any thread. */
	private volatile boolean withheld;

	/** How much the peer may still send. */
	private long granted = MuxFrame.WINDOW;

	/** The cost of what the receiver was handed without credit given for it. */
	private long handed;

	/** The cost of what has come and, as far as known, was not taken. */
	private long held;

	/** Read by any thread. */
	private volatile boolean over;

	MuxHeld(MuxStream stream, MuxSession session, boolean server) {
		this.stream = stream;
		this.session = session;
		this.server = server;
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
		if (this.over ? this.server : this.withheld && now - this.looked >= LUMP) {
			this.session.submit(this);
		}
	}

	@Override
	void write(MuxSession ignored) {
		if (this.over) {
			settle();
		}
		else {
			giveCredit();
		}
	}

	private void giveCredit() {
		for (long more = lump(); more >= LUMP && mayReceive(); more = lump()) {
			give(more);
			// Not when all is read: the peer would have nothing to do meanwhile.
			this.session.flush();
		}
	}

	private long lump() {
		if (this.handed < LUMP) {
			return 0;
		}
		long more = mayGive();
		if (more < LUMP && !this.withheld) {
			this.withheld = true;
			// Something may have been taken just before that was seen.
			more = mayGive();
		}
		return more;
	}

	/**
	 * Gives a peer that may send nothing credit for what its receiver was handed or has
	 * taken, however little: a slow receiver is not one that takes nothing. Called now
	 * and then, and followed by a flush.
	 */
	void giveLittle() {
		settle();
		long lately = this.settled - this.seen;
		this.seen = this.settled;
		if (this.granted <= 0 && mayReceive()) {
			long more = Math.max(mayGive(), Math.min(lately, this.handed));
			if (more > 0 || lately > 0) {
				give(more);
				// What is left may have to wait again.
				giveCredit();
			}
		}
	}

	private boolean mayReceive() {
		return !this.over && !this.stream.isRemoteEnded();
	}

	private void give(long more) {
		int credit = (int) Math.max(0, Math.min(more, Integer.MAX_VALUE));
		this.withheld = false;
		this.handed -= credit;
		this.granted += credit;
		this.session.writeCredit(this.stream.id(), credit);
	}

	private long mayGive() {
		settle();
		this.looked = this.settled;
		return this.session.inbound.isLow() ? this.handed
				: Math.min(this.handed, MuxFrame.WINDOW - this.granted - this.held);
	}

	/**
	 * Counts what was taken no longer as held.
	 * @return the cost of what is
	 */
	long settle() {
		long now = this.taken.get();
		long cost = Math.min(now - this.settled, this.held);
		this.settled = now;
		this.held -= cost;
		this.session.inbound.add(-cost);
		return this.held;
	}

	/**
	 * The stream is over. What a handler still holds counts until it is taken or dropped,
	 * since a caller could cancel and begin anew; what a caller holds is its own.
	 */
	void end() {
		this.over = true;
		settle();
		if (!this.server) {
			forget();
		}
	}

	/** What is held here no longer counts. */
	void forget() {
		this.session.inbound.add(-this.held);
		this.held = 0;
	}

}
