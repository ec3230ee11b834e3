package io.microspring.concurrent;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one timer. A wheel of slots, each a list of the time-outs of one tick; most are
 * called off long before, so adding and removing is all that has to be cheap. The thread
 * sleeps until the first tick at which something waits, and is woken only for what is due
 * before that: a time-out costs no wake-up as long as calls are answered.
 */
final class Wheel implements Runnable {

	private static final Logger log = LoggerFactory.getLogger(Threads.class);

	private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	/** One turn takes about five seconds; what is due later stays for another. */
	private static final int TICKS = 512;

	/** Slots of one tick, so that threads seldom meet at one. */
	private static final int STRIPES = 2;

	static final Wheel INSTANCE = new Wheel();

	private final Slot[] slots = new Slot[TICKS * STRIPES];

	private final long start = System.nanoTime();

	private final Thread thread;

	/** The tick that the thread sleeps until; no time-out wakes it while it is awake. */
	private volatile long wakeAt = Long.MIN_VALUE;

	private Wheel() {
		for (int i = 0; i < this.slots.length; i++) {
			this.slots[i] = new Slot();
		}
		this.thread = Threads.loops("micro-timer").newThread(this);
		this.thread.start();
	}

	void add(Timeout timeout, long nanos) {
		long at = System.nanoTime() - this.start + Math.max(0, nanos);
		addAt(timeout, at / TICK_NANOS + 1);
	}

	/** At that tick, or at the next one when it has passed. */
	void addAt(Timeout timeout, long at) {
		int stripe = (int) Thread.currentThread().getId() & (STRIPES - 1);
		long tick = at;
		timeout.tick(tick);
		while (!this.slots[index(tick) + stripe].add(timeout)) {
			tick = timeout.tick();
		}
		if (tick < this.wakeAt) {
			LockSupport.unpark(this.thread);
		}
	}

	/** How many wait. */
	long size() {
		long size = 0;
		for (Slot slot : this.slots) {
			size += slot.size();
		}
		return size;
	}

	@Override
	public void run() {
		long next = 0;
		while (true) {
			long now = (System.nanoTime() - this.start) / TICK_NANOS;
			for (long tick = Math.max(next, now - TICKS + 1); tick <= now; tick++) {
				expire(tick, now);
			}
			next = now + 1;
			sleep(next);
			this.wakeAt = Long.MIN_VALUE;
			// Nobody ends the timer, and an interrupted thread would not sleep.
			Thread.interrupted();
		}
	}

	/** Until there is something to do at the earliest, or more has been added. */
	private void sleep(long next) {
		long first = first(next, next + TICKS);
		this.wakeAt = (first < next + TICKS) ? first : Long.MAX_VALUE;
		// What was added before it could be seen that it is due earlier.
		long earlier = first(next, first);
		if (earlier == next + TICKS) {
			LockSupport.park(this);
			return;
		}
		long nanos = this.start + earlier * TICK_NANOS - System.nanoTime();
		if (nanos > 0) {
			LockSupport.parkNanos(this, nanos);
		}
	}

	/** The first tick at which something waits, else the last. */
	private long first(long from, long to) {
		for (long tick = from; tick < to; tick++) {
			for (int stripe = 0; stripe < STRIPES; stripe++) {
				if (!this.slots[index(tick) + stripe].isEmpty()) {
					return tick;
				}
			}
		}
		return to;
	}

	private void expire(long tick, long now) {
		for (int stripe = 0; stripe < STRIPES; stripe++) {
			Timeout due = this.slots[index(tick) + stripe].due(now);
			while (due != null) {
				Timeout after = due.next();
				due.next(null);
				try {
					due.expired();
				}
				catch (Throwable ex) {
					log.warn("A task of the timer failed", ex);
				}
				due = after;
			}
		}
	}

	private static int index(long tick) {
		return (int) (tick & (TICKS - 1)) * STRIPES;
	}

	/** A list that is linked through its entries. */
	static final class Slot extends ReentrantLock {

		private static final long serialVersionUID = 1L;

		private transient @Nullable Timeout head;

		/** The last tick whose entries have been taken out. */
		private long passed = -1;

		/**
		 * Adds an entry, unless nobody looks for its tick any more: then it is given the
		 * next one, whose slot is another.
		 */
		boolean add(Timeout timeout) {
			lock();
			try {
				if (timeout.tick() <= this.passed) {
					timeout.tick(this.passed + 1);
					return false;
				}
				Timeout second = this.head;
				timeout.slot(this);
				timeout.next(second);
				if (second != null) {
					second.previous(timeout);
				}
				this.head = timeout;
				return true;
			}
			finally {
				unlock();
			}
		}

		boolean remove(Timeout timeout) {
			lock();
			try {
				if (timeout.slot() != this) {
					return false;
				}
				unlink(timeout);
				return true;
			}
			finally {
				unlock();
			}
		}

		/** Takes out what is due, as a list. */
		@Nullable Timeout due(long now) {
			Timeout due = null;
			lock();
			try {
				this.passed = now;
				Timeout each = this.head;
				while (each != null) {
					Timeout after = each.next();
					if (each.tick() <= now) {
						unlink(each);
						each.next(due);
						due = each;
					}
					each = after;
				}
			}
			finally {
				unlock();
			}
			return due;
		}

		int size() {
			int size = 0;
			lock();
			try {
				for (Timeout each = this.head; each != null; each = each.next()) {
					size++;
				}
			}
			finally {
				unlock();
			}
			return size;
		}

		private void unlink(Timeout timeout) {
			Timeout before = timeout.previous();
			Timeout after = timeout.next();
			if (before == null) {
				this.head = after;
			}
			else {
				before.next(after);
			}
			if (after != null) {
				after.previous(before);
			}
			timeout.slot(null);
			timeout.next(null);
			timeout.previous(null);
		}

		boolean isEmpty() {
			lock();
			try {
				return this.head == null;
			}
			finally {
				unlock();
			}
		}

	}

}
