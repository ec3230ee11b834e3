package io.microspring.plugins.broker.jms;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.microspring.broker.Deliveries;
import io.microspring.broker.Receipt;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.Backoff;
import io.microspring.concurrent.Reconnection;
import io.microspring.concurrent.Threads;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription: a thread with a connection of its own that receives, and acknowledges
 * what was dealt with, as a session of JMS is for one thread. When the server is lost it
 * connects again, and what was not acknowledged comes again.
 */
final class JmsSubscription implements Subscription {

	private static final Logger log = LoggerFactory.getLogger(JmsSubscription.class);

	/** How long to wait for a message before it is looked for what to acknowledge. */
	private static final Duration WAIT = Duration.ofMillis(20);

	private static final Backoff BACKOFF = Backoff.exponential(Duration.ofMillis(50), 2, Duration.ofSeconds(5), 0.2);

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

	private final String topic;

	private final JmsDestination destination;

	private final String queue;

	private final JmsMessages messages;

	private final ConnectionFactory factory;

	private final JmsOptions options;

	private final Deliveries deliveries;

	private final Consumer<JmsSubscription> onEnd;

	/** What is dealt with and not acknowledged yet. */
	private final Queue<Received> dealtWith = new ConcurrentLinkedQueue<>();

	/** Zero when no more is received. */
	private final CountDownLatch receiving = new CountDownLatch(1);

	/** Zero when no more will be acknowledged. */
	private final CountDownLatch acknowledging = new CountDownLatch(1);

	private final CountDownLatch ended = new CountDownLatch(1);

	private final AtomicBoolean closing = new AtomicBoolean();

	private final Reconnection reconnection = new Reconnection(BACKOFF);

	private volatile @Nullable JmsLink link;

	private volatile boolean started;

	private @Nullable MessageConsumer consumer;

	JmsSubscription(String topic, JmsDestination destination, String queue, JmsMessages messages,
			ConnectionFactory factory, JmsOptions options, Deliveries deliveries, Consumer<JmsSubscription> onEnd) {
		this.topic = topic;
		this.destination = destination;
		this.queue = queue;
		this.messages = messages;
		this.factory = factory;
		this.options = options;
		this.deliveries = deliveries;
		this.onEnd = onEnd;
	}

	/** Subscribes, and returns when what is published from now on will arrive. */
	void start() throws JMSException {
		connect();
		this.started = true;
		Threads.start("micro-broker-jms-" + this.topic, this::run);
	}

	private void connect() throws JMSException {
		JmsLink opened = new JmsLink(this.factory, this.options);
		try {
			this.consumer = consumer(opened);
		}
		catch (JMSException | RuntimeException ex) {
			opened.close();
			throw ex;
		}
		this.link = opened;
		this.reconnection.made();
	}

	private MessageConsumer consumer(JmsLink by) throws JMSException {
		Session session = by.session();
		return (this.destination.isQueue() || this.queue.isEmpty())
				? session.createConsumer(Provider.destination(session, this.destination))
				: by.provider().member(session, session.createTopic(this.destination.name()), this.queue, this.options);
	}

	private void run() {
		while (this.acknowledging.getCount() > 0) {
			try {
				if (this.link == null) {
					connect();
					log.info("The subscription to {} goes on", this.topic);
				}
				step();
			}
			catch (JMSException | RuntimeException ex) {
				failed(ex);
			}
		}
		try {
			acknowledge();
		}
		catch (JMSException | RuntimeException ex) {
			log.info("Messages of {} may come again, the server did not hear of them: {}", this.topic,
					JmsLink.reason(ex));
		}
		disconnect();
		this.ended.countDown();
	}

	private void step() throws JMSException {
		acknowledge();
		JmsLink current = this.link;
		MessageConsumer from = this.consumer;
		if (current == null || from == null || current.isBroken()) {
			throw new JMSException("the connection is lost");
		}
		if (this.receiving.getCount() == 0 || this.deliveries.isFull()) {
			pause(WAIT.toMillis());
			return;
		}
		Message message = from.receive(WAIT.toMillis());
		if (message != null) {
			Received received = new Received(message, current);
			if (!this.deliveries.offer(this.topic, raw(message), received)) {
				received.release();
			}
		}
	}

	/**
	 * What cannot be read comes once more, where it can, as it may be the connection's
	 * fault.
	 */
	private io.microspring.message.Message raw(Message message) throws JMSException {
		try {
			return this.messages.raw(message);
		}
		catch (JMSException | RuntimeException ex) {
			if (!this.queue.isEmpty() && !message.getJMSRedelivered()) {
				throw ex;
			}
			return JmsMessages.unreadable(JmsLink.reason(ex));
		}
	}

	private void acknowledge() throws JMSException {
		for (Received one = this.dealtWith.poll(); one != null; one = this.dealtWith.poll()) {
			if (one.from == this.link) {
				one.message.acknowledge();
			}
		}
	}

	private void failed(Exception ex) {
		if (this.link != null && this.receiving.getCount() > 0) {
			log.warn("The subscription to {} is interrupted, trying again: {}", this.topic, JmsLink.reason(ex));
		}
		disconnect();
		pause(this.reconnection.lost().toMillis());
	}

	private void disconnect() {
		JmsLink lost = this.link;
		this.link = null;
		this.consumer = null;
		if (lost != null) {
			lost.close();
			this.deliveries.releaseRevoked();
		}
	}

	private void pause(long millis) {
		try {
			this.acknowledging.await(millis, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			log.trace("Interrupted", ex);
		}
	}

	@Override
	public String topic() {
		return this.topic;
	}

	@Override
	public void stop() {
		this.receiving.countDown();
		this.deliveries.stop();
	}

	@Override
	public void close() {
		if (!this.closing.compareAndSet(false, true)) {
			return;
		}
		stop();
		this.deliveries.close(this::end);
	}

	private void end() {
		this.acknowledging.countDown();
		if (this.started) {
			awaitEnd();
		}
		else {
			disconnect();
		}
		this.onEnd.accept(this);
	}

	private void awaitEnd() {
		try {
			if (!this.ended.await(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
				log.info("The server does not let the subscription to {} end in time", this.topic);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** A message that is here; what is not acknowledged goes back with the connection. */
	private final class Received implements Receipt {

		private final Message message;

		private final JmsLink from;

		Received(Message message, JmsLink from) {
			this.message = message;
			this.from = from;
		}

		/** A queue's comes again, to whoever is there. */
		@Override
		public boolean isRevoked() {
			JmsSubscription subscription = JmsSubscription.this;
			return !subscription.queue.isEmpty() && this.from != subscription.link;
		}

		@Override
		public void ack() {
			JmsSubscription.this.dealtWith.add(this);
		}

	}

}
