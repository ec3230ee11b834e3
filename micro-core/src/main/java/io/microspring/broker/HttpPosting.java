package io.microspring.broker;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a subscriber: posts one message at a time, and hands on the answer
 * without a thread that waits for it.
 */
final class HttpPosting implements Receiver {

	private final Socket socket;

	private final Duration timeout;

	/** Whether the clock is being watched. */
	private final AtomicBoolean watched = new AtomicBoolean();

	private final AtomicReference<@Nullable Reply> awaited = new AtomicReference<>();

	private volatile long sentAt;

	HttpPosting(Socket socket, Duration timeout) {
		this.socket = socket;
		this.timeout = timeout;
		socket.receive(this);
	}

	/** Posts; what comes of it is handed on once, by any thread. */
	void post(Message message, Reply reply) {
		this.sentAt = System.nanoTime();
		this.awaited.set(reply);
		try {
			watch(this.timeout.toNanos());
			this.socket.send(message);
		}
		catch (Throwable ex) {
			// An Error too: nobody else would tell.
			end(null, ex);
		}
	}

	/** One look at the clock for many messages, instead of a time-out for each. */
	private void watch(long nanos) {
		if (this.watched.compareAndSet(false, true)) {
			Threads.after(Duration.ofNanos(nanos), this::look);
		}
	}

	private void look() {
		this.watched.set(false);
		if (this.awaited.get() == null) {
			return;
		}
		long left = this.timeout.toNanos() - (System.nanoTime() - this.sentAt);
		if (left > 0) {
			watch(left);
		}
		else {
			end(null, new TimeoutException());
		}
	}

	private void end(@Nullable Message answer, @Nullable Throwable failure) {
		Reply reply = this.awaited.getAndSet(null);
		if (reply != null) {
			reply.accept(answer, failure);
		}
	}

	@Override
	public void onMessage(Message message) {
		end(message, null);
	}

	@Override
	public void onRefused(Message head, MicroException error) {
		// An answer that is too large is an answer.
		end(head, null);
	}

	@Override
	public void onClosed(@Nullable Throwable cause) {
		end(null, new TransportException("the connection to " + this.socket.remote() + " ended", false, cause));
	}

	boolean isOpen() {
		return this.socket.isOpen();
	}

	void close() {
		this.socket.close();
	}

	/** Is handed an answer, or why there is none. */
	@FunctionalInterface
	interface Reply {

		void accept(@Nullable Message answer, @Nullable Throwable failure);

	}

}
