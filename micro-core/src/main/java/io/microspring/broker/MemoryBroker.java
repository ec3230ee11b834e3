package io.microspring.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.UnaryOperator;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Inside the process. go-micro: {@code broker/memory}; unlike there, a handler runs on a
 * thread of its own and not on the publisher's unless it asks for that, and the members
 * of a queue share its messages. Each subscription with a thread of its own gets its
 * messages in order, one at a time; no thread is started before something is published.
 */
final class MemoryBroker implements Broker {

	private static final Logger log = LoggerFactory.getLogger(MemoryBroker.class);

	/** How many messages may wait for one subscription; publishing waits beyond. */
	private static final int QUEUE_SIZE = 1024;

	private static final Set<BrokerFeature> FEATURES = Set.of(BrokerFeature.QUEUES, BrokerFeature.REDELIVERY,
			BrokerFeature.ORDER, BrokerFeature.LAG);

	private static final Duration PUBLISH_TIMEOUT = Duration.ofSeconds(5);

	private final int queueSize;

	private final Duration publishTimeout;

	private final Map<String, Recipients<MemorySubscription>> topics = new ConcurrentHashMap<>();

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-broker-memory");

	private volatile boolean closed;

	MemoryBroker() {
		this(QUEUE_SIZE, PUBLISH_TIMEOUT);
	}

	MemoryBroker(int queueSize, Duration publishTimeout) {
		this.queueSize = queueSize;
		this.publishTimeout = publishTimeout;
	}

	@Override
	public String name() {
		return "memory";
	}

	@Override
	public String address() {
		return "";
	}

	@Override
	public void connect() {
		requireOpen();
	}

