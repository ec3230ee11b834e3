package io.microspring.plugins.broker.rabbitmq;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import io.microspring.broker.Deliveries;
import io.microspring.broker.EventHandler;
import io.microspring.broker.Receipt;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.Backoff;
import io.microspring.concurrent.Threads;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.plugins.rabbitmq.RabbitConnection;
import io.microspring.plugins.rabbitmq.RabbitMessages;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer on a channel of its own. When the channel is closed by anybody but us, the
 * queue is deleted or the connection breaks, all of it is declared again on a new one,
 * again and again until it works.
 */
final class RabbitSubscription implements Subscription {

	private static final Logger log = LoggerFactory.getLogger(RabbitSubscription.class);

	private static final Backoff REATTACH = Backoff.exponential(Duration.ofMillis(200), 2, Duration.ofSeconds(5), 0.2);

	/** How long a message waits for room before it is given back to the server. */
	private static final Duration ROOM_TIMEOUT = Duration.ofSeconds(1);

	private final RabbitBroker broker;

	private final RabbitBrokerOptions options;

	private final RabbitConnection connection;

	private final String topic;

	/** The name at the server; empty for one that the server gives. */
	private final String queue;

	private final ExecutorService executor;

	private final Deliveries deliveries;

	private final AtomicBoolean closed = new AtomicBoolean();

	private final AtomicReference<@Nullable Attachment> attachment = new AtomicReference<>();

	RabbitSubscription(RabbitBroker broker, RabbitBrokerOptions options, RabbitConnection connection, String topic,
			String queue, SubscribeOptions subscribing, EventHandler handler, ExecutorService executor) {
		this.broker = broker;
		this.options = options;
		this.connection = connection;
		this.topic = topic;
		this.queue = queue;
		this.executor = executor;
		// After a connection broke, what it brought is still here when it comes again.
		this.deliveries = new Deliveries(broker, subscribing, this::read, handler, executor, 2 * options.prefetch());
	}

	@Override
	public String topic() {
		return this.topic;
	}

	String queue() {
		return this.queue;
	}

	boolean isAttached() {
		return this.attachment.get() != null;
	}

	void start() throws IOException {
		attach();
	}

	private void attach() throws IOException {
		Channel channel = this.connection.openChannel();
		try {
			this.connection.declareExchange(channel);
			String name = declareQueue(channel);
			channel.queueBind(name, this.options.connection().exchange(), this.topic);
			channel.basicQos(this.options.prefetch());
			Attachment made = new Attachment(channel, name);
			channel.basicConsume(name, false, made);
			this.attachment.set(made);
			channel.addShutdownListener((cause) -> detached(made, RabbitConnection.reason(cause)));
		}
		catch (IOException | ShutdownSignalException ex) {
			abort(channel);
			throw new IOException(RabbitConnection.reason(ex), ex);
		}
		if (this.closed.get()) {
			detach();
		}
	}

	private String declareQueue(Channel channel) throws IOException {
		if (this.queue.isEmpty()) {
			// Exclusive, as nobody else can know its name, and newer servers want it.
			return channel.queueDeclare("", false, true, true, null).getQueue();
		}
		boolean durable = this.options.durableQueues();
		try {
			return channel.queueDeclare(this.queue, durable, false, !durable, null).getQueue();
		}
		catch (IOException ex) {
			throw new IOException("queue " + this.queue + " cannot be had as "
					+ (durable ? "durable" : "non-durable and auto-delete") + ": " + RabbitConnection.reason(ex), ex);
		}
	}

	/** Called by the client library's threads, which are not to be kept. */
	private void detached(Attachment ended, String reason) {
		if (this.attachment.compareAndSet(ended, null) && !this.closed.get()) {
			log.warn("The subscription to {} at {} was interrupted, it is made again: {}", this.topic, this.broker,
					reason);
			attachLater(1);
		}
	}

	private void attachLater(int attempt) {
		Threads.after(REATTACH.before(attempt),
				() -> Threads.executeWhenFree(this.executor, () -> attachAgain(attempt)));
	}

