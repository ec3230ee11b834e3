package io.microspring.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Mailbox;
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
			for (MemorySubscription subscription : recipients.everyone()) {
				subscription.put(event);
			}
			for (List<MemorySubscription> members : recipients.queues()) {
				putToOne(members, event);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new BrokerException("interrupted while publishing to " + topic + " on broker memory", ex);
		}
	}

	private static void putToOne(List<MemorySubscription> members, Event event) throws InterruptedException {
		for (MemorySubscription member : members) {
			if (member.offer(event)) {
				return;
			}
		}
		for (MemorySubscription member : members) {
			if (!member.closed) {
				member.put(event);
				return;
			}
		}
	}

	@Override
	public Subscription subscribe(String topic, SubscribeOptions options, EventHandler handler) {
		requireTopic(topic);
		Objects.requireNonNull(handler, "handler");
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
	public HealthReport health() {
		return this.closed ? HealthReport.down("closed")
				: HealthReport.up("in this process").with(Map.of("topics", String.valueOf(this.topics.size())));
	}

	@Override
	public void close() {
		this.closed = true;
		this.topics.values().forEach((recipients) -> recipients.all().forEach(MemorySubscription::close));
		this.executor.shutdown();
	}

	private void requireOpen() {
		if (this.closed) {
			throw new BrokerException("broker memory is closed", null);
		}
	}

	private static void requireTopic(String topic) {
		if (topic.isEmpty()) {
			throw new IllegalArgumentException("a topic must not be empty");
		}
	}

	private final class MemorySubscription implements Subscription {

		private final String topic;

		private final String queue;

		private final EventHandler handler;

		/** None for a handler that is called on the publisher's thread. */
		private final @Nullable Mailbox<Event> messages;

		private volatile boolean closed;

		MemorySubscription(String topic, SubscribeOptions options, EventHandler handler) {
			this.topic = topic;
			this.queue = options.queue();
			this.handler = handler;
			this.messages = options.direct() ? null : new Mailbox<>("A subscriber of " + topic,
					MemoryBroker.this.queueSize, MemoryBroker.this.executor, this::handle);
		}

		boolean offer(Event event) {
			Mailbox<Event> mailbox = this.messages;
			return (mailbox != null) ? mailbox.offer(event) : handleNow(event);
		}

		void put(Event event) throws InterruptedException {
			Mailbox<Event> mailbox = this.messages;
			if (mailbox == null) {
				handleNow(event);
				return;
			}
			MemoryBroker broker = MemoryBroker.this;
			if (!mailbox.put(event, broker.publishTimeout) && !this.closed) {
				throw new BrokerException("publishing to " + this.topic + " on broker memory: a subscriber has had "
						+ broker.queueSize + " messages waiting for " + broker.publishTimeout, null);
			}
		}

		private boolean handleNow(Event event) {
			if (this.closed) {
				return false;
			}
			try {
				this.handler.handle(event);
			}
			catch (Throwable ex) {
				if (ex instanceof InterruptedException) {
					Thread.currentThread().interrupt();
				}
				// Whoever publishes has no part in it, whatever it is.
				log.warn("A subscriber of {} failed", this.topic, ex);
			}
			return true;
		}

		private void handle(Event event) {
			try {
				this.handler.handle(event);
			}
			catch (Exception ex) {
				log.warn("A subscriber of {} failed", this.topic, ex);
			}
		}

		@Override
		public String topic() {
			return this.topic;
		}

		@Override
		public void close() {
			this.closed = true;
			if (this.messages != null) {
				this.messages.close();
			}
			MemoryBroker.this.topics.computeIfPresent(this.topic, (key, before) -> without(this, before));
		}

	}

}
