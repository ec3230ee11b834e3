package io.microspring.plugins.transport.rabbitmq;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import io.microspring.concurrent.Mailbox;
import io.microspring.plugins.rabbitmq.RabbitAttachment;
import io.microspring.plugins.rabbitmq.RabbitConnection;
import io.microspring.plugins.rabbitmq.RabbitOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channel that everything is sent by, and that answers come on: RabbitMQ gives those
 * of its own pseudo-queue to the channel alone that has asked (direct reply-to), and so
 * that no queue has to be declared for them. It is opened when it is first needed, and
 * again when it broke. Sending never blocks: one thread at a time writes what waits.
 */
final class RabbitWire {

	/** Where answers are wanted, which RabbitMQ makes the channel's own name. */
	static final String REPLIES = "amq.rabbitmq.reply-to";

	/** To a queue by its name. */
	private static final String DEFAULT_EXCHANGE = "";

	/** More than that does not wait to be sent without anybody being told. */
	private static final long FREE = 8 * 1024 * 1024;

	/** More than that does not wait at all. */
	private static final long MOST = 64 * 1024 * 1024;

	/** What a message takes beside its headers and its body. */
	private static final int OVERHEAD = 512;

	/** What the protocol has at the least, and the library by default. */
	private static final int LEAST_FRAME = 4096;

	private static final int DEFAULT_FRAME = 128 * 1024;

	private static final Logger log = LoggerFactory.getLogger(RabbitWire.class);

	private final RabbitConnection connection;

	private final RabbitOptions options;

	private final BiConsumer<BasicProperties, byte[]> answered;

	private final Consumer<BasicProperties> returned;

	private final Runnable lost;

	private final ReentrantLock lock = new ReentrantLock();

	private final Mailbox<Outgoing> waiting;

	/** In bytes. */
	private final AtomicLong pending = new AtomicLong();

	private volatile @Nullable Channel channel;

	/**
	 * No channel yet.
	 * @param connection where to
	 * @param options the exchange and the limits
	 * @param executor writes
	 * @param answered is told what came to this channel
	 * @param returned is told what reached nobody
	 * @param lost is told when the channel broke
	 */
	RabbitWire(RabbitConnection connection, RabbitOptions options, ExecutorService executor,
			BiConsumer<BasicProperties, byte[]> answered, Consumer<BasicProperties> returned, Runnable lost) {
		this.connection = connection;
		this.options = options;
		this.answered = answered;
		this.returned = returned;
		this.lost = lost;
		this.waiting = new Mailbox<>("What is sent to " + connection, Integer.MAX_VALUE, executor, this::write);
	}

	int maxMessageSize() {
		return this.options.maxMessageSize();
	}

	/** The largest frame that RabbitMQ takes. */
	int maxFrame() {
		Channel present = this.channel;
		int frame = (present != null) ? present.getConnection().getFrameMax() : DEFAULT_FRAME;
		return (frame == 0) ? Integer.MAX_VALUE : Math.max(frame, LEAST_FRAME);
	}

	/** How many bytes a text has. */
	static int size(String text) {
		int size = text.length();
		for (int i = 0; i < text.length(); i++) {
			if (text.charAt(i) >= 0x80) {
				return text.getBytes(StandardCharsets.UTF_8).length;
			}
		}
		return size;
	}

	boolean isConnected() {
		Channel present = this.channel;
		return present != null && present.isOpen();
	}

	/**
	 * Opens the channel, unless it is open.
	 * @throws IOException when there is none to be had; the message says where and why
	 */
	void connect() throws IOException {
		if (isConnected()) {
			return;
		}
		long millis = this.options.timeout().toMillis();
		try {
			if (!this.lock.tryLock(millis, TimeUnit.MILLISECONDS)) {
				throw new IOException(this.connection + " is still being connected to after " + millis + " ms");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("interrupted while connecting to " + this.connection, ex);
		}
		try {
			if (!isConnected()) {
				this.channel = open();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private Channel open() throws IOException {
		Channel made = this.connection.openChannel();
		try {
			this.connection.declareExchange(made);
			made.addReturnListener((message) -> this.returned.accept(message.getProperties()));
			made.basicConsume(REPLIES, true, new DefaultConsumer(made) {

				@Override
				public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body) {
					RabbitWire.this.answered.accept(properties, body);
				}

			});
			made.addShutdownListener((cause) -> this.lost.run());
			return made;
		}
		catch (IOException | ShutdownSignalException ex) {
			RabbitAttachment.abort(made);
			throw new IOException(RabbitConnection.reason(ex), ex);
		}
	}

	/**
	 * Sends something to a server's queue; what is not taken there comes back.
	 * @param key the routing key
	 * @param headers how many bytes the headers have
	 * @throws IllegalStateException when there is no connection to RabbitMQ, or it does
	 * not take what waits
	 */
	void ask(String key, BasicProperties properties, int headers, byte[] body) {
		send(new Outgoing(this.options.exchange(), key, true, properties, headers, body));
	}

	/**
	 * Sends something to where a client wants it.
	 * @param replyTo the routing key
	 * @param headers how many bytes the headers have
	 * @throws IllegalStateException when there is no connection to RabbitMQ, or it does
	 * not take what waits
	 */
	void answer(String replyTo, BasicProperties properties, int headers, byte[] body) {
		send(new Outgoing(DEFAULT_EXCHANGE, replyTo, false, properties, headers, body));
	}

	private void send(Outgoing outgoing) {
		if (!isConnected()) {
			throw new IllegalStateException(this.connection + " is not connected");
		}
		if (this.pending.get() > MOST) {
			throw new IllegalStateException(this.connection + " does not take what is sent, and " + MOST
					+ " bytes are waiting: " + this.connection.blocked());
		}
		this.pending.addAndGet(outgoing.size());
		if (!this.waiting.offer(outgoing)) {
			throw new IllegalStateException(this.connection + " is closed");
		}
	}

	private void write(Outgoing outgoing) {
		Channel present = this.channel;
		try {
			if (present != null && present.isOpen()) {
				present.basicPublish(outgoing.exchange(), outgoing.key(), outgoing.mandatory(), outgoing.properties(),
						outgoing.body());
			}
		}
		catch (IOException | AlreadyClosedException ex) {
			// Whom it concerns is told that the channel is lost.
			log.debug("Not sent to {}: {}", outgoing.key(), ex.getMessage());
		}
		finally {
			this.pending.addAndGet(-outgoing.size());
		}
	}

	boolean isFree() {
		return isConnected() && this.pending.get() < FREE && this.connection.blocked() == null;
	}

	/**
	 * Waits until all that was sent is written, and closes the channel.
	 */
	void close() {
		Duration timeout = this.options.timeout();
		try {
			if (isConnected() && !this.waiting.awaitEmpty(timeout)) {
				log.warn("{} did not take within {} what was to be sent before it is closed", this.connection, timeout);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.waiting.close();
		this.connection.close();
	}

	/**
	 * What waits to be written.
	 *
	 * @param exchange through which
	 * @param key the routing key
	 * @param mandatory whether it comes back when nobody gets it
	 * @param properties its properties
	 * @param headers how many bytes the headers have
	 * @param body its body
	 */
	private record Outgoing(String exchange, String key, boolean mandatory, AMQP.BasicProperties properties,
			int headers, byte[] body) {

		int size() {
			return OVERHEAD + this.headers + this.body.length;
		}

	}

}
