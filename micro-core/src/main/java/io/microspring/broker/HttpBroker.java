package io.microspring.broker;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.transport.Addresses;
import io.microspring.transport.HttpOptions;
import io.microspring.transport.Listener;
import io.microspring.transport.TlsOptions;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts messages to the subscribers that the registry knows (protocol reference §9.1).
 * go-micro: the default broker, {@code broker/http}.
 * <p>
 * Unlike there, subscribers of this process get their messages without the network and
 * the registry, each subscription has an id of its own so that none is called twice, and
 * messages for a host travel in order over one connection.
 */
final class HttpBroker implements Broker {

	private static final Logger log = LoggerFactory.getLogger(HttpBroker.class);

	/** Connections of publishers that have nothing to say. */
	private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(1);

	private static final Set<BrokerFeature> FEATURES = Set.of(BrokerFeature.QUEUES, BrokerFeature.ORDER,
			BrokerFeature.LAG);

	private final HttpLookup lookup;

	private final HttpBrokerOptions options;

	/** In the clear. */
	private final Transport transport;

	/** With TLS; null until somebody wants it. */
	private @Nullable Transport secureTransport;

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-broker-http");

	private final Set<HttpSubscription> subscriptions = ConcurrentHashMap.newKeySet();

	/** The subscriptions by each of their ids. */
	private final Map<String, HttpSubscription> byId = new ConcurrentHashMap<>();

	private final HttpRoutes routes;

	private final HttpRegistrations registrations;

	/** Guards listening, and closing. */
	private final ReentrantLock lock = new ReentrantLock();

	private final CountDownLatch closing = new CountDownLatch(1);

	private @Nullable Listener listener;

	private volatile String address;

	private volatile boolean closed;

	HttpBroker(Registry registry, HttpBrokerOptions options) {
		this.lookup = new HttpLookup(Objects.requireNonNull(registry, "registry"));
		this.options = options;
		this.address = options.address();
		this.transport = Transport.http(transportOptions());
		if (options.serverTls() != null || options.clientTls() != null) {
			transport(true);
		}
		this.routes = new HttpRoutes(this);
		this.registrations = new HttpRegistrations(this, registry);
	}

	private HttpOptions transportOptions() {
		return HttpOptions.defaults().withMaxMessageSize(this.options.maxMessageSize()).withIdleTimeout(IDLE_TIMEOUT);
	}

	@Override
	public String name() {
		return "http";
	}

	@Override
	public String address() {
		return this.address;
	}

