package io.microspring.broker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

import io.microspring.concurrent.Threads;
import org.jspecify.annotations.Nullable;

/**
 * Which messages of a subscription are with its handler, and which wait: there are as
 * many lanes as messages may be handled at once, and each sees to one message after the
 * other. A lane keeps a message that is to be tried again, without a thread meanwhile.
 * Thread-safe.
 * <p>
 * Of the messages of one key only the first is in a lane, or waits for one.
 * <p>
 * A message that has been released stays where it waits, and is passed over.
 */
final class Lanes {

	private final int most;

	private final ExecutorService executor;

	private final Queue<Delivery> waiting = new ConcurrentLinkedQueue<>();

	/**
	 * Those that wait for one of their key to be dealt with, by key. What is in it is
	 * changed only while it is computed.
	 */
	private final Map<String, Queue<Delivery>> behind = new ConcurrentHashMap<>();

	private final Set<Lane> open = ConcurrentHashMap.newKeySet();

	/** How many are open, or will be at once. */
	private final AtomicInteger count = new AtomicInteger();

	/** Those whose message waits for its next attempt, and who ends that. */
	private final Map<Lane, Threads.Scheduled> pausing = new ConcurrentHashMap<>();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition handled = this.lock.newCondition();

	/** How many threads wait for it. */
	private final AtomicInteger awaiting = new AtomicInteger();

	/**
	 * Lanes, none of them open.
	 * @param most how many at the most
	 * @param executor what messages are handled on
	 */
	Lanes(int most, ExecutorService executor) {
		this.most = most;
		this.executor = executor;
	}

	void add(Delivery delivery) {
		String key = delivery.key();
		if (key == null) {
			this.waiting.add(delivery);
		}
		else {
			this.behind.compute(key, (same, others) -> {
				if (others == null) {
					this.waiting.add(delivery);
					return new ArrayDeque<>();
				}
				others.add(delivery);
				return others;
			});
		}
		if (!this.waiting.isEmpty()) {
			openOne();
		}
	}

	/** The next of its key may be handled. */
	private void free(Delivery delivery) {
		String key = delivery.key();
		if (key != null) {
			this.behind.computeIfPresent(key, (same, others) -> {
				Delivery next = others.poll();
				if (next == null) {
					return null;
				}
				this.waiting.add(next);
				return others;
			});
		}
	}

	/** Unless there are as many as may be. */
	private void openOne() {
		int now = this.count.get();
		while (now < this.most) {
			if (this.count.compareAndSet(now, now + 1)) {
				Lane lane = new Lane();
				this.open.add(lane);
				lane.proceed();
				return;
			}
			now = this.count.get();
		}
	}

	/** Whether a message waits, or has not been dealt with. */
	boolean isBusy() {
		return this.count.get() > 0 || !this.waiting.isEmpty();
	}

	/**
	 * Releases messages that wait, also for their next attempt. What is with its handler
	 * stays there.
	 * @param which those that nobody wants here any more, and say so themselves
	 */
	void release(Predicate<Delivery> which) {
		List<Delivery> idle = new ArrayList<>(this.waiting);
		this.behind.keySet().forEach((key) -> this.behind.computeIfPresent(key, (same, others) -> {
			idle.addAll(others);
			return others;
		}));
		idle.stream().filter(which).forEach(Delivery::release);
		// One with a key stays until it is passed over, which frees those behind it.
		this.waiting.removeIf((delivery) -> delivery.key() == null && delivery.isSettled());
		for (Lane lane : this.open) {
			Delivery current = lane.current;
			if (current != null && which.test(current)) {
				current.release();
				wake(lane);
			}
		}
	}

	/**
	 * Waits until no other thread handles certain messages.
	 * @param which the messages
	 * @param timeout how long at the most
	 * @return false when one of them is still being handled
	 */
	boolean await(Predicate<Delivery> which, Duration timeout) throws InterruptedException {
		long left = timeout.toNanos();
		this.awaiting.incrementAndGet();
		this.lock.lock();
		try {
			while (this.open.stream().anyMatch((lane) -> lane.isHandlingElsewhere(which))) {
				if (left <= 0) {
					return false;
				}
				left = this.handled.awaitNanos(left);
			}
			return true;
		}
		finally {
			this.lock.unlock();
			this.awaiting.decrementAndGet();
		}
	}

	/** Whether this thread is the one of a lane. */
	boolean isHandlingHere() {
		return this.open.stream().anyMatch((lane) -> lane.thread == Thread.currentThread());
	}

	private void tell() {
		if (this.awaiting.get() > 0) {
			this.lock.lock();
			try {
				this.handled.signalAll();
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	private void wake(Lane lane) {
		Threads.Scheduled timer = this.pausing.remove(lane);
		if (timer != null) {
			timer.cancel();
			lane.proceed();
		}
	}

	private final class Lane {

		/** Set before it is looked at whether anybody wants the message. */
		private volatile @Nullable Delivery current;

		/** Null while there is none. */
		private volatile @Nullable Thread thread;

		void proceed() {
			Threads.executeWhenFree(Lanes.this.executor, this::run);
		}

		private void run() {
			this.thread = Thread.currentThread();
			Delivery kept = this.current;
			Delivery next = (kept != null) ? kept : take();
			while (next != null) {
				Duration pause = attempt(next);
				if (pause != null) {
					this.thread = null;
					tell();
					pause(next, pause);
					return;
				}
				free(next);
				next = take();
				tell();
			}
			this.thread = null;
			Lanes.this.open.remove(this);
			Lanes.this.count.decrementAndGet();
			tell();
			if (!Lanes.this.waiting.isEmpty()) {
				openOne();
			}
		}

		private @Nullable Delivery take() {
			Delivery next = Lanes.this.waiting.poll();
			this.current = next;
			return next;
		}

		/** Whatever goes wrong besides the handler, such as a back-off, ends nothing. */
		private @Nullable Duration attempt(Delivery delivery) {
			try {
				return delivery.attemptNow();
			}
			catch (Throwable ex) {
				Deliveries.log.error("A message of {} is let go: what is to become of it could not be found out",
						delivery.topic(), ex);
				delivery.abandon();
				return null;
			}
		}

		private void pause(Delivery delivery, Duration pause) {
			if (!pause.isZero()) {
				// Computed, so that a timer that is over at once waits for its entry.
				Lanes.this.pausing.compute(this, (key, none) -> Threads.after(pause, () -> wake(this)));
			}
			if (delivery.isUnwanted()) {
				delivery.release();
			}
			if (pause.isZero()) {
				proceed();
			}
			else if (delivery.isSettled()) {
				wake(this);
			}
		}

		boolean isHandlingElsewhere(Predicate<Delivery> which) {
			Thread now = this.thread;
			Delivery with = this.current;
			return now != null && now != Thread.currentThread() && with != null && which.test(with);
		}

	}

}
