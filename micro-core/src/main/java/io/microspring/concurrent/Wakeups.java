package io.microspring.concurrent;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom an event loop is to wake. While it reads connections that bring one call each, it
 * wakes one other thread at once, and the others together when it has read all of them:
 * threads that are woken one by one go back to sleep in between. Belongs to its thread.
 */
final class Wakeups {

	/** So many are not put off any longer, as there may be processors without work. */
	private static final int MOST = 32;

	private static final Logger log = LoggerFactory.getLogger(Threads.class);

	private final Queue<Wakeup> waiting = new ArrayDeque<>(MOST);

	private final Queue<Thread> parked = new ArrayDeque<>(MOST);

	/** Whether the loop says when it has gone through everything. */
	private boolean turning;

	/** Whether it reads what brings little by itself. */
	private boolean gathering;

	/** Whether somebody was woken since it had gone through everything. */
	private boolean woken;

	/** The loop has ended: nobody comes round to what is put off from now on. */
	void ended() {
		this.turning = false;
		this.gathering = false;
		wakeAll();
	}

	/** The loop has gone through everything, and will say so again. */
	void turned() {
		this.turning = true;
		this.gathering = false;
		this.woken = false;
		wakeAll();
	}

	/** It begins or ends to read what brings little by itself. */
	void gather(boolean begins) {
		this.gathering = begins && this.turning;
	}

	void wake(Wakeup wakeup) {
		if (isLater()) {
			this.waiting.add(wakeup);
			limit();
		}
		else {
			wakeup.wake();
		}
	}

	void unpark(Thread thread) {
		if (isLater()) {
			this.parked.add(thread);
			limit();
		}
		else {
			LockSupport.unpark(thread);
		}
	}

	private boolean isLater() {
		boolean later = this.gathering && this.woken;
		this.woken = true;
		return later;
	}

	private void limit() {
		if (this.waiting.size() + this.parked.size() >= MOST) {
			wakeAll();
		}
	}

	private void wakeAll() {
		for (Thread thread = this.parked.poll(); thread != null; thread = this.parked.poll()) {
			LockSupport.unpark(thread);
		}
		for (Wakeup wakeup = this.waiting.poll(); wakeup != null; wakeup = this.waiting.poll()) {
			try {
				wakeup.wake();
			}
			catch (RuntimeException | Error ex) {
				// The loop goes on, and what else was put off is not lost.
				log.error("A thread could not be woken", ex);
			}
		}
	}

}