	private void attachAgain(int attempt) {
		if (this.closed.get()) {
			return;
		}
		try {
			attach();
			log.info("The subscription to {} at {} is there again", this.topic, this.broker);
		}
		catch (IOException | RuntimeException ex) {
			if (attempt == 1) {
				log.warn("The subscription to {} cannot be made again yet: {}", this.topic, ex.getMessage());
			}
			attachLater(attempt + 1);
		}
	}

	private Message read(Message raw) {
		int limit = this.options.connection().maxMessageSize();
		if (raw.body().length > limit) {
			throw new IllegalArgumentException(
					"its body of " + raw.body().length + " bytes is larger than the " + limit + " allowed");
		}
		return raw;
	}

	/**
	 * What is ready in the queue, and what is here.
	 */
	@Override
	public OptionalLong lag() {
		Attachment current = this.attachment.get();
		if (current == null) {
			return OptionalLong.empty();
		}
		Channel channel = null;
		try {
			// Asked on a channel of its own: the server closes it when the queue is gone.
			channel = this.connection.openChannel();
			return OptionalLong
				.of(channel.queueDeclarePassive(current.name).getMessageCount() + this.deliveries.unsettled());
		}
		catch (IOException | ShutdownSignalException ex) {
			return OptionalLong.empty();
		}
		finally {
			if (channel != null) {
				abort(channel);
			}
		}
	}

	@Override
	public void close() {
		if (!this.closed.compareAndSet(false, true)) {
			return;
		}
		Attachment current = this.attachment.get();
		if (current != null) {
			current.cancel();
		}
		this.deliveries.close();
		detach();
		this.broker.ended(this);
	}

	/** What was not acknowledged goes back to the queue. */
	private void detach() {
		Attachment current = this.attachment.getAndSet(null);
		if (current != null) {
			abort(current.getChannel());
		}
	}

	private static void abort(Channel channel) {
		try {
			channel.abort();
		}
		catch (IOException ex) {
			log.debug("A channel could not be closed", ex);
		}
	}

	/** The consumer on one channel. */
	private final class Attachment extends DefaultConsumer {

		private final String name;

		Attachment(Channel channel, String name) {
			super(channel);
			this.name = name;
		}

		@Override
		public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body)
				throws IOException {
			Message message = RabbitMessages.message(properties, body);
			String topic = envelope.getRoutingKey();
			if (!message.headers().contains(Headers.TOPIC)) {
				// As the newest go-micro does.
				message = message.withHeader(Headers.TOPIC, topic);
			}
			long number = envelope.getDeliveryTag();
			try {
				if (!RabbitSubscription.this.deliveries.put(topic, message, new Acknowledgement(number),
						ROOM_TIMEOUT)) {
					getChannel().basicNack(number, false, true);
				}
			}
			catch (InterruptedException ex) {
				// Only when the connection's threads are ended.
				Thread.currentThread().interrupt();
			}
		}

		/** Somebody has deleted the queue, or the node that has it is gone. */
		@Override
		public void handleCancel(String tag) {
			detached(this, "the server cancelled the consumer of queue " + this.name);
			abort(getChannel());
		}

		void cancel() {
			try {
				if (getChannel().isOpen()) {
					getChannel().basicCancel(getConsumerTag());
				}
			}
			catch (IOException | ShutdownSignalException ex) {
				log.debug("A consumer could not be cancelled", ex);
			}
		}

		/** Tells the server of one message. */
		private final class Acknowledgement implements Receipt {

			private final long number;

			Acknowledgement(long number) {
				this.number = number;
			}

			@Override
			public void ack() {
				if (!getChannel().isOpen()) {
					// It comes again, as was said when the channel was closed.
					return;
				}
				try {
					getChannel().basicAck(this.number, false);
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			}

			@Override
			public void release() {
				if (!getChannel().isOpen()) {
					return;
				}
				try {
					getChannel().basicNack(this.number, false, true);
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			}

		}

	}

}
