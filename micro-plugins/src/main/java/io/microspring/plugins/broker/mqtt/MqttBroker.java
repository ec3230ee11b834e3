package io.microspring.plugins.broker.mqtt;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;

import com.hivemq.client.mqtt.exceptions.MqttEncodeException;
import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.BrokerFeature;
import io.microspring.broker.Envelope;
import io.microspring.broker.EventHandler;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.message.Message;
import io.microspring.plugins.connection.SharedConnection;
import io.microspring.transport.TlsException;

/**
 * Messages over MQTT, as go-micro's plugin sends and receives them (protocol reference
 * §9.2): the topic is MQTT's, and a message is the JSON envelope, sent at least once (QoS
 * 1) and not retained. A queue, which go-micro does not have there, is a shared
 * subscription.
 * <p>
 * A subscription has a connection of its own, so that a slow handler holds up no other,
 * and is made again when the connection was lost. What was on its way then comes again
 * while the server keeps the session: half a minute, or, in a queue of a process with a
 * {@linkplain MqttOptions#clientId() name}, also when the process was gone. The topic of
 * a subscription may have wildcards. Thread-safe. Needs
 * {@code com.hivemq:hivemq-mqtt-client}. go-micro: {@code go-plugins/broker/mqtt}.
 */
public final class MqttBroker implements Broker {

	private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(2);

	/** Nobody subscribes to it; to end that asks the server for an answer. */
	private static final String HEALTH_TOPIC = "micro-health";

	private static final Set<BrokerFeature> NAMELESS = Set.of(BrokerFeature.QUEUES, BrokerFeature.ORDER);

	private static final Set<BrokerFeature> NAMED = Set.of(BrokerFeature.QUEUES, BrokerFeature.ORDER,
			BrokerFeature.DURABLE_QUEUES, BrokerFeature.REDELIVERY);

	private final MqttOptions options;

	private final MqttConnector connector;

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-broker-mqtt");

	private final Set<MqttSubscription> subscriptions = ConcurrentHashMap.newKeySet();

	/** The names of sessions that subscriptions have. */
	private final Set<String> names = ConcurrentHashMap.newKeySet();

	private final SharedConnection<MqttLink> publisher = new SharedConnection<>(this, MqttLink::isConnected);

	/**
	 * A broker that is not connected yet.
	 * @param options where the servers are and how to use them
	 * @throws TlsException when a file of TLS is missing, unreadable or not fit for
	 * another
	 */
	public MqttBroker(MqttOptions options) {
		this.options = options;
		this.connector = new MqttConnector(options);
	}

	@Override
	public String name() {
		return "mqtt";
	}

	@Override
	public String address() {
		return this.options.address();
	}

	@Override
	public void connect() {
		publisher(this.options.timeout());
	}

	@Override
	public void publish(String topic, Message message) {
		requireTopic(topic);
		byte[] payload = Envelope.encode(message);
		if (payload.length > this.options.maxMessageSize()) {
			throw BrokerException.refused("a message for " + topic + " of " + payload.length
					+ " bytes, in its envelope, is larger than the " + this.options.maxMessageSize() + " allowed",
					null);
		}
		await(publisher(this.options.timeout()).publish(topic, payload), "did not take a message for " + topic);
	}

	@Override
	public Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler) {
		options.requireSupported(topic, this);
		Objects.requireNonNull(handler, "handler");
		String filter = MqttTopics.filter(topic, options);
		this.publisher.requireOpen();
		boolean shared = !options.queue().isEmpty();
		String name = (shared && !this.options.clientId().isEmpty()) ? claim(topic, options.queue()) : "";
		MqttSubscription subscription = new MqttSubscription(this, topic, filter, name, options, handler);
		this.subscriptions.add(subscription);
		try {
			MqttLink link = subscription.open();
			if (shared) {
				this.connector.requireSharing(link);
			}
			await(link.subscribe(filter), "did not let subscribe to " + filter);
			subscription.opened();
		}
		catch (RuntimeException ex) {
			subscription.close();
			throw ex;
		}
		if (this.publisher.isClosed()) {
			subscription.close();
		}
		return subscription;
	}

	@Override
	public void requireTopic(String topic) {
		MqttTopics.topic(topic);
	}

	/**
	 * A name for the session of a member of a queue, the same when the process starts
	 * again: short, as some servers want it, and its own for each member here.
	 */
	private String claim(String topic, String queue) {
		String of = queue + "\0" + topic;
		long hash = UUID.nameUUIDFromBytes(of.getBytes(StandardCharsets.UTF_8)).getMostSignificantBits();
		for (int member = 0;; member++) {
			String name = this.options.clientId() + "-" + Long.toHexString(hash) + ((member == 0) ? "" : "-" + member);
			if (this.names.add(name)) {
				return name;
			}
		}
	}

	void ended(MqttSubscription subscription, String name) {
		this.subscriptions.remove(subscription);
		this.names.remove(name);
	}

	MqttOptions options() {
		return this.options;
	}

	MqttConnector connector() {
		return this.connector;
	}

	ExecutorService executor() {
		return this.executor;
	}

	@Override
	public Set<BrokerFeature> features() {
		return this.options.clientId().isEmpty() ? NAMELESS : NAMED;
	}

	@Override
	public HealthReport health() {
		Map<String, String> details = Map.of("address", this.options.address());
		try {
			MqttConnector.await(publisher(HEALTH_TIMEOUT).unsubscribe(HEALTH_TOPIC), HEALTH_TIMEOUT);
			return HealthReport.up(this + " answers").with(details);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return HealthReport.down("interrupted while asking " + this).with(details);
		}
		catch (ExecutionException | TimeoutException ex) {
			return HealthReport.down(this + " does not answer").with(details);
		}
		catch (BrokerException ex) {
			return HealthReport.down(String.valueOf(ex.getMessage())).with(details);
		}
	}

	@Override
	public void close() {
		this.publisher.stop();
		this.subscriptions.forEach(MqttSubscription::stop);
		this.subscriptions.forEach(MqttSubscription::close);
		this.publisher.close((connected) -> connected.disconnect(true));
		this.executor.shutdown();
	}

	@Override
	public String toString() {
		return this.connector.toString();
	}

	private MqttLink publisher(Duration timeout) {
		return this.publisher.get(timeout, () -> this.connector
			.open(new MqttLink.Session("micro-" + UUID.randomUUID(), 0, 1, MqttLink.Listener.NONE), timeout));
	}

	/** Waits for the server, which may have done it also when it does not say so. */
	private void await(CompletableFuture<?> done, String otherwise) {
		try {
			MqttConnector.await(done, this.options.timeout());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new BrokerException("interrupted while " + this + " was asked, which so far " + otherwise, ex);
		}
		catch (ExecutionException | TimeoutException ex) {
			Throwable cause = MqttConnector.cause(ex);
			if (cause instanceof MqttEncodeException) {
				throw BrokerException.refused(this + " " + otherwise + ": " + cause.getMessage(), cause);
			}
			if (MqttConnector.isDenied(cause)) {
				throw BrokerException.denied(this + " " + otherwise + ": " + MqttConnector.reason(cause), cause);
			}
			throw new BrokerException(this + " " + otherwise + " within " + this.options.timeout().toMillis() + " ms: "
					+ MqttConnector.reason(cause), cause);
		}
	}

}
