package io.microspring.plugins.transport.rabbitmq;

import java.io.IOException;
import java.net.BindException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import io.microspring.plugins.rabbitmq.RabbitAttachment;
import io.microspring.plugins.rabbitmq.RabbitConnection;
import io.microspring.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue of a server, which has its name and is bound to the exchange by it. It is
 * exclusive, so that nobody else answers there, and gone with the process.
 */
final class RabbitQueue {

	/** How long to wait for what came before the queue was deleted. */
	private static final long LAST_SECONDS = 1;

	private static final Logger log = LoggerFactory.getLogger(RabbitQueue.class);

	private final RabbitConnection connection;

	private final RabbitWire wire;

	private final String exchange;

	private final String name;

	private final BiConsumer<BasicProperties, byte[]> consumer;

	private final RabbitAttachment attachment;

	private final CountDownLatch emptied = new CountDownLatch(1);

	private volatile boolean closing;

	/**
	 * Nothing is listened to yet.
	 * @param connection where
	 * @param wire what is answered by
	 * @param exchange the exchange that the queue is bound to
	 * @param name the queue's name
	 * @param executor runs what blocks
	 * @param consumer is told what comes
	 */
	RabbitQueue(RabbitConnection connection, RabbitWire wire, String exchange, String name, ExecutorService executor,
			BiConsumer<BasicProperties, byte[]> consumer) {
		this.connection = connection;
		this.wire = wire;
		this.exchange = exchange;
		this.name = name;
		this.consumer = consumer;
		this.attachment = new RabbitAttachment(connection, "Listening on " + name, executor, this::declare);
	}

	/**
	 * Begins to listen.
	 * @throws TransportException when the queue cannot be had
	 */
	void open() {
		try {
			this.attachment.attach();
		}
		catch (IOException ex) {
			if (ex.getCause() instanceof BindException taken) {
				throw new TransportException("already listening on " + this.name, true, taken);
			}
			throw new TransportException("could not listen on " + this.name + ": " + ex.getMessage(), true, ex);
		}
	}

	private void declare(Channel channel) throws IOException {
		// Whoever is heard is to be answered.
		this.wire.connect();
		this.connection.declareExchange(channel);
		try {
			channel.queueDeclare(this.name, false, true, true, null);
			channel.queueBind(this.name, this.exchange, this.name);
			channel.basicConsume(this.name, true, "", false, true, null, new Consumer(channel));
		}
		catch (IOException ex) {
			throw isTaken(ex) ? new BindException("already listening on " + this.name) : ex;
		}
	}

	/** By another connection, by this one, or as another kind of queue. */
	private static boolean isTaken(IOException failure) {
		int code = code(failure);
		return code == AMQP.RESOURCE_LOCKED || code == AMQP.PRECONDITION_FAILED
				|| (code == AMQP.ACCESS_REFUSED && RabbitConnection.reason(failure).contains("exclusive use"));
	}

	/**
	 * Why the server has closed a channel.
	 * @param failure what was thrown
	 * @return its code, zero when it has not said any
	 */
	static int code(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof ShutdownSignalException signal
					&& signal.getReason() instanceof AMQP.Channel.Close close) {
				return close.getReplyCode();
			}
		}
		return 0;
	}

	/**
	 * Lets nobody come any more, and has what came before dealt with.
	 */
	void close() {
		if (!this.attachment.close()) {
			return;
		}
		this.closing = true;
		Channel channel = this.attachment.channel();
		try {
			if (channel != null && channel.isOpen()) {
				// From here on whoever calls hears that nobody listens.
				channel.queueUnbind(this.name, this.exchange, this.name);
				channel.queueDelete(this.name);
				if (!this.emptied.await(LAST_SECONDS, TimeUnit.SECONDS)) {
					log.debug("Queue {} was not emptied in time", this.name);
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (IOException | ShutdownSignalException ex) {
			// The connection goes meanwhile, and with it the queue.
			log.debug("Queue {} was not deleted: {}", this.name, ex.getMessage());
		}
		this.attachment.detach();
	}

	/** The consumer on one channel. */
	private final class Consumer extends DefaultConsumer {

		Consumer(Channel channel) {
			super(channel);
		}

		@Override
		public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body) {
			RabbitQueue.this.consumer.accept(properties, body);
		}

		/** The queue is deleted, by us or by somebody else. */
		@Override
		public void handleCancel(String tag) {
			if (RabbitQueue.this.closing) {
				RabbitQueue.this.emptied.countDown();
				return;
			}
			RabbitQueue.this.attachment.lost(getChannel(), "the queue was deleted");
			RabbitAttachment.abort(getChannel());
		}

	}

}
