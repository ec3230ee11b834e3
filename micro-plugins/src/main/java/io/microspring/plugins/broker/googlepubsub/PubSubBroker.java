package io.microspring.plugins.broker.googlepubsub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

import com.google.api.core.ApiFuture;
import com.google.api.gax.rpc.AlreadyExistsException;
import com.google.api.gax.rpc.InvalidArgumentException;
import com.google.api.gax.rpc.NotFoundException;
import com.google.api.gax.rpc.PermissionDeniedException;
import com.google.api.gax.rpc.UnauthenticatedException;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.DeleteSubscriptionRequest;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.ListTopicsRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.Topic;
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
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Messages over Google Cloud Pub/Sub, as go-micro's plugin sends and receives them
 * (protocol reference §9.2): the body is the data, the headers are attributes, a queue is
 * a subscription of Pub/Sub by its name, and a subscriber without a queue has one of its
 * own, which goes when it ends. Topics that are not there are made.
 * <p>
 * Messages are delivered at least once, in no order. A queue keeps what is published
 * while none of its members is there; unlike go-micro's, it stays when one of them ends.
 * Thread-safe. Needs {@code com.google.cloud:google-cloud-pubsub}. go-micro:
 * {@code go-plugins/broker/googlepubsub}.
 */
public final class PubSubBroker implements Broker {

	/** What Google's own variable says, in Google's own programs. */
	private static final String PROJECT_VARIABLE = "GOOGLE_CLOUD_PROJECT";

	private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(2);

	private static final Set<BrokerFeature> FEATURES = Set.of(BrokerFeature.QUEUES, BrokerFeature.DURABLE_QUEUES,
			BrokerFeature.REDELIVERY);

	/** How long a message waits for a subscriber of its own that does not come. */
	private static final Duration RETENTION = Duration.ofDays(1);

	/** How long the subscription of a process that was killed is kept: more than that. */
	private static final Duration EXPIRY = Duration.ofDays(2);

	private static final Pattern NAME = Pattern.compile("(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}");

	private static final int MOST_ATTRIBUTES = 100;

	private static final int LONGEST_KEY = 256;

	private static final int LONGEST_VALUE = 1024;

	private final PubSubOptions options;

	private final String project;

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-broker-pubsub");

	private final Set<PubSubSubscription> subscriptions = ConcurrentHashMap.newKeySet();

	private final ReentrantLock lock = new ReentrantLock();

	private volatile @Nullable PubSubClients clients;

	private volatile boolean closed;

	/**
	 * A broker that is not connected yet.
	 * @param options where and how; without a project, it is the one that the variable
	 * {@code GOOGLE_CLOUD_PROJECT} names
	 * @throws IllegalArgumentException when there is no project
	 */
	public PubSubBroker(PubSubOptions options) {
		this.options = options;
		String variable = System.getenv(PROJECT_VARIABLE);
		this.project = (options.project().isEmpty() && variable != null) ? variable : options.project();
		if (this.project.isBlank()) {
			throw new IllegalArgumentException("Pub/Sub needs a project of Google Cloud:"
					+ " micro.broker.googlepubsub.project, or the variable " + PROJECT_VARIABLE);
		}
	}

	@Override
	public String name() {
		return "googlepubsub";
	}

	@Override
	public String address() {
		return this.options.emulator();
	}

	@Override
	public void connect() {
		ask(this.options.timeout());
	}

	@Override
	public void publish(String topic, Message message) {
		String name = topic(topic);
		PublishRequest request = PublishRequest.newBuilder().setTopic(name).addMessages(write(topic, message)).build();
		try {
			try {
				await(clients().topics().publishCallable().futureCall(request));
			}
			catch (NotFoundException ex) {
				createTopic(name);
				await(clients().topics().publishCallable().futureCall(request));
			}
		}
		catch (InvalidArgumentException ex) {
			throw BrokerException.refused(this + " does not take a message for " + topic + ": " + ex.getMessage(), ex);
		}
		catch (InterruptedException | TimeoutException | RuntimeException ex) {
			throw failure("did not take a message for " + topic, ex);
		}
	}

