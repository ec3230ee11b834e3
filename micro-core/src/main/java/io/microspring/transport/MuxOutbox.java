package io.microspring.transport;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written to a multiplexed connection. The event loop writes into one
 * buffer, other threads into a queue; both leave together, when everything that had
 * arrived is read, or else when the event loop has nothing better to do.
 * <p>
 * Fields without a note belong to the event loop.
 */
final class MuxOutbox {

	/**
	 * How much goes into one buffer before another is begun. Larger buffers are not kept
	 * by the allocator, and to free one stops every thread (JDK 24 and newer).
	 */
	private static final int BATCH = 16 * 1024;

	private static final int SMALLEST = 1024;

	private final MuxSession session;

	private final Channel channel;

	private final EventLoop loop;

	/** From any thread. */
	private final Queue<MuxOutgoing> queue = new ConcurrentLinkedQueue<>();

	/** From any thread: whether the queue is going to be emptied. */
	private final AtomicBoolean scheduled = new AtomicBoolean();

	private final Runnable drain = this::drain;

	private boolean reading;

	private @Nullable ByteBuf batch;

	private final WriteProgress progress;

	/** About as large as the last ones were. */
	private int batchSize = SMALLEST;

	MuxOutbox(MuxSession session) {
		this.session = session;
		this.channel = session.channel;
		this.loop = session.loop;
		this.progress = new WriteProgress(session.channel);
	}

	/** Has something written, together with others; from any thread. */
	void submit(MuxOutgoing outgoing) {
		if (this.loop.inEventLoop()) {
			if (!this.queue.isEmpty()) {
				writeQueued();
			}
			write(outgoing);
			flushLater();
		}
		else {
			this.queue.add(outgoing);
			schedule();
		}
	}

	/** Flushes what was written now, unless that is going to happen anyway. */
	void flushLater() {
		if (!this.reading) {
			schedule();
		}
	}

	private void schedule() {
		if (this.scheduled.compareAndSet(false, true)) {
			try {
				this.loop.execute(this.drain);
			}
			catch (RejectedExecutionException ex) {
				// The event loop is gone, and with it the connection.
				writeQueued();
			}
		}
	}

	private void drain() {
		this.scheduled.set(false);
		writeQueued();
		this.session.flush();
	}

	void writeQueued() {
		for (MuxOutgoing next = this.queue.poll(); next != null; next = this.queue.poll()) {
			write(next);
		}
	}

	private void write(MuxOutgoing outgoing) {
		if (this.session.isFinishing() || this.loop.isShutdown()) {
			outgoing.dropped(null);
		}
		else {
			outgoing.write(this.session);
		}
	}

	boolean isEmpty() {
		return this.queue.isEmpty();
	}

	/**
	 * Bytes are being read: what other threads bring from now on is written when that is
	 * done, so that nobody wakes the event loop.
	 * @return whether this is the beginning
	 */
	boolean beginReading() {
		if (this.reading) {
			return false;
		}
		this.reading = true;
		this.scheduled.set(true);
		return true;
	}

	/** Everything is read: what came meanwhile is written. */
	void endReading() {
		this.reading = false;
		this.scheduled.set(false);
		writeQueued();
	}

	/**
	 * Where the next frame goes.
	 * @param size how large it is about to be, as far as known
	 */
	ByteBuf out(int size) {
		ByteBuf current = this.batch;
		if (current != null && current.readableBytes() + size > BATCH) {
			this.channel.write(current, this.channel.voidPromise());
			current = null;
		}
		if (current == null) {
			current = this.channel.alloc().directBuffer(Math.max(this.batchSize, size));
			this.batch = current;
		}
		return current;
	}

	/**
	 * Flushes what was written.
	 * @return whether there was anything
	 */
	boolean flush() {
		ByteBuf full = this.batch;
		if (full == null) {
			return false;
		}
		this.batch = null;
		this.batchSize = Math.max(SMALLEST, Math.min(BATCH, (this.batchSize + full.readableBytes()) >> 1));
		this.channel.write(full, this.channel.voidPromise());
		this.channel.flush();
		return true;
	}

	/** Whether bytes have left since this was asked before, or none wait. */
	boolean hasLeft() {
		return this.progress.hasLeft();
	}

	/** What was written and not flushed, or null: somebody else sees to it. */
	@Nullable ByteBuf takeRest() {
		ByteBuf rest = this.batch;
		this.batch = null;
		return rest;
	}

}
