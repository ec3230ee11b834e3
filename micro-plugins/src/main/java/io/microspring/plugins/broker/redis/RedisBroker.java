package io.microspring.plugins.broker.redis;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.lettuce.core.RedisException;
import io.lettuce.core.XAddArgs;
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
import io.microspring.plugins.broker.redis.RedisOptions.Mode;
import io.microspring.plugins.connection.SharedConnection;
import org.jspecify.annotations.Nullable;

/**
 * Messages over Redis, in one of two modes.
 * <p>
 * {@link Mode#PUBSUB} is go-micro's plugin (protocol reference §9.2): the topic is a
 * channel, the message a JSON envelope; who is not there misses it, and there are no
 * queues. {@link Mode#STREAMS} is our own: the topic is a stream, whose entries have the
 * same envelope in the field {@code message}, and a queue is a consumer group, which
 * keeps its place and gives what its members did not acknowledge to others. A subscriber
 * without a queue reads the stream from its end, and what it was handling when it died
 * does not come again.
 * <p>
 * A single server, or the primary that Sentinels name; no Redis Cluster. Needs Redis 6.2
 * or newer, or Valkey. Thread-safe. Needs {@code io.lettuce:lettuce-core}. go-micro:
 * {@code go-plugins/broker/redis}.
 */
public final class RedisBroker implements Broker {

	private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(2);

	private static final Set<BrokerFeature> PUBSUB_FEATURES = Set.of(BrokerFeature.ORDER);

	private static final Set<BrokerFeature> STREAM_FEATURES = Set.of(BrokerFeature.QUEUES, BrokerFeature.DURABLE_QUEUES,
			BrokerFeature.REDELIVERY, BrokerFeature.ORDER, BrokerFeature.LAG);

	private final RedisOptions options;

	private final List<RedisAddress> addresses;

	private final @Nullable RedisTls tls;

	private final Envelopes envelopes;

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-broker-redis");

	private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();

	/** The driver connects anew by itself. */
	private final SharedConnection<RedisLink> link = new SharedConnection<>(this, (made) -> true);

	/**
	 * A broker that is not connected yet.
	 * @param options where Redis is and how to use it
	 * @throws IllegalArgumentException when a file of TLS cannot be read
	 */
	public RedisBroker(RedisOptions options) {
		this.options = options;
		this.addresses = RedisAddress.all(options.address(), !options.sentinelMaster().isEmpty());
		this.tls = RedisTls.of(options, this.addresses);
		this.envelopes = new Envelopes(options.maxMessageSize());
	}

	@Override
	public String name() {
		return "redis";
	}

	@Override
	public String address() {
		return this.options.address();
	}

	@Override
	public Set<BrokerFeature> features() {
		return (this.options.mode() == Mode.STREAMS) ? STREAM_FEATURES : PUBSUB_FEATURES;
	}

	@Override
	public void connect() {
		link();
	}

	@Override
	public void publish(String topic, Message message) {
		requireTopic(topic);
		byte[] envelope = this.envelopes.write(topic, message);
		RedisLink connected = link();
		try {
			if (this.options.mode() == Mode.STREAMS) {
				connected.await(
						connected.commands().xadd(topic, trimming(), Map.of(StreamSubscription.FIELD, envelope)),
						"add a message to the stream " + topic);
			}
			else {
				connected.await(connected.commands().publish(topic, envelope), "publish a message to " + topic);
			}
		}
		catch (RedisException ex) {
			throw failure("did not take a message for " + topic, ex);
		}
	}

	private XAddArgs trimming() {
		XAddArgs args = new XAddArgs();
		return (this.options.maxLength() > 0) ? args.maxlen(this.options.maxLength()).approximateTrimming() : args;
	}

	@Override
	public Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler) {
		requireModeOfQueues(topic, options.queue());
		options.requireSupported(topic, this);
		RedisLink connected = link();
		int room = Math.max(this.options.prefetch(), options.concurrency());
		Deliveries deliveries = new Deliveries(this, options, this.envelopes::read, handler, this.executor, room);
		Subscription subscription = null;
		try {
			subscription = (this.options.mode() == Mode.STREAMS)
					? stream(topic, options.queue(), room, connected, deliveries)
					: channel(topic, connected, deliveries);
			return subscription;
		}
		catch (RedisException ex) {
			throw failure("did not let us subscribe to " + topic, ex);
		}
		finally {
			if (subscription == null) {
				deliveries.close();
			}
			else if (this.link.isClosed()) {
				subscription.close();
			}
		}
	}

	private void requireModeOfQueues(String topic, String queue) {
		if (this.options.mode() == Mode.PUBSUB && !topic.isEmpty() && !queue.isEmpty()) {
			throw BrokerException.refused("channels of Redis have no queues, so " + topic + " cannot have the queue "
					+ queue + "; micro.broker.redis.mode=streams has", null);
		}
	}

	private Subscription channel(String topic, RedisLink connected, Deliveries deliveries) {
		ChannelSubscription subscription = new ChannelSubscription(topic, this.envelopes, deliveries,
				this.subscriptions::remove);
		this.subscriptions.add(subscription);
		try {
			subscription.start(connected);
		}
		catch (RuntimeException ex) {
			subscription.close();
			throw ex;
		}
		return subscription;
	}

	private Subscription stream(String topic, String queue, int room, RedisLink connected, Deliveries deliveries) {
		StreamReader reader = queue.isEmpty() ? new TailReader(topic, connected)
				: new GroupReader(topic, queue, connected, this.options.claimIdle(), this.options.maxDeliveries());
		StreamSubscription subscription = new StreamSubscription(topic, reader, this.envelopes, deliveries, room,
				this.subscriptions::remove);
		this.subscriptions.add(subscription);
		try {
			subscription.start();
		}
		catch (RuntimeException ex) {
			subscription.close();
			throw ex;
		}
		return subscription;
	}

	@Override
	public HealthReport health() {
		Map<String, String> details = Map.of("address", this.options.address(), "mode",
				this.options.mode().name().toLowerCase(Locale.ROOT));
		try {
			link().commands().ping().get(HEALTH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
			return HealthReport.up(this + " answers").with(details);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return HealthReport.down("interrupted while asking " + this).with(details);
		}
		catch (ExecutionException | TimeoutException | RedisException ex) {
			return HealthReport.down(this + " does not answer").with(details);
		}
		catch (BrokerException ex) {
			return HealthReport.down(String.valueOf(ex.getMessage())).with(details);
		}
	}

	@Override
	public void close() {
		this.link.stop();
		this.subscriptions.forEach(Subscription::stop);
		this.subscriptions.forEach(Subscription::close);
		this.link.close(RedisLink::close);
		this.executor.shutdown();
	}

	@Override
	public String toString() {
		return "redis at " + RedisLink.where(this.options, this.addresses);
	}

	private RedisLink link() {
		try {
			return this.link.get(this.options.timeout(), () -> new RedisLink(this.options, this.addresses, this.tls));
		}
		catch (RedisException ex) {
			throw failure(RedisLink.isDenied(RedisLink.reason(ex)) ? "does not let us in" : "cannot be reached", ex);
		}
	}

	private BrokerException failure(String what, RedisException cause) {
		if (this.link.isClosed()) {
			return new BrokerException("broker redis is closed", cause);
		}
		return RedisLink.failure(this + " " + what, cause);
	}

}
