package io.microspring.call;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;

import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;

/**
 * One end of a stream of messages between a caller and a handler. Both ends look alike: a
 * handler's {@code Stream<Reply, Request>} is the caller's
 * {@code Stream<Request, Reply>}.
 * <p>
 * Blocking, with a bounded window in each direction. One thread may send while another
 * receives; two threads must not do the same thing at once. go-micro:
 * {@code client.Stream} and {@code server.Stream}.
 *
 * @param <S> what this end sends
 * @param <R> what this end receives
 */
public interface Stream<S, R> extends AutoCloseable {

	/**
	 * Sends one message; waits while the peer does not keep up.
	 * @param message the message
	 * @throws MicroException when the stream has ended, the deadline has passed, the
	 * message cannot be encoded or is over the limit
	 */
	void send(S message);

	/**
	 * Waits for the next message.
	 * @return the message, or null once the peer has ended its side well
	 * @throws MicroException the error that the peer ended the stream with, or why it
	 * broke
	 */
	@Nullable R receive();

	/**
	 * Says that nothing more will be sent; receiving goes on. Sending afterwards is an
	 * error, saying it again is not.
	 */
	void closeSend();

	/**
	 * Ends both directions because something went wrong: the peer receives the error
	 * behind what was sent before, so that it does not take that for all there was.
	 * @param error the error
	 */
	void fail(MicroException error);

	/**
	 * Ends both directions and frees what the stream holds; to the peer it is a good end,
	 * unless the deadline has passed. Idempotent.
	 */
	@Override
	void close();

	/**
	 * Has something run once this end can send no more because the stream is over: the
	 * peer ended it or has gone, the deadline has passed, it was closed here. Runs at
	 * once when that is so already, and never twice.
	 * @param action what to run, on any thread; it must not block
	 */
	void onEnd(Runnable action);

	/**
	 * What is still to be received, as something to loop over.
	 * @return an iterable that can be gone through once
	 */
	default Iterable<R> received() {
		return () -> new Iterator<>() {

			private @Nullable R next;

			private boolean ended;

			@Override
			public boolean hasNext() {
				if (this.next == null && !this.ended) {
					this.next = receive();
					this.ended = this.next == null;
				}
				return this.next != null;
			}

			@Override
			public R next() {
				if (!hasNext()) {
					throw new NoSuchElementException();
				}
				R result = Objects.requireNonNull(this.next);
				this.next = null;
				return result;
			}

		};
	}

}
