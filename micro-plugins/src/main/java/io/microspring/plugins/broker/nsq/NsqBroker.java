package io.microspring.plugins.broker.nsq;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

import javax.net.ssl.SSLContext;

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
import io.microspring.transport.TlsOptions;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import org.jspecify.annotations.Nullable;

/**
 * Messages over NSQ, as go-micro's plugin sends and receives them (protocol reference
 * §9.2): the topic is NSQ's, a queue is a channel, a subscriber without a queue has an
 * ephemeral channel of its own, and a message is the JSON envelope. It speaks NSQ's TCP
 * protocol V2 itself, and so needs no driver.
 * <p>
 * Messages are delivered at least once, in no order. A channel keeps what is published
 * while none of its members is there. Thread-safe. go-micro:
 * {@code go-plugins/broker/nsq}.
 */
public final class NsqBroker implements Broker {

	private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(2);

	private static final Set<BrokerFeature> FEATURES = Set.of(BrokerFeature.QUEUES, BrokerFeature.DURABLE_QUEUES,
			BrokerFeature.REDELIVERY);

	private static final Pattern NAME = Pattern.compile("[.a-zA-Z0-9_-]{1,64}(#ephemeral)?");

	private static final String EPHEMERAL = "#ephemeral";

	private final NsqOptions options;

	private final List<NsqAddress> addresses;

	private final @Nullable SSLContext tls;

