package io.microspring.transport;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.microspring.message.Message;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * What the sockets of an HTTP/2 connection wait to write. Filled by any thread, emptied
 * by the event loop in one go, with one flush.
 */
final class StreamOutbox {

	private final EventLoop loop;

	private final Runnable flush;

	private final Queue<Outgoing> queue = new ConcurrentLinkedQueue<>();

	/** Whether the queue is going to be emptied. */
	private final AtomicBoolean draining = new AtomicBoolean();

	private final WriteSignal room = new WriteSignal();

	/** Whether bytes are being decoded, after which the queue is emptied anyway. */
	private boolean decoding;

	/**
	 * An outbox.
	 * @param loop the connection's event loop
	 * @param flush flushes the connection
	 */
	StreamOutbox(EventLoop loop, Runnable flush) {
		this.loop = loop;
		this.flush = flush;
	}

	/** Queues what is to be written; from any thread. */
	void add(Outgoing outgoing) {
		this.queue.add(outgoing);
		if (!this.draining.compareAndSet(false, true) || this.loop.inEventLoop() && this.decoding) {
			return;
		}
		try {
			this.loop.execute(() -> {
				drain();
				this.flush.run();
			});
		}
		catch (RejectedExecutionException ignored) {
			// the event loop is gone, and with it the connection
		}
	}

	/** Bytes are about to be decoded. */
	void beginReading() {
		this.decoding = true;
	}

	/** Bytes have been decoded; a flush follows. */
	void endReading() {
		this.decoding = false;
		if (this.draining.get()) {
			drain();
		}
	}

	/** Flushes, unless that follows anyway. */
	void flush() {
		if (!this.decoding) {
			this.flush.run();
		}
	}

	/** Writes what is queued. */
	private void drain() {
		this.draining.set(false);
		Outgoing next = this.queue.poll();
		while (next != null) {
			if (next.message() == null) {
				next.socket().closeNow();
			}
			else {
				next.socket().write(next);
			}
			next = this.queue.poll();
		}
	}

	boolean await(Socket socket, Duration timeout) throws InterruptedException {
		if (socket.isWritable() || this.loop.inEventLoop()) {
			return socket.isWritable();
		}
		return this.room.await(timeout, socket::isOpen, socket::isWritable);
	}

	/** Lets those who wait to write look again. */
	void wake() {
		this.room.wake();
	}

	/**
	 * What waits to be written.
	 *
	 * @param socket where
	 * @param message what, or null to close
	 * @param compressed whether the body was compressed
	 */
	record Outgoing(StreamSocket socket, @Nullable Message message, boolean compressed) {
	}

}
