package io.microspring.plugins.nats;

import java.util.concurrent.CompletableFuture;

import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is heard on a subject, by a thread of its own and over every new connection, until
 * it is closed. Thread-safe.
 */
public final class NatsListening implements AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(NatsLink.class);

	private final NatsLink link;

	private final String subject;

	private final String queue;

	private final MessageHandler handler;

	private final Limits limits;

	private volatile @Nullable Dispatcher dispatcher;

	private volatile boolean closed;

	NatsListening(NatsLink link, String subject, String queue, Limits limits, MessageHandler handler) {
		this.link = link;
		this.subject = subject;
		this.queue = queue;
		this.limits = limits;
		this.handler = (message) -> handle(message, handler);
	}

	/** Has one message handled, whatever comes of it. */
	static void handle(Message message, MessageHandler handler) {
		try {
			handler.onMessage(message);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException ex) {
			log.warn("A message on {} could not be handled", message.getSubject(), ex);
		}
	}

	/** Subscribes, where it is not closed. */
	void begin(Connection connection) {
		if (this.closed) {
			return;
		}
		Dispatcher made = connection.createDispatcher();
		made.setPendingLimits(this.limits.messages(), this.limits.bytes());
		if (this.queue.isEmpty()) {
			made.subscribe(this.subject, this.handler);
		}
		else {
			made.subscribe(this.subject, this.queue, this.handler);
		}
		this.dispatcher = made;
	}

	/** Says that nothing more is to come. Idempotent. */
	@Override
	public void close() {
		end();
	}

	/**
	 * Says that nothing more is to come, and waits until the server knows. What came
	 * before is handled meanwhile and later. Idempotent.
	 * @return completed once that is handled, however it ended
	 */
	public CompletableFuture<?> end() {
		CompletableFuture<Boolean> nothing = CompletableFuture.completedFuture(true);
		if (this.closed) {
			return nothing;
		}
		this.closed = true;
		this.link.forget(this);
		Dispatcher made = this.dispatcher;
		try {
			if (made != null && made.isActive() && this.link.isConnected()) {
				return made.drain(this.link.timeout());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException ex) {
			// The connection goes meanwhile, and with it all that was subscribed.
			log.debug("{} was not drained: {}", this.subject, ex.getMessage());
		}
		return nothing;
	}

	@Override
	public String toString() {
		return this.subject;
	}

	/**
	 * What may wait for a handler; what is more is lost.
	 *
	 * @param messages how many messages
	 * @param bytes how many bytes they may have
	 */
	public record Limits(long messages, long bytes) {

		/** Half a million messages and 64 MiB. */
		public static final Limits DEFAULT = new Limits(512 * 1024, 64L * 1024 * 1024);

	}

}
