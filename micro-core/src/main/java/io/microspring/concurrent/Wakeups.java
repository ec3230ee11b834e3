package io.microspring.concurrent;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom an event loop is to wake. While it reads many connections that bring one call
 * each, it wakes one other thread at once, and the others together when it has read all
 * of them: threads that are woken one by one go back to sleep in between. With a few, who
 * is woken late only waits. Belongs to its thread.
 */
final class Wakeups {

	/** With so many of the last time, it is worth it. */
	private static final int MANY = 16;

	/** So many are not put off any longer, as there may be processors without work. */
	private static final int MOST = 32;

	/** Nor for longer than this, whatever else the loop has to do in between. */
	private static final long LONGEST = TimeUnit.MICROSECONDS.toNanos(200);

	private static final Logger log = LoggerFactory.getLogger(Threads.class);

	private final Queue<Wakeup> waiting = new ArrayDeque<>(MOST);

	private final Queue<Thread> parked = new ArrayDeque<>(MOST);

	/** Whether the loop says when it has gone through everything. */
	private boolean turning;

	/** Whether it reads what brings little by itself. */
	private boolean gathering;

	/** How many were to be woken since it had gone through everything. */
	private int count;

	/** Whether there were many before that. */
	private boolean many;

	/** Since when somebody waits to be woken. */
	private long since;

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
		this.many = this.count >= MANY;
		this.count = 0;
		wakeAll();
	}

	/** It begins or ends to read what brings little by itself. */
	void gather(boolean begins) {
		this.gathering = begins && this.turning;
		if (isAnyWaiting() && System.nanoTime() - this.since >= LONGEST) {
			wakeAll();
		}
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
		boolean later = this.count++ > 0 && this.gathering && this.many;
		if (later && !isAnyWaiting()) {
			this.since = System.nanoTime();
		}
		return later;
	}

	private boolean isAnyWaiting() {
		return !this.waiting.isEmpty() || !this.parked.isEmpty();
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
