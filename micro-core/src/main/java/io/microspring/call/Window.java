package io.microspring.call;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;

/**
 * What was received on a stream and not yet taken: 2048 messages or 4 MiB, then the
 * sender is held back. Used by the streams of client and server. go-micro holds 128
 * messages; more of them lets either side work for longer before the other has to run.
 * The sender goes on when half is taken, or whatever a slow taker has taken meanwhile.
 * <p>
 * Thread-safe, but for {@link #take}: one thread takes at a time.
 *
 * @param <T> the type of the messages
 */
public final class Window<T> {

	private static final int SIZE = 2048;

	/** Nor more than one message of the default limit, or a larger one alone. */
	private static final long BYTES = 4 * 1024 * 1024;

	/** How many messages leave the queue at once, and from how many bytes on no more. */
	private static final int BATCH = SIZE / 2 - 1;

	private static final long BATCH_BYTES = 64 * 1024;

	/**
	 * After so long it counts what was taken of a batch, so that the sender of a slow
	 * taker sees that it goes on.
	 */
	private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(250);

	/** How many are taken without a look at the clock. */
	private static final int LOOK = 16;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final Deque<T> queue = new ArrayDeque<>();

	/** Out of the queue, and not taken: the taker's, who need not ask for the lock. */
	private final Deque<T> batch = new ArrayDeque<>();

	private final Consumer<Boolean> reading;

	private final ToIntFunction<T> size;

	private final Taken taken;

	private final LongSupplier nanoTime;

	/** The size of what is queued. */
	private long bytes;

	/** How much was in the batch when it left the queue. */
	private int batched;

	private long batchedBytes;

	/** Whether the sender is held back; written under the lock. */
	private volatile boolean held;

	/** Whether nobody wants the rest; written under the lock. */
	private volatile boolean closed;

	/**
	 * When what was taken was last counted, and whether that is long ago: the taker's.
	 */
	private long lastCounted;

	private boolean slow = true;

	private int takes;

	private boolean ended;

	private @Nullable MicroException failure;

	/**
	 * An open window.
	 * @param reading told to stop (false) and go on (true) reading
	 * @param size how many bytes a message takes
	 * @param taken told now and then what is no longer here
	 */
	public Window(Consumer<Boolean> reading, ToIntFunction<T> size, Taken taken) {
		this(reading, size, taken, System::nanoTime);
	}

	Window(Consumer<Boolean> reading, ToIntFunction<T> size, Taken taken, LongSupplier nanoTime) {
		this.reading = reading;
		this.size = size;
		this.taken = taken;
		this.nanoTime = nanoTime;
		this.lastCounted = nanoTime.getAsLong();
	}

	/**
	 * Adds a message; never blocks. After the end it is dropped.
	 * @param message the message
	 */
	public void add(T message) {
		int bytes = this.size.applyAsInt(message);
		this.lock.lock();
		try {
			if (!this.ended) {
				boolean first = this.queue.isEmpty();
				this.queue.add(message);
				this.bytes += bytes;
				if (!this.held && isFull()) {
					this.held = true;
					this.reading.accept(false);
				}
				if (first) {
					// Whoever waits has found nothing.
					this.changed.signal();
				}
				return;
			}
		}
		finally {
			this.lock.unlock();
		}
		this.taken.taken(1, bytes);
	}

	private boolean isFull() {
		return this.queue.size() + this.batched >= SIZE || this.bytes + this.batchedBytes >= BYTES;
	}

