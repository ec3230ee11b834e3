package io.microspring.call;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;

/**
 * What was received on a stream and not yet taken: 128 messages, as in go-micro, or 4
 * MiB, then the sender is held back. Used by the streams of client and server.
 * Thread-safe.
 *
 * @param <T> the type of the messages
 */
public final class Window<T> {

	private static final int SIZE = 128;

	/** Nor more than one message of the default limit, or a larger one alone. */
	private static final long BYTES = 4 * 1024 * 1024;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final Deque<T> queue = new ArrayDeque<>();

	private final Consumer<Boolean> reading;

	private final ToIntFunction<T> size;

	/** The size of what is queued. */
	private long bytes;

	private boolean held;

	private boolean ended;

	private @Nullable MicroException failure;

	/**
	 * An open window.
	 * @param reading told to stop (false) and go on (true) reading
	 * @param size how many bytes a message takes
	 */
	public Window(Consumer<Boolean> reading, ToIntFunction<T> size) {
		this.reading = reading;
		this.size = size;
	}

	/**
	 * Adds a message; never blocks. After the end it is dropped.
	 * @param message the message
	 */
	public void add(T message) {
		this.lock.lock();
		try {
			if (this.ended) {
				return;
			}
			this.queue.add(message);
			this.bytes += this.size.applyAsInt(message);
			if ((this.queue.size() >= SIZE || this.bytes >= BYTES) && !this.held) {
				this.held = true;
				this.reading.accept(false);
			}
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
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

	/**
	 * Waits for the next message.
	 * @param deadline how long at the most
	 * @param timeout what to throw when the deadline passes
	 * @return the message, or null after a good end
	 * @throws MicroException the failure it ended with, once all messages before it are
	 * taken
	 */
	public @Nullable T take(Deadline deadline, Supplier<MicroException> timeout) {
		this.lock.lock();
		try {
			while (this.queue.isEmpty()) {
				if (this.ended) {
					if (this.failure != null) {
						throw this.failure;
					}
					return null;
				}
				if (deadline.isNone()) {
					this.changed.await();
				}
				else if (this.changed.awaitNanos(deadline.remainingNanos()) <= 0) {
					throw timeout.get();
				}
			}
			T message = this.queue.remove();
			this.bytes -= this.size.applyAsInt(message);
			if (this.queue.size() <= SIZE / 2 && this.bytes <= BYTES / 2) {
				release();
			}
			return message;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw MicroException.of("go.micro.stream", 499, "interrupted while receiving").because(ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void release() {
		if (this.held) {
			this.held = false;
			this.reading.accept(true);
		}
	}

}
