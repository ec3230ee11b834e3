package io.microspring.concurrent;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded queue whose items are dealt with in order and one at a time, by nobody while
 * there are none. Thread-safe.
 * <p>
 * Whoever adds the first item has the work begin; whoever does it takes the
 * {@link #first()} item, and when that is dealt with, on whatever thread, the
 * {@link #next()}, until there is none. A {@link Mailbox} does all that by itself.
 *
 * @param <T> the type of the items
 */
public final class SerialQueue<T> implements AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(SerialQueue.class);

	/** How long to wait for a thread when there is none. */
	private static final Duration BUSY_DELAY = Duration.ofMillis(20);

	private final String name;

	private final Executor executor;

	private final Runnable begin;

	private final Semaphore room;

	private final Queue<T> items = new ConcurrentLinkedQueue<>();

	/** Items added and not yet dealt with; whoever lifts it from zero begins. */
	private final AtomicInteger pending = new AtomicInteger();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition empty = this.lock.newCondition();

	private volatile boolean closed;

	/** Whether the executor has failed, and the log says so. */
	private volatile boolean failing;

	/**
	 * An empty queue.
	 * @param name what it is for, in log lines
	 * @param capacity how many items may wait
	 * @param executor what {@link #execute} runs on; once it is shut down, the queue is
	 * closed
	 * @param begin is run by whoever adds an item while there is none
	 */
	public SerialQueue(String name, int capacity, Executor executor, Runnable begin) {
		this.name = name;
		this.room = new Semaphore(capacity);
		this.executor = executor;
		this.begin = begin;
	}

	/**
	 * Adds an item without waiting.
	 * @param item the item
	 * @return false when the queue is full or closed
	 */
	public boolean offer(T item) {
		if (this.closed || !this.room.tryAcquire()) {
			return false;
		}
		add(item);
		return true;
	}

	/**
	 * Adds an item, and waits for room.
	 * @param item the item
	 * @param timeout how long to wait at the most
	 * @return false when the queue stayed full, or is closed
	 * @throws InterruptedException when the thread is interrupted
	 */
	public boolean put(T item, Duration timeout) throws InterruptedException {
		if (this.closed || !this.room.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS) || this.closed) {
			return false;
		}
		add(item);
		return true;
	}

	private void add(T item) {
		this.items.add(item);
		if (this.pending.getAndIncrement() == 0) {
			this.begin.run();
		}
	}

	/**
	 * Takes the item that has waited longest, when work begins.
	 * @return the item, or null when the queue has been closed: the work is over
	 */
	public @Nullable T first() {
		do {
			T item = this.items.poll();
			this.room.release();
			if (item != null && !this.closed) {
				return item;
			}
		}
		while (this.pending.decrementAndGet() > 0);
		signalEmpty();
		return null;
	}

	/**
	 * Takes the item that has waited longest, when the one before is dealt with.
	 * @return the item, or null when there is none: the work is over
	 */
	public @Nullable T next() {
		if (this.pending.decrementAndGet() > 0) {
			return first();
		}
		signalEmpty();
		return null;
	}

	private void signalEmpty() {
		this.lock.lock();
		try {
			this.empty.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Runs a part of the work on the executor. When that has no thread to spare, it is
	 * asked again a little later, so that nothing is lost and what is added meanwhile
	 * waits, until the queue is full; an executor that is shut down closes the queue.
	 * @param task the task
	 */
	public void execute(Runnable task) {
		try {
			this.executor.execute(task);
			if (this.failing) {
				this.failing = false;
			}
		}
		catch (RejectedExecutionException ex) {
			if (this.executor instanceof ExecutorService service && service.isShutdown()) {
				// Nobody will ever go on.
				this.closed = true;
				this.items.clear();
			}
			else {
				Threads.after(BUSY_DELAY, () -> execute(task));
			}
		}
		catch (Error ex) {
			// As when no more threads can be made: with the count left as it is, nobody
			// would go on.
			if (!this.failing) {
				this.failing = true;
				log.warn("{} has no thread to go on; trying again", this.name, ex);
			}
			Threads.after(BUSY_DELAY, () -> execute(task));
		}
	}

	/**
	 * How many items wait or are being dealt with.
	 * @return the number
	 */
	public int size() {
		return this.pending.get();
	}

	/**
	 * Waits until everything added has been dealt with.
	 * @param timeout how long to wait at the most
	 * @return false when something is left
	 * @throws InterruptedException when the thread is interrupted
	 */
	public boolean awaitEmpty(Duration timeout) throws InterruptedException {
		long left = timeout.toNanos();
		this.lock.lock();
		try {
			while (this.pending.get() > 0 && left > 0) {
				left = this.empty.awaitNanos(left);
			}
			return this.pending.get() == 0;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Whether nothing more is taken.
	 * @return true when it has been closed
	 */
	public boolean isClosed() {
		return this.closed;
	}

	/**
	 * Drops what waits and takes nothing more; the item being dealt with is finished.
	 * Idempotent; does not wait.
	 */
	@Override
	public void close() {
		this.closed = true;
	}

}