	/**
	 * Nothing more comes. The first call counts.
	 * @param failure why, or null when it ended well
	 */
	public void end(@Nullable MicroException failure) {
		this.lock.lock();
		try {
			if (!this.ended) {
				this.ended = true;
				this.failure = failure;
				release();
				this.changed.signalAll();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Ends it, well unless it had ended before, and drops what was not taken. */
	public void close() {
		drop(null);
	}

	/**
	 * Ends it and drops what was not taken: had it ended well, it no longer has.
	 * @param reason why, or null when nobody wants the rest
	 */
	public void drop(@Nullable MicroException reason) {
		int messages;
		long dropped;
		this.lock.lock();
		try {
			end(reason);
			// The batch is the taker's to clear, who need not come again.
			this.closed = true;
			messages = this.queue.size() + this.batched;
			dropped = this.bytes + this.batchedBytes;
			if (messages > 0 && this.failure == null) {
				this.failure = reason;
			}
			this.queue.clear();
			this.bytes = 0;
			this.batched = 0;
			this.batchedBytes = 0;
		}
		finally {
			this.lock.unlock();
		}
		tell(messages, dropped);
	}

	/**
	 * Waits for the next message.
	 * @param deadline how long at the most
	 * @param timeout what to throw when the deadline passes
	 * @return the message, or null after a good end
	 * @throws MicroException the failure it ended with, once all messages before it are
	 * taken
	 */
	public @Nullable T take(Deadline deadline, Supplier<MicroException> timeout) {
		if (this.closed) {
			this.batch.clear();
		}
		T next = this.batch.poll();
		if (next == null) {
			return refill(deadline, timeout);
		}
		if (isDue()) {
			count();
		}
		return next;
	}

	private boolean isDue() {
		if (!this.held && !this.slow && (++this.takes % LOOK) != 0) {
			return false;
		}
		long now = this.nanoTime.getAsLong();
		this.slow = now - this.lastCounted >= PAUSE;
		if (this.slow) {
			this.lastCounted = now;
		}
		return this.slow;
	}

	/** Counts what was taken of the batch, though there is more of it. */
	private void count() {
		int messages;
		long gone;
		this.lock.lock();
		try {
			if (this.closed) {
				return;
			}
			long left = 0;
			for (T next : this.batch) {
				left += this.size.applyAsInt(next);
			}
			messages = this.batched - this.batch.size();
			gone = this.batchedBytes - left;
			this.batched -= messages;
			this.batchedBytes = left;
			if (!isFull()) {
				release();
			}
		}
		finally {
			this.lock.unlock();
		}
		tell(messages, gone);
	}

	/** Takes what has come meanwhile; of it the first at once. */
	private @Nullable T refill(Deadline deadline, Supplier<MicroException> timeout) {
		int messages = 1;
		long left = 0;
		T next;
		this.lock.lock();
		try {
			messages += this.batched;
			left = this.batchedBytes;
			this.batched = 0;
			this.batchedBytes = 0;
			if (this.queue.isEmpty()) {
				settle();
				tell(messages - 1, left);
				messages = 1;
				left = 0;
				if (!await(deadline, timeout)) {
					return null;
				}
			}
			next = this.queue.remove();
			int first = this.size.applyAsInt(next);
			left += first;
			fill(first);
			settle();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw MicroException.of("go.micro.stream", 499, "interrupted while receiving").because(ex);
		}
		finally {
			this.lock.unlock();
		}
		tell(messages, left);
		return next;
	}

	private boolean await(Deadline deadline, Supplier<MicroException> timeout) throws InterruptedException {
		while (this.queue.isEmpty()) {
			if (this.ended) {
				if (this.failure != null) {
					throw this.failure;
				}
				return false;
			}
			if (deadline.isNone()) {
				this.changed.await();
			}
			else if (this.changed.awaitNanos(deadline.remainingNanos()) <= 0) {
				throw timeout.get();
			}
		}
		return true;
	}

	private void fill(int first) {
		this.bytes -= first;
		while (!this.queue.isEmpty() && this.batched < BATCH && first + this.batchedBytes < BATCH_BYTES) {
			T more = this.queue.remove();
			this.batch.add(more);
			this.batched++;
			this.batchedBytes += this.size.applyAsInt(more);
		}
		this.bytes -= this.batchedBytes;
	}

	private void settle() {
		if (this.queue.size() + this.batched <= SIZE / 2 && this.bytes + this.batchedBytes <= BYTES / 2) {
			release();
		}
	}

	private void tell(int messages, long bytes) {
		if (messages > 0) {
			this.taken.taken(messages, bytes);
		}
	}

	private void release() {
		if (this.held) {
			this.held = false;
			this.reading.accept(true);
		}
	}

	/** Hears of what is taken. */
	@FunctionalInterface
	public interface Taken {

		/**
		 * So much is no longer here: somebody has it, or it was dropped.
		 * @param messages how many messages
		 * @param bytes how many bytes
		 */
		void taken(int messages, long bytes);

	}

}
