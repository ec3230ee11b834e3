package io.microspring.transport;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * What was sent on a stream of a multiplexed connection and is not written yet: other
 * threads add to it, and the event loop takes all of it at once. It waits for the peer's
 * credit, and says whether more is welcome, and whether the peer takes anything at all.
 * <p>
 * Fields without a note belong to the event loop.
 */
final class MuxPending extends MuxOutgoing {

	/** How much may be queued before no more is welcome. */
	private static final int HIGH_WATER = 256 * 1024;

	private final MuxStream stream;

	/** Held for a moment only: nothing is called meanwhile. */
	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by the lock. */
	private Deque<Message> sent = new ArrayDeque<>(4);

	/** Guarded by the lock: whether the event loop is going to take what was sent. */
	private boolean submitted;

	/** From any thread; written under the lock: the cost of all that is here. */
	private volatile long queued;

	/** What has no credit yet. */
	private Deque<Message> waiting = new ArrayDeque<>(4);

	/** The cost of what is no longer here and still counted. */
	private long gone;

	private long credit = MuxFrame.WINDOW;

	/** Whether the peer took something since somebody looked, and when it last had. */
	private boolean moved;

	private long lastMoved;

	MuxPending(MuxStream stream) {
		this.stream = stream;
	}

	/**
	 * Adds a message; from any thread.
	 * @return whether this is to be submitted to the connection
	 */
	boolean add(Message message) {
		int cost = MuxStream.cost(message);
		this.lock.lock();
		try {
			this.sent.add(message);
			this.queued += cost;
			boolean first = !this.submitted;
			this.submitted = true;
			return first;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Whether more is welcome; from any thread. */
	boolean hasRoom() {
		return this.queued < HIGH_WATER;
	}

	@Override
	void write(MuxSession session) {
		this.lock.lock();
		try {
			this.submitted = false;
			if (this.waiting.isEmpty()) {
				Deque<Message> empty = this.waiting;
				this.waiting = this.sent;
				this.sent = empty;
			}
			else {
				this.waiting.addAll(this.sent);
				this.sent.clear();
			}
		}
		finally {
			this.lock.unlock();
		}
		pump();
	}

	/** Writes what is here, as far as it may. */
	void pump() {
		if (this.stream.isOver()) {
			clear();
			return;
		}
		for (Message next = next(); next != null; next = next()) {
			this.moved = true;
			this.gone += MuxStream.cost(next);
			this.stream.write(next);
		}
		settle();
	}

	private @Nullable Message next() {
		return (this.credit > 0 && this.stream.mayWrite() || this.stream.isUnopened()) ? this.waiting.poll() : null;
	}

	/** Lets those go on who wait for room, once there is room for more than a little. */
	private void settle() {
		if (this.gone > 0) {
			this.lock.lock();
			try {
				this.queued -= this.gone;
			}
			finally {
				this.lock.unlock();
			}
			this.gone = 0;
		}
		if (this.queued < HIGH_WATER / 2) {
			this.stream.wake();
		}
	}

	/** A message is written that costs credit. */
	void spend(Message message) {
		this.credit -= MuxStream.cost(message);
	}

	/** The peer takes more. */
	void credited(int more) {
		this.credit += more;
		// Even if that is not enough yet: somebody takes what was sent.
		this.moved = true;
		pump();
	}

	/** Nothing more is written. */
	void clear() {
		for (Message dropped : this.waiting) {
			this.gone += MuxStream.cost(dropped);
		}
		this.waiting.clear();
		settle();
	}

	/**
	 * Whether something has waited for the peer's credit for long.
	 * @param now the time
	 * @param nanos how long
	 */
	boolean hasStalled(long now, long nanos) {
		if (this.moved || this.waiting.isEmpty() || this.credit > 0) {
			this.moved = false;
			this.lastMoved = now;
			return false;
		}
		return now - this.lastMoved >= nanos;
	}

	/** What the peer says is not read: whether it takes anything is not known. */
	void unheard(long now) {
		this.lastMoved = now;
	}

	@Override
	void dropped(@Nullable Throwable cause) {
		this.lock.lock();
		try {
			this.submitted = false;
		}
		finally {
			this.lock.unlock();
		}
		this.stream.dropped(cause);
	}

}
