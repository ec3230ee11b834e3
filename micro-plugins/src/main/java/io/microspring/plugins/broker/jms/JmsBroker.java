package io.microspring.plugins.broker.jms;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.BrokerFeature;
import io.microspring.broker.Deliveries;
import io.microspring.broker.EventHandler;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.message.Message;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import org.jspecify.annotations.Nullable;

/**
 * Messages over JMS, by Artemis or ActiveMQ Classic, in the form in which go-micro's
 * STOMP plugin sends and receives them on the same server (protocol reference §9.2): the
 * topic is the destination, the body the body, and headers are properties.
 * <p>
 * A topic {@code a} or {@code /topic/a} is the topic a: a subscriber without a queue gets
 * a copy of what is published while it is there. A queue is a shared durable subscription
 * on Artemis, and on ActiveMQ Classic the queue {@code Consumer.<queue>.<topic>} of a
 * virtual topic; it keeps what its members have not acknowledged. {@code /queue/a} is the
 * queue a, which exists once, so that it is subscribed to with the queue a only.
 * <p>
 * Thread-safe. Needs {@code jakarta.jms:jakarta.jms-api} and the client of the server.
 * go-micro: {@code go-plugins/broker/stomp}.
 */
public final class JmsBroker implements Broker {

	private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(2);

	/** How long others may publish, or connect, before it is said that nothing moves. */
	private static final Duration BUSY_TIMEOUT = Duration.ofSeconds(30);

	private static final Set<BrokerFeature> FEATURES = Set.of(BrokerFeature.QUEUES, BrokerFeature.DURABLE_QUEUES,
			BrokerFeature.REDELIVERY, BrokerFeature.ORDER);

	private final ConnectionFactory factory;

	private final JmsOptions options;

	private final String address;

	private final JmsMessages messages;

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-broker-jms");

	private final Set<JmsSubscription> subscriptions = ConcurrentHashMap.newKeySet();

	/** Held by whoever publishes: a session is for one thread at a time. */
	private final ReentrantLock lock = new ReentrantLock();

	private volatile @Nullable Publisher publisher;

	private volatile boolean closed;

	/**
	 * A broker at an Artemis, not connected yet. Needs
	 * {@code org.apache.artemis:artemis-jakarta-client}.
	 * @param options where Artemis is and how to use it
	 */
	public JmsBroker(JmsOptions options) {
		this(Artemis.factory(options.address()), options, options.address());
	}

	/**
	 * A broker that connects by a factory, such as one with TLS. It must make connections
	 * of its own each time, not one that is shared or pooled.
	 * @param factory Artemis' or ActiveMQ Classic's
	 * @param options how to use the server
	 */
	public JmsBroker(ConnectionFactory factory, JmsOptions options) {
		this(factory, options, "");
	}

	private JmsBroker(ConnectionFactory factory, JmsOptions options, String address) {
		this.factory = factory;
		this.options = options;
		this.address = address;
		this.messages = new JmsMessages(options.maxMessageSize());
	}

	@Override
	public String name() {
		return "jms";
	}

	@Override
	public String address() {
		return this.address;
	}

	@Override
	public Set<BrokerFeature> features() {
		return FEATURES;
	}

