package io.microspring.plugins.broker.rabbitmq;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import io.microspring.plugins.rabbitmq.RabbitConnection;
import io.microspring.plugins.rabbitmq.RabbitOptions;
import org.jspecify.annotations.Nullable;

/**
 * Publishes over one channel, and waits until the server has confirmed each message.
 * Several threads share the channel, and none waits for another's confirmation. A channel
 * that was closed is opened again by the next message. Thread-safe.
 */
final class Publisher {

	private final RabbitConnection connection;

	private final RabbitOptions options;

	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable Confirming current;

	Publisher(RabbitConnection connection, RabbitOptions options) {
		this.connection = connection;
		this.options = options;
	}

	/**
	 * Connects, and makes sure that the exchange is there.
	 * @throws IOException when it cannot be had
	 */
	void connect() throws IOException {
		this.lock.lock();
		try {
			channel();
		}
		catch (ShutdownSignalException ex) {
			throw new IOException(RabbitConnection.reason(ex), ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Publishes a message.
	 * @throws IOException when the server could not be asked or refused
	 */
	void publish(String key, BasicProperties properties, byte[] body) throws IOException {
		long millis = this.options.timeout().toMillis();
		try {
			CompletableFuture<Void> confirmed = send(key, properties, body, millis);
			confirmed.get(millis, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("interrupted", ex);
		}
		catch (TimeoutException ex) {
			throw new IOException("no confirmation within " + millis + " ms", ex);
		}
		catch (ExecutionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			throw new IOException(RabbitConnection.reason(cause), cause);
		}
		catch (ShutdownSignalException ex) {
			throw new IOException(RabbitConnection.reason(ex), ex);
		}
	}

	private CompletableFuture<Void> send(String key, BasicProperties properties, byte[] body, long millis)
			throws IOException, InterruptedException {
		String blocked = this.connection.blocked();
		if (blocked != null) {
			throw new IOException("it takes no messages now: " + blocked);
		}
		if (!this.lock.tryLock(millis, TimeUnit.MILLISECONDS)) {
			throw new IOException("it was not ready for one within " + millis + " ms");
		}
		try {
			return channel().publish(this.options.exchange(), key, properties, body);
		}
		finally {
			this.lock.unlock();
		}
	}

	private Confirming channel() throws IOException {
		Confirming open = this.current;
		if (open != null && open.isOpen()) {
			return open;
		}
		Channel channel = this.connection.openChannel();
		this.connection.declareExchange(channel);
		channel.confirmSelect();
		open = new Confirming(channel);
		this.current = open;
		return open;
	}

	/** A channel, and the messages that it has not confirmed. */
	private static final class Confirming {

		private final Channel channel;

		private final ConcurrentNavigableMap<Long, CompletableFuture<Void>> unconfirmed = new ConcurrentSkipListMap<>();

		/**
		 * The server's number of the next message. The channel's own counts those too
		 * that it has not sent, as they were too large, and is ahead from then on.
		 */
		private long next = 1;

		Confirming(Channel channel) {
			this.channel = channel;
			channel.addConfirmListener(this::confirmed, this::refused);
			channel.addShutdownListener(this::broke);
		}

		boolean isOpen() {
			return this.channel.isOpen();
		}

		/** Called by one thread at a time, as numbers are given in order. */
		CompletableFuture<Void> publish(String exchange, String key, BasicProperties properties, byte[] body)
				throws IOException {
			long number = this.next;
			CompletableFuture<Void> confirmation = new CompletableFuture<>();
			this.unconfirmed.put(number, confirmation);
			try {
				this.channel.basicPublish(exchange, key, properties, body);
				this.next++;
				return confirmation;
			}
			catch (IOException | RuntimeException ex) {
				this.unconfirmed.remove(number);
				throw ex;
			}
		}

		private void confirmed(long number, boolean andAllBefore) {
			take(number, andAllBefore, (confirmation) -> confirmation.complete(null));
		}

		private void refused(long number, boolean andAllBefore) {
			take(number, andAllBefore, (confirmation) -> confirmation
				.completeExceptionally(new IOException("it could not keep the message")));
		}

		private void broke(ShutdownSignalException cause) {
			take(Long.MAX_VALUE, true, (confirmation) -> confirmation.completeExceptionally(cause));
		}

		private void take(long number, boolean andAllBefore, Consumer<CompletableFuture<Void>> end) {
			ConcurrentNavigableMap<Long, CompletableFuture<Void>> taken = andAllBefore
					? this.unconfirmed.headMap(number, true) : this.unconfirmed.subMap(number, true, number, true);
			for (Long one : taken.keySet()) {
				CompletableFuture<Void> confirmation = this.unconfirmed.remove(one);
				if (confirmation != null) {
					end.accept(confirmation);
				}
			}
		}

	}

}
