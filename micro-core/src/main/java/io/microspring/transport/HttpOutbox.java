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

	private final WriteSignal room = new WriteSignal();

	/** How many messages have been written; the event loop's. */
	private long sent;

	HttpOutbox(Channel channel, MessageEncoder encoder) {
		this.channel = channel;
		this.encoder = encoder;
	}

	void add(Message message) {
		this.queued.addAndGet(message.body().length);
		this.queue.add(message);
	}

	void addEnd() {
		this.queue.add(END);
	}

	/**
	 * Writes what is queued and flushes it.
	 * @return whether the end was reached
	 */
	boolean flush() {
		ByteBuf batch = null;
		long bytes = 0;
		Message message = this.queue.poll();
		while (message != null && message != END) {
			if (batch == null) {
				batch = this.channel.alloc().directBuffer(512 + message.body().length);
			}
			this.encoder.encode(message, batch);
			bytes += message.body().length;
			this.sent++;
			if (batch.readableBytes() >= BATCH) {
				this.channel.write(batch, this.channel.voidPromise());
				batch = null;
			}
			message = this.queue.poll();
		}
		if (batch != null) {
			this.channel.write(batch, this.channel.voidPromise());
		}
		this.channel.flush();
		this.queued.addAndGet(-bytes);
		wake();
		return message == END;
	}

	long sent() {
		return this.sent;
	}

	boolean isWritable() {
		return this.queued.get() < HIGH_WATER && this.channel.isWritable();
	}

	boolean awaitWritable(Duration timeout, BooleanSupplier open) throws InterruptedException {
		return this.room.await(timeout, open, this::isWritable);
	}

	/** Lets those who wait to write look again. */
	void wake() {
		this.room.wake();
	}

}