	@Override
	public void connect() {
		lock("cannot be reached");
		try {
			publisher();
		}
		catch (JMSException | RuntimeException ex) {
			throw unreachable(ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void publish(String topic, Message message) {
		JmsDestination destination = JmsDestination.of(topic);
		lock("did not take a message for " + topic);
		try {
			publisher().send(destination, message);
		}
		catch (BrokerException ex) {
			throw ex;
		}
		catch (JMSException | RuntimeException ex) {
			forgetPublisher();
			throw failure("did not take a message for " + topic, ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler) {
		options.requireSupported(topic, this);
		JmsDestination destination = JmsDestination.of(topic);
		if (destination.isQueue() && !destination.name().equals(options.queue())) {
			throw BrokerException.refused("the messages of " + topic + " are those of one queue, so it is subscribed to"
					+ " with the queue " + destination.name() + " only", null);
		}
		if (!options.deadLetter().isEmpty() && JmsDestination.of(options.deadLetter()).equals(destination)) {
			throw BrokerException.refused(
					"dead letters at " + options.deadLetter() + " would come to the subscriber of " + topic + " itself",
					null);
		}
		requireOpen();
		Deliveries deliveries = new Deliveries(this, options, JmsMessages::read, handler, this.executor,
				Math.max(this.options.prefetch(), options.concurrency()));
		JmsSubscription subscription = new JmsSubscription(topic, destination, options.queue(), this.messages,
				this.factory, this.options, deliveries, this.subscriptions::remove);
		this.subscriptions.add(subscription);
		try {
			subscription.start();
		}
		catch (JMSException | RuntimeException ex) {
			subscription.close();
			throw failure("did not let us subscribe to " + topic, ex);
		}
		if (this.closed) {
			subscription.close();
		}
		return subscription;
	}

	@Override
	public void requireTopic(String topic) {
		JmsDestination.of(topic);
	}

	@Override
	public HealthReport health() {
		Map<String, String> details = this.address.isEmpty() ? Map.of() : Map.of("address", this.address);
		try {
			if (!this.lock.tryLock(HEALTH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
				return HealthReport.down(this + " does not answer").with(details);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return HealthReport.down("interrupted while asking " + this).with(details);
		}
		try {
			publisher();
			return HealthReport.up(this + " is connected").with(details);
		}
		catch (JMSException | RuntimeException ex) {
			return HealthReport.down(String.valueOf(unreachable(ex).getMessage())).with(details);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.subscriptions.forEach(JmsSubscription::stop);
		this.subscriptions.forEach(JmsSubscription::close);
		// Without the lock: whoever has it may be waiting for the server, until now.
		forgetPublisher();
		this.lock.lock();
		try {
			forgetPublisher();
		}
		finally {
			this.lock.unlock();
		}
		this.executor.shutdown();
	}

	@Override
	public String toString() {
		return this.address.isEmpty() ? "jms" : "jms at " + this.address;
	}

	/** What publishes, connected; anew when the server was lost. */
	private Publisher publisher() throws JMSException {
		requireOpen();
		Publisher connected = this.publisher;
		if (connected != null && !connected.link.isBroken()) {
			return connected;
		}
		forgetPublisher();
		connected = new Publisher(new JmsLink(this.factory, this.options));
		this.publisher = connected;
		return connected;
	}

	private void forgetPublisher() {
		Publisher connected = this.publisher;
		this.publisher = null;
		if (connected != null) {
			connected.link.close();
		}
	}

	private void requireOpen() {
		if (this.closed) {
			throw new BrokerException("broker jms is closed", null);
		}
	}

	/** For this thread alone to publish. */
	private void lock(String otherwise) {
		try {
			if (!this.lock.tryLock(BUSY_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
				requireOpen();
				throw new BrokerException(
						this + " " + otherwise + ": it has not taken another for " + BUSY_TIMEOUT.toSeconds() + " s",
						null);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new BrokerException("interrupted while waiting for " + this, ex);
		}
	}

	private BrokerException unreachable(Exception cause) {
		return failure(JmsLink.isDenied(cause) ? "does not let us in" : "cannot be reached", cause);
	}

	private BrokerException failure(String what, Exception cause) {
		if (cause instanceof BrokerException told) {
			return told;
		}
		if (this.closed) {
			return new BrokerException("broker jms is closed", cause);
		}
		String message = this + " " + what + ": " + JmsLink.reason(cause);
		return JmsLink.isDenied(cause) ? BrokerException.denied(message, cause) : new BrokerException(message, cause);
	}

	/** Publishes over one connection. */
	private final class Publisher {

		private final JmsLink link;

		private final MessageProducer producer;

		Publisher(JmsLink link) throws JMSException {
			this.link = link;
			this.producer = link.session().createProducer(null);
			this.producer.setDeliveryMode(
					JmsBroker.this.options.persistent() ? DeliveryMode.PERSISTENT : DeliveryMode.NON_PERSISTENT);
		}

		void send(JmsDestination destination, Message message) throws JMSException {
			this.producer.send(Provider.destination(this.link.session(), destination), JmsBroker.this.messages
				.write(this.link.session(), this.link.provider(), destination.name(), message));
		}

	}

}
