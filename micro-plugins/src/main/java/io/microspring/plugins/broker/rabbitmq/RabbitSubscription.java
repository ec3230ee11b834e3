package io.microspring.plugins.broker.rabbitmq;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;

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
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.rabbitmq.RabbitAttachment;
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

	/** How long a message waits for room before it is given back to the server. */
	private static final Duration ROOM_TIMEOUT = Duration.ofSeconds(1);

	private final RabbitBroker broker;

	private final RabbitBrokerOptions options;

	private final RabbitConnection connection;

	private final String topic;

	/** The name at the server; empty for one that the server gives. */
	private final String queue;

	/** How many messages the server sends before it hears of one. */
	private final int ahead;

	private final Deliveries deliveries;

	private final RabbitAttachment attachment;

	/** The last that was made. */
	private volatile @Nullable Consumer consumer;

	RabbitSubscription(RabbitBroker broker, RabbitBrokerOptions options, RabbitConnection connection, String topic,
			String queue, SubscribeOptions subscribing, EventHandler handler, ExecutorService executor) {
		this.broker = broker;
		this.options = options;
		this.connection = connection;
		this.topic = topic;
		this.queue = queue;
		this.attachment = new RabbitAttachment(connection, "The subscription to " + topic, executor, this::declare);
		this.ahead = Math.max(options.prefetch(), subscribing.concurrency());
		// After a connection broke, what it brought is still here when it comes again.
		this.deliveries = new Deliveries(broker, subscribing, this::read, handler, executor, 2 * this.ahead);
	}

	@Override
	public String topic() {
		return this.topic;
	}

	String queue() {
		return this.queue;
	}

	boolean isAttached() {
		return this.attachment.channel() != null;
	}

	void start() throws IOException {
		this.attachment.attach();
	}

	private void declare(Channel channel) throws IOException {
		this.connection.declareExchange(channel);
		String declared = declareQueue(channel);
		channel.queueBind(declared, this.options.connection().exchange(), this.topic);
		channel.basicQos(this.ahead);
		Consumer made = new Consumer(channel, declared);
		this.consumer = made;
		channel.basicConsume(declared, false, made);
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
		Consumer current = this.consumer;
		if (current == null || !isAttached()) {
			return OptionalLong.empty();
		}
		Channel channel = null;
		try {
			// Asked on a channel of its own: the server closes it when the queue is gone.
			channel = this.connection.openChannel();
			return OptionalLong
				.of(channel.queueDeclarePassive(current.queue).getMessageCount() + this.deliveries.unsettled());
		}
		catch (IOException | ShutdownSignalException ex) {
			return OptionalLong.empty();
		}
		finally {
			if (channel != null) {
				RabbitAttachment.abort(channel);
			}
		}
	}

	@Override
	public void stop() {
		Consumer current = this.consumer;
		if (this.attachment.close() && current != null) {
			current.cancel();
		}
		this.deliveries.stop();
	}

	@Override
	public void close() {
		stop();
		this.deliveries.close(() -> {
			// What was not acknowledged goes back to the queue.
			this.attachment.detach();
			this.broker.ended(this);
		});
	}

	/** The consumer on one channel. */
	private final class Consumer extends DefaultConsumer {

		private final String queue;

		Consumer(Channel channel, String queue) {
			super(channel);
			this.queue = queue;
		}

		@Override
		public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body)
				throws IOException {
			long number = envelope.getDeliveryTag();
			try {
				if (!bring(envelope.getRoutingKey(), properties, body, new Acknowledgement(number))) {
					getChannel().basicNack(number, false, true);
				}
			}
			catch (InterruptedException ex) {
				// Only when the connection's threads are ended.
				Thread.currentThread().interrupt();
			}
		}

		private boolean bring(String topic, BasicProperties properties, byte[] body, Receipt receipt)
				throws InterruptedException {
			Deliveries deliveries = RabbitSubscription.this.deliveries;
			Message message;
			try {
				message = RabbitMessages.message(properties, body);
			}
			catch (IllegalArgumentException ex) {
				// Without its headers, which would be too many for who reads it then.
				return deliveries.giveUp(topic, new Message(Metadata.of(Headers.TOPIC, topic), body), receipt,
						"it has " + ex.getMessage());
			}
			if (!message.headers().contains(Headers.TOPIC)) {
				// As the newest go-micro does.
				message = message.withHeader(Headers.TOPIC, topic);
			}
			return deliveries.put(topic, message, receipt, ROOM_TIMEOUT);
		}

		@Override
		public void handleShutdownSignal(String tag, ShutdownSignalException cause) {
			RabbitSubscription.this.deliveries.releaseRevoked();
		}

		/** Somebody has deleted the queue, or the node that has it is gone. */
		@Override
		public void handleCancel(String tag) {
			RabbitSubscription.this.attachment.lost(getChannel(),
					"the server cancelled the consumer of queue " + this.queue);
			RabbitAttachment.abort(getChannel());
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

			/**
			 * A durable queue's comes again. Any other may be gone with us, its last
			 * member, and nobody else has what it held.
			 */
			@Override
			public boolean isRevoked() {
				RabbitSubscription subscription = RabbitSubscription.this;
				return !subscription.queue.isEmpty() && subscription.options.durableQueues() && !getChannel().isOpen();
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
