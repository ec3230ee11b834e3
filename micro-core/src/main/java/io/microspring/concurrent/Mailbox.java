package io.microspring.concurrent;

import java.time.Duration;
import java.util.concurrent.Executor;
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

	private final String name;

	private final Consumer<? super T> reader;

	private final SerialQueue<T> queue;

	/** Made once, and not for each time that the reader is started. */
	private final Runnable readAll = this::readAll;

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
		this.reader = reader;
		this.queue = new SerialQueue<>(name, capacity, executor, this::start);
	}

	/**
	 * Adds an item without waiting.
	 * @param item the item
	 * @return false when the mailbox is full or closed
	 */
	public boolean offer(T item) {
		return this.queue.offer(item);
	}

	/**
	 * Adds an item, and waits for room.
	 * @param item the item
	 * @param timeout how long to wait at the most
	 * @return false when the mailbox stayed full, or is closed
	 * @throws InterruptedException when the thread is interrupted
	 */
	public boolean put(T item, Duration timeout) throws InterruptedException {
		return this.queue.put(item, timeout);
	}

	/**
	 * How many items wait or are being read.
	 * @return the number
	 */
	public int size() {
		return this.queue.size();
	}

	/**
	 * Waits until everything added has been read.
	 * @param timeout how long to wait at the most
	 * @return false when something is left
	 * @throws InterruptedException when the thread is interrupted
	 */
	public boolean awaitEmpty(Duration timeout) throws InterruptedException {
		return this.queue.awaitEmpty(timeout);
	}

	/**
	 * Drops what waits and takes nothing more; an item being read is finished.
	 * Idempotent; does not wait.
	 */
	@Override
	public void close() {
		this.queue.close();
	}

	private void start() {
		this.queue.execute(this.readAll);
	}

	private void readAll() {
		for (T item = this.queue.first(); item != null; item = this.queue.next()) {
			read(item);
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