	@Override
	public void publish(String topic, Message message) {
		requireTopic(topic);
		requireOpen();
		Recipients<MemorySubscription> recipients = this.topics.get(topic);
		if (recipients == null) {
			return;
		}
		Event event = new Delivered(topic, message);
		try {
			BrokerException failure = null;
			for (MemorySubscription subscription : recipients.everyone()) {
				failure = first(failure, subscription.put(event, Receipt.NONE));
			}
			for (List<MemorySubscription> members : recipients.queues()) {
				failure = first(failure, putToOne(members, event));
			}
			// The others have got it nevertheless.
			if (failure != null) {
				throw failure;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new BrokerException("interrupted while publishing to " + topic + " on broker memory", ex);
		}
	}

	private static @Nullable BrokerException first(@Nullable BrokerException before, @Nullable BrokerException now) {
		return (before != null) ? before : now;
	}

	private @Nullable BrokerException putToOne(List<MemorySubscription> members, Event event)
			throws InterruptedException {
		if (offerToOne(members, event)) {
			return null;
		}
		for (MemorySubscription member : members) {
			if (!member.closed) {
				BrokerException failure = member.put(event, new Share(event, member.queue));
				if (failure != null || !member.closed) {
					return failure;
				}
			}
		}
		return null;
	}

	private boolean offerToOne(List<MemorySubscription> members, Event event) {
		for (MemorySubscription member : members) {
			if (member.offer(event, new Share(event, member.queue))) {
				return true;
			}
		}
		return false;
	}

	/** A member of a queue ends with a message that it has not dealt with. */
	private void passOn(Event event, String queue) {
		Recipients<MemorySubscription> recipients = this.topics.get(event.topic());
		if (recipients == null) {
			return;
		}
		for (List<MemorySubscription> members : recipients.queues()) {
			if (members.get(0).queue.equals(queue) && !offerToOne(members, event)) {
				Threads.executeWhenFree(this.executor, () -> putLater(members, event));
			}
		}
	}

	private void putLater(List<MemorySubscription> members, Event event) {
		try {
			BrokerException failure = putToOne(members, event);
			if (failure != null) {
				log.warn("A message of {} is dropped, as the member of its queue that had it is gone: {}",
						event.topic(), failure.getMessage());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler) {
		options.requireSupported(topic, this);
		requireOpen();
		MemorySubscription subscription = new MemorySubscription(topic, options, handler);
		this.topics.compute(topic, (key, before) -> {
			List<MemorySubscription> subscribers = new ArrayList<>((before != null) ? before.all() : List.of());
			subscribers.add(subscription);
			return recipients(subscribers);
		});
		return subscription;
	}

	private static Recipients<MemorySubscription> recipients(List<MemorySubscription> subscribers) {
		return new Recipients<>(subscribers, (subscription) -> subscription.queue);
	}

	private @Nullable Recipients<MemorySubscription> without(MemorySubscription gone,
			Recipients<MemorySubscription> before) {
		List<MemorySubscription> left = before.all().stream().filter((subscription) -> subscription != gone).toList();
		return left.isEmpty() ? null : recipients(left);
	}

	@Override
	public Set<BrokerFeature> features() {
		return FEATURES;
	}

	@Override
	public HealthReport health() {
		return this.closed ? HealthReport.down("closed")
				: HealthReport.up("in this process").with(Map.of("topics", String.valueOf(this.topics.size())));
	}

	@Override
	public void close() {
		this.closed = true;
		List<MemorySubscription> all = this.topics.values()
			.stream()
			.flatMap((recipients) -> recipients.all().stream())
			.toList();
		all.forEach(MemorySubscription::stop);
		all.forEach(MemorySubscription::close);
		this.executor.shutdown();
	}

	private void requireOpen() {
		if (this.closed) {
			throw new BrokerException("broker memory is closed", null);
		}
	}

	private final class MemorySubscription implements Subscription {

		private final String topic;

		private final String queue;

		private final EventHandler handler;

		/** Whether the handler is called on the publisher's thread. */
		private final boolean direct;

		private final Deliveries deliveries;

		private volatile boolean closed;

		MemorySubscription(String topic, SubscribeOptions options, EventHandler handler) {
			this.topic = topic;
			this.queue = options.queue();
			this.handler = handler;
			// Somebody is to say what becomes of it, and may not say it at once.
			this.direct = options.direct() && options.ack() != AckMode.MANUAL;
			this.deliveries = new Deliveries(MemoryBroker.this, options, UnaryOperator.identity(), handler,
					MemoryBroker.this.executor, MemoryBroker.this.queueSize + options.concurrency());
		}

		boolean offer(Event event, Receipt receipt) {
			if (this.direct) {
				return handleNow(event, receipt);
			}
			return this.deliveries.offer(this.topic, event.message(), receipt);
		}

		/** Why it has no room; null when it has taken the message, or is closed. */
		@Nullable BrokerException put(Event event, Receipt receipt) throws InterruptedException {
			if (this.direct) {
				handleNow(event, receipt);
				return null;
			}
			return this.deliveries.put(this.topic, event.message(), receipt, MemoryBroker.this.publishTimeout) ? null
					: noRoom();
		}

		private @Nullable BrokerException noRoom() {
			MemoryBroker broker = MemoryBroker.this;
			return this.closed ? null
					: new BrokerException("publishing to " + this.topic + " on broker memory: a subscriber has had "
							+ broker.queueSize + " messages waiting for " + broker.publishTimeout, null);
		}

		private boolean handleNow(Event event, Receipt receipt) {
			if (this.closed) {
				return false;
			}
			try {
				this.handler.handle(event);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				log.warn("A subscriber of {} failed", this.topic, ex);
			}
			catch (Throwable ex) {
				// Whoever publishes has no part in it, whatever it is.
				again(event, ex, receipt);
			}
			return true;
		}

		private void again(Event event, Throwable failure, Receipt receipt) {
			try {
				BrokerException full = this.deliveries.failed(this.topic, event.message(), failure, receipt,
						MemoryBroker.this.publishTimeout) ? null : noRoom();
				if (full != null) {
					throw full;
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		@Override
		public String topic() {
			return this.topic;
		}

		@Override
		public OptionalLong lag() {
			return OptionalLong.of(this.deliveries.unsettled());
		}

		@Override
		public void stop() {
			this.closed = true;
			MemoryBroker.this.topics.computeIfPresent(this.topic, (key, before) -> without(this, before));
			this.deliveries.stop();
		}

		@Override
		public void close() {
			stop();
			this.deliveries.close();
		}

	}

	/** A message of a queue, with one of its members. */
	private final class Share implements Receipt {

		private final Event event;

		private final String queue;

		Share(Event event, String queue) {
			this.event = event;
			this.queue = queue;
		}

		@Override
		public void ack() {
		}

		@Override
		public void release() {
			passOn(this.event, this.queue);
		}

	}

}
