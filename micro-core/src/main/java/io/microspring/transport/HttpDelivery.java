package io.microspring.transport;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import io.microspring.message.Message;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Hands what has arrived on a connection to its receiver, in order, and holds it while
 * there is no receiver or it does not read. The connection is not read meanwhile.
 * <p>
 * Belongs to the event loop, except for {@link #receive} and {@link #reading}.
 */
final class HttpDelivery {

	private final EventLoop loop;

	private final ChannelConfig config;

	private final Consumer<Throwable> onFailure;

	private final Deque<Consumer<Receiver>> held = new ArrayDeque<>();

	private @Nullable Receiver receiver;

	/** Whether the receiver reads; set by any thread. */
	private volatile boolean reading = true;

	/** Whether too much waits to be sent. */
	private boolean congested;

	private long resumed;

	/** Whether an event is being handed over, so that the next one waits its turn. */
	private boolean handing;

	/** Written by the event loop. */
	private volatile boolean ended;

	/** How the end is told, until it is. */
	private @Nullable Consumer<Receiver> end;

	/**
	 * A delivery.
	 * @param channel the connection
	 * @param onFailure is given what the receiver throws
	 */
	HttpDelivery(Channel channel, Consumer<Throwable> onFailure) {
		this.loop = channel.eventLoop();
		this.config = channel.config();
		this.onFailure = onFailure;
	}

	/**
	 * A message has arrived.
	 * @param message the message
	 */
	void message(Message message) {
		Receiver current = this.receiver;
		if (current == null || this.handing || this.ended || !this.held.isEmpty() || !isFlowing()) {
			hand((receiver) -> receiver.onMessage(message));
			return;
		}
		this.handing = true;
		try {
			current.onMessage(message);
		}
		catch (RuntimeException | Error ex) {
			drop();
			this.onFailure.accept(ex);
		}
		finally {
			this.handing = false;
		}
		release();
	}

	/**
	 * Something has arrived.
	 * @param event what the receiver is told
	 */
	void hand(Consumer<Receiver> event) {
		if (!this.ended) {
			this.held.add(event);
			release();
		}
	}

	/**
	 * The connection has ended: what is held is handed over, whether the receiver reads
	 * or not, and then the end.
	 * @param cause what broke it, or null
	 */
	void end(@Nullable Throwable cause) {
		if (!this.ended) {
			this.ended = true;
			this.end = (receiver) -> receiver.onClosed(cause);
			release();
		}
	}

	/** Forgets the messages that are held: nobody wants them any more. */
	void drop() {
		this.held.clear();
	}

	/**
	 * Stops or resumes handing over on the connection's part.
	 * @param congested whether too much waits to be sent
	 */
	void congested(boolean congested) {
		if (this.congested != congested) {
			this.congested = congested;
			release();
		}
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
		if (this.reading == reading || this.ended) {
			return;
		}
		this.reading = reading;
		if (reading) {
			run(this::release);
		}
		else {
			this.config.setAutoRead(false);
			if (this.reading) {
				// Another thread has resumed in between, and found nothing to do.
				run(this::release);
			}
		}
	}

	/** How often reading has begun or gone on. */
	long resumed() {
		return this.resumed;
	}

	boolean isReading() {
		return this.reading;
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
		if (this.handing) {
			return;
		}
		this.handing = true;
		try {
			for (Consumer<Receiver> event = next(); event != null; event = next()) {
				tell(event);
			}
		}
		finally {
			this.handing = false;
		}
		updateAutoRead();
	}

	private @Nullable Consumer<Receiver> next() {
		if (this.receiver == null || !isFlowing()) {
			return null;
		}
		Consumer<Receiver> event = this.held.poll();
		if (event == null) {
			event = this.end;
			this.end = null;
		}
		return event;
	}

	private void tell(Consumer<Receiver> event) {
		Receiver current = this.receiver;
		try {
			if (current != null) {
				event.accept(current);
			}
		}
		catch (RuntimeException | Error ex) {
			drop();
			this.onFailure.accept(ex);
		}
	}

	private boolean isFlowing() {
		return this.ended || this.reading && !this.congested;
	}

	private void updateAutoRead() {
		boolean wanted = this.receiver != null && isFlowing();
		if (this.config.isAutoRead() != wanted) {
			this.config.setAutoRead(wanted);
			this.resumed += wanted ? 1 : 0;
		}
	}

}
