package io.microspring.plugins.broker.rabbitmq;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.BrokerFeature;
import io.microspring.broker.EventHandler;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.message.Message;
import io.microspring.plugins.rabbitmq.RabbitConnection;
import io.microspring.plugins.rabbitmq.RabbitMessages;

/**
 * Messages over RabbitMQ, as go-micro's plugin sends and receives them (protocol
 * reference §9.2): through one exchange, with the topic as the routing key, the body as
 * the body and the headers as headers. A queue is RabbitMQ's of that name; a subscriber
 * without a queue has one of its own. The topic that a subscriber names is a binding key:
 * {@code *} stands for a word in it and {@code #} for any number of them.
 * <p>
 * Publishing returns once the server has confirmed the message. A subscriber gets every
 * message of its queue at least once while the queue is there: what is not acknowledged
 * comes again when the connection broke or the process died. By default queues are
 * go-micro's, which go with their last subscriber and with the server;
 * {@link RabbitBrokerOptions#durableQueues()} keeps them. Subscriptions mend themselves,
 * whatever ended their channel. Thread-safe. Needs {@code com.rabbitmq:amqp-client}.
 * go-micro: {@code go-plugins/broker/rabbitmq}.
 */
public final class RabbitBroker implements Broker {

	private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(2);

	/** The longest text that the protocol has for a routing key or a queue's name. */
	private static final int MOST_BYTES = 255;

	private static final int PERSISTENT = 2;

	private final RabbitBrokerOptions options;

	/** Two, as the server stops reading from one that publishes too much. */
	private final RabbitConnection publishing;

	private final RabbitConnection subscribing;

