package io.microspring.plugins.broker.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

import io.microspring.broker.AckMode;
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
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.plugins.connection.SharedConnection;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages over Kafka, as go-micro's plugin sends and receives them (protocol reference
 * §9.2): the topic is Kafka's, a queue is a consumer group, a subscriber without a queue
 * is a group of its own, and a message is the JSON envelope in the value of a record;
 * {@link KafkaOptions#raw()} makes it body and Kafka headers instead.
 * <p>
 * A message goes to a partition picked at random, so that the members of a queue share
 * the work; order is kept within a partition only: that of its {@linkplain Headers#KEY
 * key} when it has one, which is then the record's, or with
 * {@link KafkaOptions#ordered()} that of its publisher. A subscriber gets every message
 * at least once from the moment that subscribing returned: its place is committed after
 * its handler ran, or up to the oldest message not acknowledged where it acknowledges
 * itself. Thread-safe. Needs {@code org.springframework.kafka:spring-kafka}, of which it
 * uses the Kafka clients. go-micro: {@code go-plugins/broker/kafka}.
 */
public final class KafkaBroker implements Broker {

	private static final Logger log = LoggerFactory.getLogger(KafkaBroker.class);

	private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(2);

	/** How long handlers may take to end when partitions go to another member. */
	private static final Duration REVOKE_TIMEOUT = Duration.ofSeconds(5);

	/** What a record needs besides its value: headers, and Kafka's own few bytes. */
	private static final int RECORD_OVERHEAD = 64 * 1024;

	/** Order is kept within a partition, and a message may go to any. */
	private static final Set<BrokerFeature> UNORDERED = Set.of(BrokerFeature.QUEUES, BrokerFeature.DURABLE_QUEUES,
			BrokerFeature.REDELIVERY, BrokerFeature.LAG);

	private static final Set<BrokerFeature> ORDERED = Set.of(BrokerFeature.QUEUES, BrokerFeature.DURABLE_QUEUES,
			BrokerFeature.REDELIVERY, BrokerFeature.LAG, BrokerFeature.ORDER);

	private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

	/** Which partition is this publisher's, of however many there are. */
	private final int own = ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);

	private final KafkaOptions options;

	private final Records records;

	private final Set<KafkaSubscription> subscriptions = ConcurrentHashMap.newKeySet();

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-broker-kafka");

	/** The driver connects anew by itself. */
	private final SharedConnection<Connection> connection = new SharedConnection<>(this, (made) -> true);

	/**
	 * A broker that is not connected yet.
	 * @param options where Kafka is and how to use it
	 */
	public KafkaBroker(KafkaOptions options) {
		this.options = options;
		this.records = new Records(options.raw(), options.maxMessageSize());
	}

	@Override
	public String name() {
		return "kafka";
	}

	@Override
	public String address() {
		return this.options.address();
	}

	@Override
	public void connect() {
		connection();
	}

	@Override
	public void publish(String topic, Message message) {
		requireTopic(topic);
		Producer<byte[], byte[]> producer = connection().producer;
		try {
			// By its key, that is Kafka's own business.
			Integer partition = (message.header(Headers.KEY) != null) ? null : partition(producer.partitionsFor(topic));
			ProducerRecord<byte[], byte[]> record = this.records.write(topic, partition, message);
			producer.send(record).get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw failure("was interrupted when publishing to", topic, ex);
		}
		catch (ExecutionException ex) {
			throw failure("did not take a message for", topic, cause(ex));
		}
		catch (KafkaException | IllegalStateException ex) {
			throw failure("did not take a message for", topic, ex);
		}
		catch (IllegalArgumentException ex) {
			throw BrokerException.refused(this + " does not take a message for " + topic + ": " + ex.getMessage(), ex);
		}
	}

	@Override
	public Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler) {
		options.requireSupported(topic, this);
		requireTopic(topic);
		Connection connected = connection();
		boolean alone = options.queue().isEmpty();
		String group = alone ? "micro-" + UUID.randomUUID() : options.queue();
		try {
			// A topic that is not there is made now, where Kafka is set to make topics.
			connected.producer.partitionsFor(topic);
			KafkaSubscription subscription = new KafkaSubscription(topic, group,
					new Deliveries(this, options, this.records::read, handler, this.executor,
							((options.ack() == AckMode.MANUAL) ? KafkaSubscription.MAX_OPEN : KafkaSubscription.AHEAD)
									+ options.concurrency() - 1),
					new KafkaConsumer<>(consumerProperties(group), new ByteArrayDeserializer(),
							new ByteArrayDeserializer()),
					revokeTimeout(), (ended) -> ended(ended, alone ? connected : null));
			this.subscriptions.add(subscription);
			subscription.start(this.options.timeout(), alone);
			if (this.connection.isClosed()) {
				subscription.close();
			}
			return subscription;
		}
		catch (KafkaException ex) {
			throw failure("did not let group " + group + " subscribe to", topic, ex);
		}
	}

	@Override
	public void requireTopic(String topic) {
		if (!TOPIC.matcher(topic).matches() || topic.equals(".") || topic.equals("..")) {
			throw BrokerException.refused("a topic of Kafka has 1 to 249 of the characters A-Z a-z 0-9 . _ -, and is"
					+ " not . or ..; '" + topic + "' is none", null);
		}
	}

	@Override
	public Set<BrokerFeature> features() {
		return this.options.ordered() ? ORDERED : UNORDERED;
	}

	@Override
	public HealthReport health() {
		Map<String, String> details = Map.of("address", this.options.address());
		try {
			int nodes = connection(HEALTH_TIMEOUT).admin.describeCluster(within(HEALTH_TIMEOUT))
				.nodes()
				.get(HEALTH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
				.size();
			return HealthReport.up(this + " answers, with " + nodes + " nodes").with(details);
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
		this.connection.stop();
		this.subscriptions.forEach(KafkaSubscription::stop);
		this.subscriptions.forEach(KafkaSubscription::close);
		this.executor.shutdown();
		this.connection.close((connected) -> {
			connected.producer.close(this.options.timeout());
			connected.admin.close(this.options.timeout());
		});
	}

	@Override
	public String toString() {
		return "kafka at " + this.options.address();
	}

	private Connection connection() {
		return connection(this.options.timeout());
	}

	private Connection connection(Duration timeout) {
		return this.connection.get(timeout, () -> open(timeout));
	}

	private Connection open(Duration timeout) {
		Admin admin = null;
		try {
			admin = Admin.create(properties());
			admin.describeCluster(within(timeout)).clusterId().get();
			return new Connection(admin,
					new KafkaProducer<>(producerProperties(), new ByteArraySerializer(), new ByteArraySerializer()));
		}
		catch (KafkaException | ExecutionException | InterruptedException ex) {
			if (admin != null) {
				admin.close(Duration.ZERO);
			}
			if (ex instanceof InterruptedException) {
				Thread.currentThread().interrupt();
			}
			Throwable cause = cause(ex);
			if (isDenied(cause)) {
				throw BrokerException.denied(this + " does not let us in: " + cause.getMessage(), cause);
			}
			if (isMisconfigured(cause)) {
				throw BrokerException.refused(this + " cannot be used with these properties: " + reason(cause), cause);
			}
			throw new BrokerException(
					this + " cannot be reached within " + timeout.toMillis() + " ms: " + reason(cause), cause);
		}
	}

	/**
	 * A group that nobody else can join is of no more use. Waited for, as deleting takes
	 * two steps, and an admin client that is being closed does not take the second.
	 */
	private void ended(KafkaSubscription subscription, @Nullable Connection ofItsOwn) {
		this.subscriptions.remove(subscription);
		if (ofItsOwn == null) {
			return;
		}
		try {
			ofItsOwn.admin.deleteConsumerGroups(List.of(subscription.group()))
				.all()
				.get(this.options.timeout().toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			log.info("Group {} stays in {}: {}", subscription.group(), this, ex.toString());
		}
	}

	private Map<String, Object> properties() {
		Map<String, Object> properties = new HashMap<>();
		properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, this.options.address());
		properties.putAll(this.options.properties());
		return properties;
	}

	private Map<String, Object> producerProperties() {
		int timeout = Math.toIntExact(this.options.timeout().toMillis());
		Map<String, Object> properties = new HashMap<>();
		properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeout);
		properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, timeout);
		// Whoever publishes waits for the answer: waiting for more messages is lost time.
		properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
		properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, this.options.maxMessageSize() + RECORD_OVERHEAD);
		properties.putAll(properties());
		// Kafka takes none that is shorter than what it is made of.
		long delivery = number(properties, ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG)
				+ number(properties, ProducerConfig.LINGER_MS_CONFIG);
		properties.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
				(int) Math.min(Integer.MAX_VALUE, Math.max(timeout, delivery)));
		return properties;
	}

	private static long number(Map<String, Object> properties, String name) {
		return (long) ConfigDef.parseType(name, properties.get(name), ConfigDef.Type.LONG);
	}

	private Map<String, Object> consumerProperties(String group) {
		Map<String, Object> properties = new HashMap<>();
		properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
		// What somebody else has taken back is no message.
		properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
		properties.putAll(properties());
		properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
		properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
		return properties;
	}

	/** Well before Kafka takes a member for a dead one. */
	private Duration revokeTimeout() {
		Map<String, Object> properties = this.options.properties();
		Duration half = properties.containsKey(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG)
				? Duration.ofMillis(number(properties, ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG) / 2)
				: REVOKE_TIMEOUT;
		return (half.compareTo(REVOKE_TIMEOUT) < 0) ? half : REVOKE_TIMEOUT;
	}

	/** What will be the same the next time. */
	private static boolean isRefused(Throwable cause) {
		return cause instanceof RecordTooLargeException || cause instanceof InvalidTopicException;
	}

	private static boolean isDenied(Throwable cause) {
		return cause instanceof AuthenticationException || cause instanceof AuthorizationException;
	}

	/**
	 * By properties that the clients do not take; an address can be found another time.
	 */
	private static boolean isMisconfigured(Throwable cause) {
		Throwable root = root(cause);
		return root instanceof ConfigException && !reason(cause).contains(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG);
	}

	/** What the clients' constructors wrap it in says nothing. */
	private static String reason(Throwable cause) {
		return String.valueOf(root(cause).getMessage());
	}

	private static Throwable root(Throwable cause) {
		Throwable root = cause;
		while (root.getClass() == KafkaException.class && root.getCause() != null) {
			root = root.getCause();
		}
		return root;
	}

	private BrokerException failure(String what, String topic, Throwable cause) {
		if (this.connection.isClosed()) {
			return new BrokerException("broker kafka is closed", cause);
		}
		String message = this + " " + what + " " + topic + ": " + reason(cause);
		if (isDenied(cause)) {
			return BrokerException.denied(message, cause);
		}
		return (isRefused(cause) || isMisconfigured(cause)) ? BrokerException.refused(message, cause)
				: new BrokerException(message, cause);
	}

	/** What happened, without what Java's futures wrap it in. */
	private static Throwable cause(Exception ex) {
		Throwable cause = (ex instanceof ExecutionException) ? ex.getCause() : null;
		return (cause != null) ? cause : ex;
	}

	/** Any partition, but one that can be written to when there is one. */
	private int partition(List<PartitionInfo> partitions) {
		if (this.options.ordered()) {
			// By its number: the list is in no order, and in another one later.
			return this.own % partitions.size();
		}
		int first = ThreadLocalRandom.current().nextInt(partitions.size());
		for (int i = 0; i < partitions.size(); i++) {
			PartitionInfo partition = partitions.get((first + i) % partitions.size());
			if (partition.leader() != null) {
				return partition.partition();
			}
		}
		return partitions.get(first).partition();
	}

	private static DescribeClusterOptions within(Duration timeout) {
		return new DescribeClusterOptions().timeoutMs(Math.toIntExact(timeout.toMillis()));
	}

	private record Connection(Admin admin, Producer<byte[], byte[]> producer) {

	}

}
