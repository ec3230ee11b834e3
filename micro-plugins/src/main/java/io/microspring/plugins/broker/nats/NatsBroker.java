package io.microspring.plugins.broker.nats;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.regex.Pattern;

import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.BrokerFeature;
import io.microspring.broker.Deliveries;
import io.microspring.broker.Envelope;
import io.microspring.broker.EventHandler;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.message.Message;
import io.microspring.plugins.broker.nats.NatsBrokerOptions.Mode;
import io.microspring.plugins.nats.NatsFailure;
import io.microspring.plugins.nats.NatsLink;
import io.nats.client.Connection;
import org.jspecify.annotations.Nullable;

/**
 * Messages over NATS, as go-micro's plugin sends and receives them (protocol reference
 * §9.2): the topic is the subject, a queue is NATS's queue group, and a message is the
 * JSON envelope. With {@link Mode#JETSTREAM} messages are kept: a queue is a durable
 * consumer, and what its members did not acknowledge comes again; go-micro's programs
 * publish to and hear the same subjects.
 * <p>
 * NATS is connected to when it is first needed, and again whenever it is lost, with all
 * subscriptions. Thread-safe. Needs {@code io.nats:jnats}. go-micro: {@code broker/nats}.
 */
public final class NatsBroker implements Broker {

	/** How often to look whether the connection was given up. */
	private static final Duration LOOK = Duration.ofSeconds(2);

	private static final Pattern SUBJECT = Pattern.compile("[^\\s.*>]+(\\.[^\\s.*>]+)*");

	private final NatsBrokerOptions options;

	private final NatsLink link;

	private final NatsMode mode;

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-broker-nats-handler");

	private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();

	private final Threads.Scheduled look;

	private volatile boolean closed;

	/**
	 * A broker that is not connected yet.
	 * @param options where NATS is, and whether messages are kept
	 * @throws IllegalArgumentException when a file of TLS or credentials cannot be read
	 */
	public NatsBroker(NatsBrokerOptions options) {
		this.options = options;
		this.link = new NatsLink(options.servers(), "broker", new Failures());
		this.mode = (options.mode() == Mode.CORE) ? new NatsCore(this.link) : new NatsStreams(this.link, options);
		this.look = Threads.every(LOOK, this.link.executor(), this.link::revive);
	}

	@Override
	public String name() {
		return "nats";
	}

	@Override
	public String address() {
		return this.options.servers().address();
	}

	@Override
	public void connect() {
		requireOpen();
		this.link.connection("connect");
	}

	@Override
	public void publish(String topic, Message message) {
		requireOpen();
		requireTopic(topic);
		Connection present = this.link.connection("publish to " + topic);
		byte[] envelope = Envelope.encode(message);
		if (envelope.length > present.getMaxPayload()) {
			throw BrokerException.refused(this + " takes no more than " + present.getMaxPayload()
					+ " bytes (max_payload), and the message for " + topic + " has " + envelope.length, null);
		}
		this.mode.publish(topic, envelope);
	}

	@Override
	public Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler) {
		requireOpen();
		options.requireSupported(topic, this);
		requireTopic(topic);
		if (!options.queue().isEmpty()) {
			requireQueue(options.queue());
		}
		Deliveries deliveries = new Deliveries(this, options, (raw) -> Envelope.decode(raw.body()), handler,
				this.executor, this.mode.room(options));
		Subscription begun = this.mode.subscribe(topic, options, deliveries);
		Subscription subscription = new Kept(begun);
		this.subscriptions.add(subscription);
		if (this.closed) {
			subscription.close();
		}
		return subscription;
	}

	@Override
	public void requireTopic(String topic) {
		Broker.super.requireTopic(topic);
		if (!SUBJECT.matcher(topic).matches()) {
			throw BrokerException.refused("'" + topic + "' is no topic for NATS: words with dots between, without"
					+ " white space and the wildcards * and >", null);
		}
	}

	private static void requireQueue(String queue) {
		if (queue.chars().anyMatch(Character::isWhitespace)) {
			throw BrokerException.refused("'" + queue + "' is no queue for NATS: it has white space", null);
		}
	}

	private void requireOpen() {
		if (this.closed) {
			throw new BrokerException("broker nats is closed", null);
		}
	}

	@Override
	public Set<BrokerFeature> features() {
		return this.mode.features();
	}

	@Override
	public HealthReport health() {
		Map<String, String> details = Map.of("address", address());
		try {
			this.link.ping("answer");
			return HealthReport.up("nats at " + this.link.server() + " answers").with(details);
		}
		catch (BrokerException ex) {
			return HealthReport.down(String.valueOf(ex.getMessage())).with(details);
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.look.cancel();
		this.subscriptions.forEach(Subscription::stop);
		this.subscriptions.forEach(Subscription::close);
		this.executor.shutdown();
		this.link.close();
	}

	@Override
	public String toString() {
		return this.link.toString();
	}

	/** A subscription that ends with the broker. */
	private final class Kept implements Subscription {

		private final Subscription begun;

		Kept(Subscription begun) {
			this.begun = begun;
		}

		@Override
		public String topic() {
			return this.begun.topic();
		}

		@Override
		public OptionalLong lag() {
			return this.begun.lag();
		}

		@Override
		public void stop() {
			this.begun.stop();
		}

		@Override
		public void close() {
			NatsBroker.this.subscriptions.remove(this);
			this.begun.close();
		}

	}

	private static final class Failures implements NatsFailure {

		@Override
		public RuntimeException of(String message, @Nullable Throwable cause) {
			return new BrokerException(message, cause);
		}

		@Override
		public RuntimeException denied(String message, @Nullable Throwable cause) {
			return BrokerException.denied(message, cause);
		}

	}

}