	private PubsubMessage write(String topic, Message message) {
		if (message.body().length > this.options.maxMessageSize()) {
			throw BrokerException.refused("a message for " + topic + " of " + message.body().length
					+ " bytes is larger than the " + this.options.maxMessageSize() + " allowed", null);
		}
		PubsubMessage.Builder builder = PubsubMessage.newBuilder().setData(ByteString.copyFrom(message.body()));
		message.headers().forEach((name, value) -> {
			requireAttribute(topic, name, value);
			builder.putAttributes(name, value);
		});
		if (builder.getAttributesCount() > MOST_ATTRIBUTES) {
			throw BrokerException.refused("a message for " + topic + " has " + builder.getAttributesCount()
					+ " headers, and Pub/Sub takes " + MOST_ATTRIBUTES, null);
		}
		if (message.body().length == 0 && builder.getAttributesCount() == 0) {
			// Pub/Sub takes no message that is empty.
			builder.putAttributes("Micro-Topic", topic);
		}
		return builder.build();
	}

	private static void requireAttribute(String topic, String name, String value) {
		int key = name.getBytes(StandardCharsets.UTF_8).length;
		int length = value.getBytes(StandardCharsets.UTF_8).length;
		if (name.isEmpty() || name.startsWith("goog") || key > LONGEST_KEY || length > LONGEST_VALUE) {
			throw BrokerException.refused("header " + name + " of a message for " + topic + " is none for Pub/Sub:"
					+ " a name has 1 to " + LONGEST_KEY + " bytes and does not begin with goog, a value has up to "
					+ LONGEST_VALUE + " bytes, this one " + length, null);
		}
	}

	Message read(PubsubMessage message) {
		Metadata.Builder headers = Metadata.builder();
		message.getAttributesMap().forEach(headers::set);
		return new Message(headers.build(), message.getData().toByteArray());
	}