	@Override
	public void connect() {
		this.lock.lock();
		try {
			requireOpen();
			if (this.listener == null) {
				this.listener = transport(isSecure()).listen(this.options.address(),
						(socket) -> socket.receive(new HttpBrokerConnection(socket, this)));
				this.address = Addresses.announced(this.listener.address(), this.options.advertise());
				this.registrations.start();
			}
		}
		catch (TransportException ex) {
			throw new BrokerException(
					"broker http could not listen on " + this.options.address() + ": " + ex.getMessage(), ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void publish(String topic, Message message) {
		requireTopic(topic);
		requireOpen();
		Publication publication = new Publication(topic, message.withHeader(Headers.TOPIC, topic));
		requireSize(topic, message.body().length);
		Recipients<Target> recipients = recipients(topic);
		for (Target target : recipients.all()) {
			if (target instanceof HttpNode node) {
				requireSize(topic, publication.json(node.dialect()).length);
			}
		}
		BrokerException failure = null;
		try {
			for (Target target : recipients.everyone()) {
				try {
					target.put(Outgoing.to(publication));
				}
				catch (BrokerException ex) {
					// The others get it nevertheless.
					failure = ex;
				}
			}
			for (List<Target> members : recipients.queues()) {
				putToOne(publication, members);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new BrokerException("interrupted while publishing to " + topic + " on broker http", ex);
		}
		if (failure != null) {
			throw failure;
		}
	}

	/**
	 * Hands a message to another member of a queue, as the one that had it ends, and its
	 * publisher takes it for handled.
	 * @return false when there is no other that takes it
	 */
	boolean passOn(HttpSubscription from, Message message) {
		try {
			Publication publication = new Publication(from.topic(), message.withHeader(Headers.TOPIC, from.topic()));
			for (List<Target> members : recipients(from.topic()).queues()) {
				List<Target> others = members.stream().filter((member) -> member != from).toList();
				if (members.get(0).queue().equals(from.queue()) && !others.isEmpty()) {
					Outgoing toFirst = Outgoing.toFirst(publication, others);
					return others.get(0).offer(toFirst) || toFirst.passOn();
				}
			}
		}
		catch (BrokerException ex) {
			log.warn("Nobody was found who could have what a member of queue {} leaves: {}", from.queue(),
					ex.getMessage());
		}
		return false;
	}

	private static void putToOne(Publication publication, List<Target> members) throws InterruptedException {
		Outgoing toFirst = Outgoing.toFirst(publication, members);
		if (members.get(0).offer(toFirst) || toFirst.passOn()) {
			return;
		}
		for (Target member : members) {
			if (!member.isClosed()) {
				member.put(Outgoing.to(publication));
				return;
			}
		}
	}

	private Recipients<Target> recipients(String topic) {
		try {
			return this.routes.of(topic, this.lookup.known());
		}
		catch (RegistryException ex) {
			throw new BrokerException(
					"broker http could not look up the subscribers of " + topic + ": " + ex.getMessage(), ex);
		}
	}

	@Override
	public Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler) {
		options.requireSupported(topic, this);
		connect();
		HttpSubscription subscription = new HttpSubscription(topic, options, handler, this);
		subscription.ids().forEach((id) -> this.byId.put(id, subscription));
		this.subscriptions.add(subscription);
		this.routes.forget();
		this.registrations.add(subscription);
		if (this.closed) {
			subscription.close();
			requireOpen();
		}
		return subscription;
	}

	void unsubscribe(HttpSubscription subscription) {
		if (!subscription.leave()) {
			return;
		}
		this.registrations.remove(subscription);
		subscription.end();
		this.subscriptions.remove(subscription);
		subscription.ids().forEach(this.byId::remove);
		this.routes.forget();
	}

	@Override
	public Set<BrokerFeature> features() {
		return FEATURES;
	}

	@Override
	public HealthReport health() {
		if (this.closed) {
			return HealthReport.down("closed");
		}
		Map<String, String> details = Map.of("address", this.address, "subscriptions",
				String.valueOf(this.subscriptions.size()));
		String trouble = this.registrations.trouble();
		return ((trouble == null) ? HealthReport.up("on " + this.address) : HealthReport.degraded(trouble))
			.with(details);
	}

	@Override
	public void close() {
		Listener listening;
		Transport secure;
		this.lock.lock();
		try {
			if (this.closed) {
				return;
			}
			this.closed = true;
			listening = this.listener;
			secure = this.secureTransport;
			this.registrations.stop();
		}
		finally {
			this.lock.unlock();
		}
		List<HttpSubscription> all = List.copyOf(this.subscriptions);
		all.forEach(HttpSubscription::stop);
		all.forEach(this::unsubscribe);
		if (listening != null) {
			listening.close();
		}
		this.routes.awaitIdle(this.options.publishTimeout());
		this.routes.close();
		this.closing.countDown();
		this.transport.close();
		if (secure != null) {
			secure.close();
		}
		this.executor.shutdown();
	}

	/** Waits, but not beyond closing: false then. */
	boolean pause(Duration time) {
		try {
			return !this.closing.await(time.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	@Nullable HttpSubscription subscription(String id, String topic) {
		HttpSubscription subscription = this.byId.get(id);
		return (subscription != null && subscription.topic().equals(topic)) ? subscription : null;
	}

	/** The subscriptions of this process. */
	Set<HttpSubscription> subscriptions() {
		return this.subscriptions;
	}

	/** Whether a registered subscriber is one of this process. */
	boolean isOwn(String id) {
		return this.byId.containsKey(id);
	}

	HttpBrokerOptions options() {
		return this.options;
	}

	/** Whether it listens with TLS. */
	boolean isSecure() {
		return this.options.serverTls() != null;
	}

	/** What reaches subscribers that want TLS, or such that do not. */
	Transport transport(boolean secure) {
		if (!secure) {
			return this.transport;
		}
		this.lock.lock();
		try {
			Transport present = this.secureTransport;
			if (present == null) {
				if (this.closed) {
					throw new TransportException("broker http is closed", true, null);
				}
				TlsOptions client = this.options.clientTls();
				present = Transport.http(transportOptions().withServerTls(this.options.serverTls())
					.withClientTls((client != null) ? client : TlsOptions.client()));
				this.secureTransport = present;
			}
			return present;
		}
		finally {
			this.lock.unlock();
		}
	}

	ExecutorService executor() {
		return this.executor;
	}

	private void requireOpen() {
		if (this.closed) {
			throw new BrokerException("broker http is closed", null);
		}
	}

	private void requireSize(String topic, int size) {
		if (size > this.options.maxMessageSize()) {
			throw BrokerException.refused("a message of " + size + " bytes is not published to " + topic
					+ " on broker http: the limit is " + this.options.maxMessageSize(), null);
		}
	}

}
