package io.microspring.plugins.rabbitmq;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import io.microspring.concurrent.Backoff;
import io.microspring.concurrent.Reconnection;
import io.microspring.concurrent.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is declared and consumed on a channel of its own. When the channel is closed by
 * anybody but us, the queue is deleted or the connection breaks, all of it is made again
 * on a new one, again and again until it works. Thread-safe.
 */
public final class RabbitAttachment {

	private static final Logger log = LoggerFactory.getLogger(RabbitAttachment.class);

	private static final Backoff AGAIN = Backoff.exponential(Duration.ofMillis(200), 2, Duration.ofSeconds(5), 0.2);

	private final RabbitConnection connection;

	private final String what;

	private final ExecutorService executor;

	private final Declaration declaration;

	private final Reconnection reconnection = new Reconnection(AGAIN);

	/** Whether it was said last that it is away. */
	private volatile boolean told;

	private final AtomicBoolean closed = new AtomicBoolean();

	private final AtomicReference<@Nullable Channel> attached = new AtomicReference<>();

	/**
	 * Nothing is declared yet.
	 * @param connection where
	 * @param what what it is, in log lines
	 * @param executor runs what blocks
	 * @param declaration declares and consumes
	 */
	public RabbitAttachment(RabbitConnection connection, String what, ExecutorService executor,
			Declaration declaration) {
		this.connection = connection;
		this.what = what;
		this.executor = executor;
		this.declaration = declaration;
	}

	/**
	 * Declares it for the first time.
	 * @throws IOException when it cannot be had; the message says why
	 */
	public void attach() throws IOException {
		Channel channel = this.connection.openChannel();
		try {
			this.declaration.declare(channel);
			this.reconnection.made();
			this.attached.set(channel);
			channel.addShutdownListener((cause) -> lost(channel, RabbitConnection.reason(cause)));
		}
		catch (IOException | ShutdownSignalException ex) {
			abort(channel);
			throw new IOException(RabbitConnection.reason(ex), ex);
		}
		if (this.closed.get()) {
			detach();
		}
	}

	/**
	 * Has it made again, as it is there no more. Called by the client library's threads,
	 * which are not to be kept.
	 * @param channel the channel that it was on
	 * @param reason why it is not there
	 */
	public void lost(Channel channel, String reason) {
		if (this.attached.compareAndSet(channel, null) && !this.closed.get() && !this.connection.isClosed()) {
			attachLater(reason);
		}
	}

	private void attachLater(String reason) {
		Duration pause = this.reconnection.lost();
		int failures = this.reconnection.failures();
		// The 1st, 2nd, 4th, 8th time: one that never lasts is not to fill the log.
		if (Integer.bitCount(failures) == 1) {
			this.told = true;
			log.warn("{} is cut off at {}, or cannot be made again ({} in a row), and is tried again in {} ms: {}",
					this.what, this.connection, failures, pause.toMillis(), reason);
		}
		Threads.after(pause, () -> Threads.executeWhenFree(this.executor, this::attachAgain));
	}

	private void attachAgain() {
		if (this.closed.get()) {
			return;
		}
		try {
			attach();
			if (this.told) {
				this.told = false;
				log.info("{} is there again at {}", this.what, this.connection);
			}
		}
		catch (IOException | RuntimeException ex) {
			attachLater(String.valueOf(ex.getMessage()));
		}
	}

	/**
	 * The channel that it is on.
	 * @return the channel, null while it is not there
	 */
	public @Nullable Channel channel() {
		return this.attached.get();
	}

	/**
	 * Has it not made again any more.
	 * @return false when that was so before
	 */
	public boolean close() {
		return this.closed.compareAndSet(false, true);
	}

	/** Closes the channel. */
	public void detach() {
		Channel channel = this.attached.getAndSet(null);
		if (channel != null) {
			abort(channel);
		}
	}

	/**
	 * Closes a channel, whatever it says.
	 * @param channel the channel
	 */
	public static void abort(Channel channel) {
		try {
			channel.abort();
		}
		catch (IOException ex) {
			log.debug("A channel could not be closed", ex);
		}
	}

	/** Declares and consumes. */
	@FunctionalInterface
	public interface Declaration {

		/**
		 * Does it, on a new channel.
		 * @param channel the channel
		 * @throws IOException when it cannot be had
		 */
		void declare(Channel channel) throws IOException;

	}

}