	@Override
	public Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler) {
		options.requireSupported(topic, this);
		Objects.requireNonNull(handler, "handler");
		String name = topic(topic);
		boolean own = options.queue().isEmpty();
		String queue = own ? "q-" + UUID.randomUUID()
				: (this.options.queuePerTopic() ? topic + "." + options.queue() : options.queue());
		String subscription = "projects/" + this.project + "/subscriptions/" + requireName("queue", queue);
		create(name, subscription, own);
		PubSubSubscription receiving = new PubSubSubscription(this, topic, name, subscription, own, options, handler);
		this.subscriptions.add(receiving);
		try {
			receiving.start();
		}
		catch (RuntimeException ex) {
			receiving.close();
			throw ex;
		}
		if (this.closed) {
			receiving.close();
		}
		return receiving;
	}

	/**
	 * Makes a subscription that is not there, and its topic.
	 * @throws BrokerException when it cannot, or one of that name is of another topic
	 */
	void create(String topic, String subscription, boolean own) {
		try {
			String found = find(topic, subscription, own);
			if (!found.equals(topic)) {
				throw BrokerException.refused("queue " + subscription + " is one of " + found + " already, not of "
						+ topic + "; micro.broker.googlepubsub.queue-per-topic makes it one of each", null);
			}
		}
		catch (BrokerException ex) {
			throw ex;
		}
		catch (InterruptedException | TimeoutException | RuntimeException ex) {
			throw failure("did not make " + subscription, ex);
		}
	}

	/** The topic of a subscription, which is made when there is none. */
	private String find(String topic, String subscription, boolean own) throws InterruptedException, TimeoutException {
		GetSubscriptionRequest get = GetSubscriptionRequest.newBuilder().setSubscription(subscription).build();
		try {
			return await(clients().subscriptions().getSubscriptionCallable().futureCall(get)).getTopic();
		}
		catch (NotFoundException ex) {
			createTopic(topic);
		}
		com.google.pubsub.v1.Subscription.Builder wanted = com.google.pubsub.v1.Subscription.newBuilder()
			.setName(subscription)
			.setTopic(topic)
			.setAckDeadlineSeconds(Math.toIntExact(this.options.ackDeadline().toSeconds()));
		if (own) {
			wanted.getMessageRetentionDurationBuilder().setSeconds(RETENTION.toSeconds());
			wanted.getExpirationPolicyBuilder().getTtlBuilder().setSeconds(EXPIRY.toSeconds());
		}
		try {
			return await(clients().subscriptions().createSubscriptionCallable().futureCall(wanted.build())).getTopic();
		}
		catch (AlreadyExistsException ex) {
			return await(clients().subscriptions().getSubscriptionCallable().futureCall(get)).getTopic();
		}
	}

	private void createTopic(String topic) throws InterruptedException, TimeoutException {
		try {
			await(clients().topics().createTopicCallable().futureCall(Topic.newBuilder().setName(topic).build()));
		}
		catch (AlreadyExistsException ex) {
			// All the better.
		}
	}

	void delete(String subscription) throws InterruptedException, TimeoutException {
		await(clients().subscriptions()
			.deleteSubscriptionCallable()
			.futureCall(DeleteSubscriptionRequest.newBuilder().setSubscription(subscription).build()));
	}

	private String topic(String topic) {
		return "projects/" + this.project + "/topics/" + requireName("topic", topic);
	}

	@Override
	public void requireTopic(String topic) {
		requireName("topic", topic);
	}

	private static String requireName(String what, String name) {
		if (!NAME.matcher(name).matches()) {
			throw BrokerException.refused("a " + what + " of Pub/Sub has 3 to 255 of the characters"
					+ " A-Z a-z 0-9 - . _ ~ + %, begins with a letter and not with goog; '" + name + "' is none", null);
		}
		return name;
	}

	PubSubOptions options() {
		return this.options;
	}

	ExecutorService executor() {
		return this.executor;
	}

	void ended(PubSubSubscription subscription) {
		this.subscriptions.remove(subscription);
	}

	@Override
	public Set<BrokerFeature> features() {
		return FEATURES;
	}

	@Override
	public HealthReport health() {
		Map<String, String> details = Map.of("project", this.project, "emulator", this.options.emulator());
		try {
			ask(HEALTH_TIMEOUT);
			return HealthReport.up(this + " answers").with(details);
		}
		catch (BrokerException ex) {
			return HealthReport.down(String.valueOf(ex.getMessage())).with(details);
		}
	}

	private void ask(Duration timeout) {
		ListTopicsRequest one = ListTopicsRequest.newBuilder()
			.setProject("projects/" + this.project)
			.setPageSize(1)
			.build();
		try {
			await(clients().topics().listTopicsCallable().futureCall(one), timeout);
		}
		catch (InterruptedException | TimeoutException | RuntimeException ex) {
			throw failure(
					isDenied(ex) ? "does not let us in" : "cannot be reached within " + timeout.toMillis() + " ms", ex);
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.subscriptions.forEach(PubSubSubscription::stop);
		this.subscriptions.forEach(PubSubSubscription::close);
		this.lock.lock();
		try {
			if (this.clients != null) {
				this.clients.close();
				this.clients = null;
			}
		}
		finally {
			this.lock.unlock();
		}
		this.executor.shutdown();
	}

	@Override
	public String toString() {
		return "googlepubsub in " + this.project
				+ (this.options.emulator().isEmpty() ? "" : " at " + this.options.emulator());
	}

	PubSubClients clients() {
		PubSubClients made = this.clients;
		if (made != null) {
			return made;
		}
		this.lock.lock();
		try {
			if (this.closed && this.clients == null) {
				throw new BrokerException("broker googlepubsub is closed", null);
			}
			if (this.clients == null) {
				this.clients = new PubSubClients(this.options);
			}
			return this.clients;
		}
		catch (IOException ex) {
			throw BrokerException.denied(this + " has no credentials: " + ex.getMessage(), ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	private <T> T await(ApiFuture<T> answer) throws InterruptedException, TimeoutException {
		return await(answer, this.options.timeout());
	}

	private static <T> T await(ApiFuture<T> answer, Duration timeout) throws InterruptedException, TimeoutException {
		try {
			return PubSubClients.await(answer, timeout);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RuntimeException failure) {
				throw failure;
			}
			throw new IllegalStateException(ex.getCause());
		}
	}

	private BrokerException failure(String what, Exception cause) {
		if (cause instanceof BrokerException told) {
			return told;
		}
		if (cause instanceof InterruptedException) {
			Thread.currentThread().interrupt();
		}
		if (this.closed) {
			return new BrokerException("broker googlepubsub is closed", cause);
		}
		String why = (cause instanceof TimeoutException) ? "no answer" : String.valueOf(cause.getMessage());
		String message = this + " " + what + ": " + why;
		return isDenied(cause) ? BrokerException.denied(message, cause) : new BrokerException(message, cause);
	}

	private static boolean isDenied(Exception cause) {
		return cause instanceof UnauthenticatedException || cause instanceof PermissionDeniedException;
	}

}
