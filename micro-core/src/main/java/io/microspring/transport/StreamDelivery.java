package io.microspring.transport;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Hands what has arrived on an HTTP/2 stream to its receiver, in order. While there is no
 * receiver, or it does not read, the bytes are held as they came: they are decoded, and
 * the peer may send as many again, only when their turn has come.
 * <p>
 * Belongs to the event loop, except for {@link #receive} and {@link #reading}.
 */
final class StreamDelivery {

	private final EventLoop loop;

	private final Decoder decoder;

	/** Buffers, and what the receiver is told. */
	private final Deque<Object> held = new ArrayDeque<>(4);

	private @Nullable Receiver receiver;

	/** Whether the receiver reads; set by any thread. */
	private volatile boolean reading = true;

	/** Whether something is being handed over, so that the next waits its turn. */
	private boolean handing;

	private boolean ended;

	/** How the end is told, until it is. */
	private @Nullable Consumer<Receiver> end;

	StreamDelivery(EventLoop loop, Decoder decoder) {
		this.loop = loop;
		this.decoder = decoder;
	}

	/**
	 * Bytes have arrived.
	 * @param data the bytes, of which one reference is taken over
	 */
	void data(ByteBuf data) {
		if (this.ended) {
			data.release();
			return;
		}
		this.held.add(data);
		release();
	}

	/**
	 * Something else has arrived.
	 * @param event what the receiver is told, behind what came before
	 */
	void hand(Consumer<Receiver> event) {
		if (!this.ended) {
			this.held.add(event);
			release();
		}
	}

	/** The end, once everything that is held was handed over. */
	void finish() {
		if (!this.ended) {
			this.ended = true;
			this.end = (receiver) -> receiver.onClosed(null);
			release();
		}
	}

	/**
	 * The end, at once: nobody wants what is held.
	 * @param cause what broke the stream, or null
	 */
	void abort(@Nullable Throwable cause) {
		drop();
		if (!this.ended || this.end != null) {
			this.ended = true;
			this.end = (receiver) -> receiver.onClosed(cause);
			release();
		}
	}

	private void drop() {
		for (Object next : this.held) {
			if (next instanceof ByteBuf data) {
				data.release();
			}
		}
		this.held.clear();
	}

	/**
	 * Installs the receiver; from any thread.
	 * @param receiver the receiver
	 */
	void receive(Receiver receiver) {
		run(() -> {
			this.receiver = receiver;
			release();
		});
	}

	/**
	 * Stops or resumes handing over; from any thread.
	 * @param reading whether the receiver reads
	 */
	void reading(boolean reading) {
		if (this.reading != reading) {
			this.reading = reading;
			if (reading) {
				run(this::release);
			}
		}
	}

	/** Whether the receiver is there and reads. */
	boolean isFlowing() {
		return this.reading && this.receiver != null;
	}

	private void run(Runnable action) {
		if (this.loop.inEventLoop()) {
			action.run();
			return;
		}
		try {
			this.loop.execute(action);
		}
		catch (RejectedExecutionException ignored) {
			// the event loop is gone, and the end was told before
		}
	}

	private void release() {
		if (this.handing || this.receiver == null) {
			return;
		}
		this.handing = true;
		int taken = 0;
		try {
			Object next = next();
			while (next != null) {
				taken += step(next);
				next = next();
			}
		}
		finally {
			this.handing = false;
		}
		if (taken > 0) {
			this.decoder.taken(taken);
		}
	}

	private @Nullable Object next() {
		Object next = this.held.peek();
		if (next == null) {
			next = this.end;
			this.end = null;
			return next;
		}
		return this.reading ? next : null;
	}

	private int step(Object next) {
		if (next instanceof ByteBuf data) {
			int before = data.readableBytes();
			Consumer<Receiver> event = this.decoder.decode(data);
			int taken = before - data.readableBytes();
			if (!data.isReadable() && this.held.peek() == data) {
				this.held.poll();
				data.release();
			}
			if (event != null) {
				tell(event);
			}
			return taken;
		}
		this.held.poll();
		tell(event(next));
		return 0;
	}

	@SuppressWarnings("unchecked")
	private static Consumer<Receiver> event(Object next) {
		return (Consumer<Receiver>) next;
	}

	private void tell(Consumer<Receiver> event) {
		Receiver current = this.receiver;
		try {
			if (current != null) {
				event.accept(current);
			}
		}
		catch (RuntimeException | Error ex) {
			this.decoder.receiverFailed(ex);
		}
	}

	/** What knows what the bytes mean. */
	interface Decoder {

		/**
		 * Reads on, no further than to the end of a message.
		 * @param data the bytes
		 * @return what the receiver is told, or null when everything was read and nothing
		 * is complete
		 */
		@Nullable Consumer<Receiver> decode(ByteBuf data);

		/**
		 * Bytes were read, so that the peer may send as many again.
		 * @param bytes how many
		 */
		void taken(int bytes);

		/**
		 * The receiver threw something.
		 * @param failure what it threw
		 */
		void receiverFailed(Throwable failure);

	}

}