	private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, Threads.loops("micro-broker-nsq"),
			NioIoHandler.newFactory());

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-broker-nsq");

	private final Set<NsqSubscription> subscriptions = ConcurrentHashMap.newKeySet();

	/** To any nsqd that is there. */
	private final SharedConnection<NsqConnection> publisher = new SharedConnection<>(this, NsqConnection::isOpen);

	private final @Nullable NsqLookup lookup;

	/** Whether there has been a message to publish. */
	private volatile boolean publishing;

	/**
	 * A broker that is not connected yet.
	 * @param options where the nsqds are and how to use them
	 * @throws TlsException when a file of TLS is missing, unreadable or not fit for
	 * another
	 */
	public NsqBroker(NsqOptions options) {
		this.options = options;
		this.addresses = NsqAddress.all(options.address());
		this.tls = (options.tls() != null) ? options.tls().toSslContext() : null;
		this.lookup = lookup(NsqLookupdAddress.all(options.lookupdAddress()));
	}

	private @Nullable NsqLookup lookup(List<NsqLookupdAddress> lookupds) {
		if (lookupds.isEmpty()) {
			return null;
		}
		SSLContext believed = (this.tls != null) ? this.tls : TlsOptions.client().toSslContext();
		return new NsqLookup(lookupds.stream().map((lookupd) -> new NsqLookupd(lookupd, believed, this.loops)).toList(),
				this.options, this.executor);
	}

	@Override
	public String name() {
		return "nsq";
	}

	@Override
	public String address() {
		return this.options.address();
	}

	/**
	 * Connects to an nsqd to publish to. With nsqlookupd, makes sure that one of those
	 * answers instead: who only subscribes needs no nsqd to publish to.
	 */
	@Override
	public void connect() {
		NsqLookup finder = this.lookup;
		if (finder == null) {
			publisher(this.options.timeout());
			return;
		}
		NsqLookup.Round round = finder.ping(this.options.timeout());
		if (round.isFailure()) {
			throw new BrokerException(finder + " cannot be reached: " + round.reasons(), null);
		}
	}

	@Override
	public void publish(String topic, Message message) {
		requireTopic(topic);
		byte[] body = Envelope.encode(message);
		if (body.length > this.options.maxMessageSize()) {
			throw BrokerException.refused("a message for " + topic + " of " + body.length
					+ " bytes, in its envelope, is larger than the " + this.options.maxMessageSize() + " allowed",
					null);
		}
		this.publishing = true;
		try {
			NsqConnection.await(publisher(this.options.timeout()).request("PUB " + topic, body),
					this.options.timeout());
		}
		catch (NsqException ex) {
			throw ex.failure(this + " does not take a message for " + topic);
		}
		catch (InterruptedException | TimeoutException | IOException ex) {
			throw failure(this + " did not confirm a message for " + topic + ", which may have arrived", ex);
		}
	}

	@Override
	public Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler) {
		options.requireSupported(topic, this);
		Objects.requireNonNull(handler, "handler");
		requireTopic(topic);
		String channel = options.queue().isEmpty() ? UUID.randomUUID() + EPHEMERAL
				: requireName("queue", options.queue());
		this.publisher.requireOpen();
		NsqSubscription subscription = new NsqSubscription(this, topic, channel, options, handler);
		this.subscriptions.add(subscription);
		try {
			subscription.open((this.lookup != null) ? this.lookup.find(topic) : this.addresses);
			if (this.lookup != null) {
				subscription.follow(this.lookup);
			}
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
		requireName("topic", topic);
	}

	private static String requireName(String what, String name) {
		if (!NAME.matcher(name).matches()) {
			throw BrokerException.refused(
					"a " + what + " of NSQ has 1 to 64 of the characters A-Z a-z 0-9 . _ -; '" + name + "' is none",
					null);
		}
		return name;
	}

	/** A connection to one nsqd. */
	NsqConnection open(NsqAddress address, NsqConnection.Listener listener, Duration timeout)
			throws IOException, InterruptedException, TimeoutException {
		return NsqConnection.open(this.loops, address, this.options, this.tls, listener, timeout);
	}

	NsqOptions options() {
		return this.options;
	}

	EventLoopGroup loops() {
		return this.loops;
	}

	ExecutorService executor() {
		return this.executor;
	}

	void ended(NsqSubscription subscription) {
		this.subscriptions.remove(subscription);
	}

	@Override
	public Set<BrokerFeature> features() {
		return FEATURES;
	}

	@Override
	public HealthReport health() {
		NsqLookup finder = this.lookup;
		Map<String, String> details = (finder == null) ? Map.of("address", this.options.address())
				: Map.of("address", this.options.address(), "lookupd-address", this.options.lookupdAddress());
		try {
			this.publisher.requireOpen();
			if (finder == null || this.publishing) {
				publisher(HEALTH_TIMEOUT);
			}
			return ((finder == null) ? HealthReport.up(this + " is connected") : health(finder)).with(details);
		}
		catch (BrokerException ex) {
			return HealthReport.down(String.valueOf(ex.getMessage())).with(details);
		}
	}

	private HealthReport health(NsqLookup finder) {
		for (NsqSubscription subscription : this.subscriptions) {
			if (subscription.isCutOff()) {
				return HealthReport
					.down("none of the nsqds that " + finder + " named for " + subscription.topic() + " is connected");
			}
		}
		NsqLookup.Round round = finder.ping(HEALTH_TIMEOUT);
		if (round.failures().isEmpty()) {
			return HealthReport.up(finder + " answers");
		}
		String silent = "an nsqlookupd does not answer: " + round.reasons();
		return (round.isFailure() && this.subscriptions.stream().noneMatch(NsqSubscription::isConnected))
				? HealthReport.down(silent) : HealthReport.degraded(silent);
	}

	@Override
	public void close() {
		this.publisher.stop();
		if (this.lookup != null) {
			this.lookup.stop();
		}
		this.subscriptions.forEach(NsqSubscription::stop);
		this.subscriptions.forEach(NsqSubscription::close);
		this.publisher.close(NsqConnection::close);
		this.loops.shutdownGracefully(0, 2, TimeUnit.SECONDS);
		this.executor.shutdown();
	}

	@Override
	public String toString() {
		return "nsq at " + this.options.address();
	}

	private NsqConnection publisher(Duration timeout) {
		return this.publisher.get(timeout, () -> connectToAny(timeout));
	}

	private NsqConnection connectToAny(Duration timeout) {
		List<NsqAddress> left = new ArrayList<>(this.addresses);
		Duration each = timeout.dividedBy(left.size());
		for (;;) {
			NsqAddress address = left.remove(ThreadLocalRandom.current().nextInt(left.size()));
			try {
				return open(address, NsqConnection.Listener.NONE, each);
			}
			catch (InterruptedException | TimeoutException | IOException ex) {
				if (ex instanceof NsqException answer && left.isEmpty()) {
					throw answer.failure(this + " does not let us in");
				}
				if (left.isEmpty() || ex instanceof InterruptedException) {
					throw failure(
							this + " cannot be reached within " + timeout.toMillis() + " ms"
									+ ((this.lookup != null) ? ", and nsqlookupd is not asked where to publish" : ""),
							ex);
				}
			}
		}
	}

	/** What an nsqd to subscribe at is called. */
	String named(NsqAddress address) {
		return (this.lookup == null) ? toString() : "nsq at " + address + ", which " + this.lookup + " names,";
	}

	/**
	 * What was asked did not happen.
	 * @param what what was not done by whom
	 * @param cause why
	 * @return the exception
	 */
	static BrokerException failure(String what, Exception cause) {
		if (cause instanceof InterruptedException) {
			Thread.currentThread().interrupt();
		}
		String why = (cause instanceof TimeoutException) ? "no answer" : String.valueOf(cause.getMessage());
		return new BrokerException(what + ": " + why, cause);
	}

}
