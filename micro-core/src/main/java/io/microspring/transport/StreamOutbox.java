package io.microspring.transport;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
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

	/** How much is written at the most before the peer is given it. */
	private static final int MOST_UNFLUSHED = 48 * 1024;

	/** What a message counts for at least. */
	private static final int LEAST = 1024;

	private final EventLoop loop;

	private final Runnable flush;

	private final Runnable drainAndFlush;

	private final Queue<Outgoing> queue = new ConcurrentLinkedQueue<>();

	/** Whether the queue is going to be emptied. */
	private final AtomicBoolean draining = new AtomicBoolean();

	private final WriteSignal room = new WriteSignal();

	/** Whether bytes are being decoded, after which the queue is emptied anyway. */
	private boolean decoding;

	/** What is done then. */
	private final Queue<Runnable> later = new ArrayDeque<>();

	/** How much was written since then and not flushed. */
	private int written;

	/**
	 * An outbox.
	 * @param loop the connection's event loop
	 * @param flush flushes the connection
	 */
	StreamOutbox(EventLoop loop, Runnable flush) {
		this.loop = loop;
		this.flush = flush;
		this.drainAndFlush = () -> {
			drain();
			flush.run();
		};
	}

	/** Queues what is to be written; from any thread. */
	void add(Outgoing outgoing) {
		boolean inside = this.loop.inEventLoop();
		take(outgoing, inside);
		begin(inside);
	}

	/** Queues what is to be written together; from any thread. */
	void addAll(List<Outgoing> all) {
		boolean inside = this.loop.inEventLoop();
		for (int i = 0; i < all.size(); i++) {
			take(all.get(i), inside);
		}
		begin(inside);
	}

	private void take(Outgoing outgoing, boolean inside) {
		if (inside && this.queue.isEmpty()) {
			write(outgoing);
		}
		else {
			this.queue.add(outgoing);
		}
	}

	/** Has what was queued written, or what was written flushed. */
	private void begin(boolean inside) {
		if (inside && this.decoding && this.queue.isEmpty()) {
			// A flush follows.
			return;
		}
		if (this.draining.get() || !this.draining.compareAndSet(false, true) || inside && this.decoding) {
			return;
		}
		try {
			this.loop.execute(this.drainAndFlush);
		}
		catch (RejectedExecutionException ignored) {
			// the event loop is gone, and with it the connection
		}
	}

	/** Bytes are about to be decoded. */
	void beginReading() {
		this.decoding = true;
	}

	/**
	 * A frame is about to be handed over. What was written meanwhile does not wait for
	 * the last of those that have come: the peer can work on it beside us.
	 */
	void frame() {
		if (this.written >= MOST_UNFLUSHED) {
			this.written = 0;
			this.flush.run();
		}
	}

	/** Bytes have been decoded; a flush follows. */
	void endReading() {
		this.decoding = false;
		this.written = 0;
		if (this.draining.get()) {
			drain();
		}
		for (Runnable next = this.later.poll(); next != null; next = this.later.poll()) {
			next.run();
		}
	}

	/**
	 * Has something done when the bytes that have come are decoded; from the event loop.
	 * @param action what to do
	 */
	void afterReading(Runnable action) {
		if (this.decoding) {
			this.later.add(action);
		}
		else {
			action.run();
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
			write(next);
			next = this.queue.poll();
		}
	}

	private void write(Outgoing next) {
		Message message = next.message();
		if (message == null) {
			next.socket().closeNow();
		}
		else {
			this.written += LEAST + message.body().length;
			next.socket().write(next);
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