	private final Publisher publisher;

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "rabbitmq-subscriber");

	private final Set<RabbitSubscription> subscriptions = ConcurrentHashMap.newKeySet();

	private volatile boolean closed;

	/**
	 * A broker that is not connected yet.
	 * @param options where RabbitMQ is and how to use it
	 */
	public RabbitBroker(RabbitBrokerOptions options) {
		this.options = options;
		this.publishing = new RabbitConnection(options.connection(), "micro-publisher");
		this.subscribing = new RabbitConnection(options.connection(), "micro-subscriber");
		this.publisher = new Publisher(this.publishing, options.connection());
	}

	@Override
	public String name() {
		return "rabbitmq";
	}

	@Override
	public String address() {
		return this.options.connection().address();
	}

	@Override
	public Set<BrokerFeature> features() {
		Set<BrokerFeature> features = EnumSet.of(BrokerFeature.QUEUES, BrokerFeature.REDELIVERY, BrokerFeature.ORDER,
				BrokerFeature.LAG);
		if (this.options.durableQueues()) {
			features.add(BrokerFeature.DURABLE_QUEUES);
		}
		return Set.copyOf(features);
	}

	@Override
	public void connect() {
		requireOpen();
		try {
			this.publisher.connect();
		}
		catch (IOException ex) {
			throw failure(String.valueOf(ex.getMessage()), ex);
		}
	}

	@Override
	public void publish(String topic, Message message) {
		requireOpen();
		requireTopic(topic);
		int limit = this.options.connection().maxMessageSize();
		if (message.body().length > limit) {
			throw BrokerException.refused(this + " is sent no message for " + topic + ": its body of "
					+ message.body().length + " bytes is larger than the " + limit + " allowed", null);
		}
		BasicProperties properties = RabbitMessages.properties(message.headers()).deliveryMode(PERSISTENT).build();
		try {
			this.publisher.publish(topic, properties, message.body());
		}
		catch (IOException ex) {
			throw failure(this + " did not take a message for " + topic + ": " + ex.getMessage(), ex);
		}
		catch (IllegalArgumentException ex) {
			// Such as headers that are too large for a frame.
			throw BrokerException.refused(this + " is sent no message for " + topic + ": " + ex.getMessage(), ex);
		}
	}

	@Override
	public Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler) {
		options.requireSupported(topic, this);
		Objects.requireNonNull(handler, "handler");
		requireOpen();
		requireTopic(topic);
		requireNoLoop(topic, options.deadLetter());
		String queue = options.queue();
		if (this.options.queuePerTopic() && !queue.isEmpty()) {
			queue = topic + "." + queue;
		}
		if (!queue.isEmpty()) {
			requireShort("queue", queue);
			requireOneTopic(topic, queue);
		}
		RabbitSubscription subscription = new RabbitSubscription(this, this.options, this.subscribing, topic, queue,
				options, handler, this.executor);
		this.subscriptions.add(subscription);
		try {
			subscription.start();
		}
		catch (IOException ex) {
			subscription.close();
			throw failure(this + " did not let a subscriber of " + topic + " in: " + ex.getMessage(), ex);
		}
		if (this.closed) {
			subscription.close();
		}
		return subscription;
	}

	/** A topic may be a pattern that dead letters match too. */
	private void requireNoLoop(String topic, String letters) {
		String pattern = Arrays.stream(topic.split("\\.", -1)).map((word) -> switch (word) {
			case "*" -> "\\.[^.]*";
			case "#" -> "(\\.[^.]*)*";
			default -> "\\." + Pattern.quote(word);
		}).collect(Collectors.joining());
		if (!letters.isEmpty() && ("." + letters).matches(pattern)) {
			throw BrokerException
				.refused("dead letters at " + letters + " would come to the subscriber of " + topic + " itself", null);
		}
	}

	/**
	 * A queue of RabbitMQ holds the messages of every topic that it is bound to, whoever
	 * takes them.
	 */
	private void requireOneTopic(String topic, String queue) {
		for (RabbitSubscription other : this.subscriptions) {
			if (other.queue().equals(queue) && !other.topic().equals(topic)) {
				throw BrokerException.refused("queue " + queue + " of " + this + " is that of topic " + other.topic()
						+ " here, and cannot be that of " + topic + " too: each would get the other's messages. Give"
						+ " them queues of their own, or set queue-per-topic", null);
			}
		}
	}

	void ended(RabbitSubscription subscription) {
		this.subscriptions.remove(subscription);
	}

	@Override
	public HealthReport health() {
		Map<String, String> details = Map.of("address", address());
		if (this.closed) {
			return HealthReport.down("broker rabbitmq is closed").with(details);
		}
		try {
			if (!this.publishing.isOpen()) {
				this.publishing.openChannel(HEALTH_TIMEOUT).abort();
			}
		}
		catch (IOException ex) {
			return HealthReport.down(String.valueOf(ex.getMessage())).with(details);
		}
		String blocked = this.publishing.blocked();
		if (blocked != null) {
			return HealthReport.down(this + " takes no messages now: " + blocked).with(details);
		}
		long waiting = this.subscriptions.stream().filter((subscription) -> !subscription.isAttached()).count();
		return (waiting == 0) ? HealthReport.up(this + " answers").with(details)
				: HealthReport.degraded(this + " answers, but " + waiting + " subscriptions wait to be let in again")
					.with(details);
	}

	@Override
	public void close() {
		this.closed = true;
		this.subscriptions.forEach(RabbitSubscription::stop);
		this.subscriptions.forEach(RabbitSubscription::close);
		this.subscribing.close();
		this.publishing.close();
		this.executor.shutdown();
	}

	@Override
	public String toString() {
		return this.publishing.toString();
	}

	private void requireOpen() {
		if (this.closed) {
			throw new BrokerException("broker rabbitmq is closed", null);
		}
	}

	private BrokerException failure(String what, Throwable cause) {
		if (this.closed) {
			return new BrokerException("broker rabbitmq is closed", cause);
		}
		return isDenied(cause) ? BrokerException.denied(what, cause) : new BrokerException(what, cause);
	}

	/** Wrong credentials, or a virtual host that is not for them. */
	private static boolean isDenied(Throwable failure) {
		Throwable cause = failure;
		while (cause != null && !(cause instanceof PossibleAuthenticationFailureException)) {
			cause = cause.getCause();
		}
		return cause != null;
	}

	@Override
	public void requireTopic(String topic) {
		Broker.super.requireTopic(topic);
		requireShort("topic", topic);
	}

	private static void requireShort(String what, String name) {
		int length = name.getBytes(StandardCharsets.UTF_8).length;
		if (length > MOST_BYTES) {
			throw BrokerException.refused("a " + what + " of RabbitMQ has at most " + MOST_BYTES + " bytes, not "
					+ length + ": " + name.substring(0, 40) + "...", null);
		}
	}

}
