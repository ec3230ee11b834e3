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
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded queue that hands its items to one reader, in order and one at a time, on a
 * thread of an executor that it occupies only while there is something to read.
 * Thread-safe; the reader may add to the mailbox it reads from.
 *
 * @param <T> the type of the items
 */
public final class Mailbox<T> implements AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(Mailbox.class);

	private static final Duration BUSY_DELAY = Duration.ofMillis(20);

	private final String name;

	private final Executor executor;

	private final Consumer<? super T> reader;

	private final Semaphore room;

	private final Queue<T> items = new ConcurrentLinkedQueue<>();

	/** Items added and not yet read; whoever lifts it from zero starts the reader. */
	private final AtomicInteger pending = new AtomicInteger();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition empty = this.lock.newCondition();

	/** Made once, and not for each time that the reader is started. */
	private final Runnable readAll = this::readAll;

	private volatile boolean closed;

	/**
	 * A mailbox.
	 * @param name what it is for, in log lines
	 * @param capacity how many items may wait
	 * @param executor what the reader runs on; once it is shut down, the mailbox is
	 * closed
	 * @param reader is given each item; what it throws is logged and the next item comes
	 */
	public Mailbox(String name, int capacity, Executor executor, Consumer<? super T> reader) {
		this.name = name;
		this.room = new Semaphore(capacity);
		this.executor = executor;
		this.reader = reader;
	}

	/**
	 * Adds an item without waiting.
	 * @param item the item
	 * @return false when the mailbox is full or closed
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
	 * @return false when the mailbox stayed full, or is closed
	 * @throws InterruptedException when the thread is interrupted
	 */
	public boolean put(T item, Duration timeout) throws InterruptedException {
		if (this.closed || !this.room.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS) || this.closed) {
			return false;
		}
		add(item);
		return true;
	}

	/**
	 * How many items wait or are being read.
	 * @return the number
	 */
	public int size() {
		return this.pending.get();
	}

	/**
	 * Waits until everything added has been read.
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
	 * Drops what waits and takes nothing more; an item being read is finished.
	 * Idempotent; does not wait.
	 */
	@Override
	public void close() {
		this.closed = true;
	}

	private void add(T item) {
		this.items.add(item);
		if (this.pending.getAndIncrement() == 0) {
			start();
		}
	}

	private void start() {
		try {
			this.executor.execute(this.readAll);
		}
		catch (RejectedExecutionException ex) {
			if (this.executor instanceof ExecutorService service && service.isShutdown()) {
				// Nobody will ever read on.
				this.closed = true;
				this.items.clear();
			}
			else if (!this.closed) {
				Threads.after(BUSY_DELAY, this::start);
			}
		}
	}

	private void readAll() {
		do {
			T item = this.items.poll();
			this.room.release();
			if (item != null && !this.closed) {
				read(item);
			}
		}
		while (this.pending.decrementAndGet() > 0);
		this.lock.lock();
		try {
			this.empty.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void read(T item) {
		try {
			this.reader.accept(item);
		}
		catch (Throwable ex) {
			// An Error too: with the count left as it is, nobody would read on.
			log.warn("{} failed; going on with what comes next", this.name, ex);
		}
	}

}
