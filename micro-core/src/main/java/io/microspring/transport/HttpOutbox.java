package io.microspring.transport;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written to a connection. Filled by any thread, emptied by the event
 * loop in one go: everything that came together is encoded into one buffer and flushed
 * once.
 */
final class HttpOutbox {

	/** How much may be queued before no more is welcome. */
	private static final int HIGH_WATER = 256 * 1024;

	/** How much goes into one buffer before another is begun. */
	private static final int BATCH = 64 * 1024;

	/** Stands behind what was sent before the socket was closed. */
	private static final Message END = Message.of(Metadata.empty());

	private final Channel channel;

	private final MessageEncoder encoder;

	private final Queue<Message> queue = new ConcurrentLinkedQueue<>();

	/** The bytes of the bodies in the queue. */
	private final AtomicLong queued = new AtomicLong();

	private final WriteProgress progress;

	private final WriteSignal room = new WriteSignal();

	/** How many messages have been written; the event loop's. */
	private long sent;

	/** What has been encoded and not written yet; the event loop's. */
	private @Nullable ByteBuf batch;

	/** Whether something was encoded since the last flush; the event loop's. */
	private boolean unflushed;

	HttpOutbox(Channel channel, MessageEncoder encoder) {
		this.channel = channel;
		this.encoder = encoder;
		this.progress = new WriteProgress(channel);
	}

	void add(Message message) {
		this.queued.addAndGet(message.body().length);
		this.queue.add(message);
	}

	void addEnd() {
		this.queue.add(END);
	}

	/**
	 * Adds a message on the event loop, which is going to flush.
	 * @param message the message
	 */
	void addOnLoop(Message message) {
		if (this.queue.isEmpty()) {
			encode(message);
		}
		else {
			add(message);
		}
	}

	/**
	 * Writes what is queued and flushes it.
	 * @return whether the end was reached
	 */
	boolean flush() {
		long bytes = 0;
		Message message = this.queue.poll();
		while (message != null && message != END) {
			encode(message);
			bytes += message.body().length;
			message = this.queue.poll();
		}
		write();
		this.unflushed = false;
		this.channel.flush();
		if (bytes > 0) {
			this.queued.addAndGet(-bytes);
		}
		wake();
		return message == END;
	}

	private void encode(Message message) {
		ByteBuf to = this.batch;
		if (to == null) {
			to = this.channel.alloc().directBuffer(512 + message.body().length);
			this.batch = to;
		}
		this.encoder.encode(message, to);
		this.sent++;
		this.unflushed = true;
		if (to.readableBytes() >= BATCH) {
			write();
		}
	}

	private void write() {
		ByteBuf full = this.batch;
		if (full != null) {
			this.batch = null;
			this.channel.write(full, this.channel.voidPromise());
		}
	}

	long sent() {
		return this.sent;
	}

	/** Whether something was encoded and is not flushed. */
	boolean isUnflushed() {
		return this.unflushed;
	}

	boolean isWritable() {
		return this.queued.get() < HIGH_WATER && this.channel.isWritable();
	}

	/** Whether bytes have left since this was asked before, or none wait. */
	boolean hasLeft() {
		return this.progress.hasLeft();
	}

	boolean awaitWritable(Duration timeout, BooleanSupplier open) throws InterruptedException {
		return this.room.await(timeout, open, this::isWritable);
	}

	/** Lets those who wait to write look again. */
	void wake() {
		this.room.wake();
	}

}
