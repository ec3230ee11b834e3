package io.microspring.transport;

import java.util.ArrayDeque;
import java.util.Deque;

import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Hands what has arrived on a stream of a multiplexed connection to its receiver, in
 * order, and holds it while there is no receiver or it does not read; the peer has no
 * credit for more than that. Belongs to the event loop, except for {@link #reading}.
 */
final class MuxDelivery {

	private final MuxStream stream;

	/** Messages, refusals, and the end. */
	private final Deque<Object> held = new ArrayDeque<>(4);

	private @Nullable Receiver receiver;

	/** Whether the receiver reads; set by any thread. */
	private volatile boolean reading = true;

	/** Whether something is being handed over, so that the next waits its turn. */
	private boolean handing;

	/** Whether the end is known: all that is left is handed over. */
	private boolean ended;

	/** Whether headers have arrived. */
	private boolean headed;

	/** Whether {@link #release()} is due when what was read has been looked at. */
	private boolean due;

	/** What was handed over since credit was last asked for. */
	private int messages;

	private long bytes;

	MuxDelivery(MuxStream stream) {
		this.stream = stream;
	}

	/** The headers of the answering side have arrived: nobody gives credit for them. */
	void head(Message headers) {
		if (this.headed) {
			throw new MuxException("headers of a stream for the second time");
		}
		this.headed = true;
		hand(headers);
	}

	/**
	 * A message has arrived: it is handed over with those that were read with it, so that
	 * who waits for them is woken once.
	 */
	void later(Message message) {
		this.held.add(message);
		if (!this.due) {
			this.due = true;
			this.stream.releaseLater(this);
		}
	}

	/** A message or a {@link MicroException} has arrived. */
	void hand(Object event) {
		this.held.add(event);
		release();
	}

	/** The stream has ended. */
	void end(@Nullable Throwable cause) {
		this.ended = true;
		this.held.add(new Closing(cause));
		release();
	}

	/** Forgets what is held, but for what only waits until all that was read is seen. */
	void drop() {
		if (this.due) {
			release();
		}
		int count = 0;
		long size = 0;
		for (Object next : this.held) {
			if (next instanceof Message message && message.headers().isEmpty()) {
				count++;
				size += message.body().length;
			}
		}
		this.held.clear();
		if (count > 0) {
			this.stream.taken(count, size);
		}
	}

	void receive(Receiver installed) {
		this.receiver = installed;
		release();
	}

	/**
	 * Stops or resumes handing over; from any thread.
	 * @return whether {@link #release()} is due
	 */
	boolean reading(boolean wanted) {
		if (this.reading == wanted) {
			return false;
		}
		this.reading = wanted;
		return wanted;
	}

	void release() {
		this.due = false;
		Receiver current = this.receiver;
		if (this.handing || current == null) {
			return;
		}
		this.handing = true;
		try {
			for (Object next = next(); next != null; next = next()) {
				tell(next);
			}
		}
		finally {
			this.handing = false;
		}
		if (this.messages > 0) {
			handed((this.receiver != null) ? this.receiver : current);
		}
	}

	private void handed(Receiver current) {
		int count = this.messages;
		long size = this.bytes;
		this.messages = 0;
		this.bytes = 0;
		if (!current.keepsMessages()) {
			this.stream.taken(count, size);
		}
		this.stream.handed(count, size);
	}

	private @Nullable Object next() {
		return (this.reading || this.ended) ? this.held.poll() : null;
	}

	private void tell(Object next) {
		Receiver current = this.receiver;
		if (current == null) {
			return;
		}
		try {
			if (next instanceof Message message) {
				if (message.headers().isEmpty()) {
					// Only what took credit earns it.
					this.messages++;
					this.bytes += message.body().length;
				}
				current.onMessage(message);
			}
			else if (next instanceof MicroException error) {
				current.onRefused(Message.of(Metadata.empty()), error);
			}
			else if (next instanceof Closing closing) {
				current.onClosed(closing.cause());
			}
		}
		catch (RuntimeException | Error ex) {
			drop();
			this.stream.receiverFailed(ex);
		}
	}

	/** How the stream ended. */
	private record Closing(@Nullable Throwable cause) {
	}

}
