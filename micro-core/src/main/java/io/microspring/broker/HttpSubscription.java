package io.microspring.broker;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription of this process: to messages of this process and to those that came over
 * the network alike.
 */
final class HttpSubscription implements Subscription, Target {

	private static final Logger log = LoggerFactory.getLogger(HttpBroker.class);

	private final Map<HttpDialect, String> ids = new EnumMap<>(HttpDialect.class);

	private final String topic;

	private final String queue;

	private final HttpBroker broker;

	private final Deliveries deliveries;

	/** Bounds what this process publishes, which waits for room. */
	private final Semaphore room;

	/**
	 * Bounds what comes over the network. Each connection has one message here at the
	 * most, as none is taken before the last one has been handled for the first time.
	 */
	private final Semaphore remoteRoom;

	private final AtomicBoolean leaving = new AtomicBoolean();

	private volatile boolean closed;

	private volatile boolean unregistered;

	HttpSubscription(String topic, SubscribeOptions options, EventHandler handler, HttpBroker broker) {
		// Some registries, such as Consul, know an instance by its id alone.
		for (HttpDialect dialect : HttpDialect.values()) {
			this.ids.put(dialect, topic + "-" + UUID.randomUUID());
		}
		this.topic = topic;
		this.queue = options.queue();
		this.broker = broker;
		this.room = new Semaphore(broker.options().queueSize());
		this.remoteRoom = new Semaphore(broker.options().queueSize());
		this.deliveries = new Deliveries(broker, options, UnaryOperator.identity(), handler, broker.executor(),
				2 * broker.options().queueSize() + options.concurrency());
	}

	/** The id that it is registered with, one for each dialect. */
	String id(HttpDialect dialect) {
		return Objects.requireNonNull(this.ids.get(dialect));
	}

	/** All its ids. */
	Collection<String> ids() {
		return this.ids.values();
	}

	@Override
	public String topic() {
		return this.topic;
	}

	@Override
	public String queue() {
		return this.queue;
	}

	@Override
	public boolean isClosed() {
		return this.closed;
	}

	@Override
	public boolean offer(Outgoing message) {
		if (this.closed || !this.room.tryAcquire()) {
			return false;
		}
		receiveLocally(message);
		return true;
	}

	@Override
	public void put(Outgoing message) throws InterruptedException {
		if (this.closed) {
			return;
		}
		if (!this.room.tryAcquire(this.broker.options().publishTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
			throw new BrokerException("publishing to " + this.topic + " on broker http: the subscriber " + this
					+ " has had " + this.broker.options().queueSize() + " messages waiting for "
					+ this.broker.options().publishTimeout(), null);
		}
		receiveLocally(message);
	}

	private void receiveLocally(Outgoing message) {
		Local receipt = new Local(message);
		if (!this.deliveries.offer(this.topic, message.publication().message(), receipt)) {
			receipt.release();
		}
	}

	/**
	 * Takes a message that came over the network.
	 * @param message the message
	 * @param done is told once the handler has returned for the first time: false when it
	 * was not called, as the subscription has been closed
	 * @return false when too many wait already
	 */
	boolean receive(Message message, Consumer<Boolean> done) {
		if (!this.remoteRoom.tryAcquire()) {
			return false;
		}
		Remote receipt = new Remote(message, done);
		if (!this.deliveries.offer(this.topic, message, receipt)) {
			receipt.release();
		}
		return true;
	}

	@Override
	public OptionalLong lag() {
		return OptionalLong.of(this.deliveries.unsettled());
	}

	@Override
	public void stop() {
		this.closed = true;
		this.deliveries.stop();
	}

	@Override
	public void close() {
		this.broker.unsubscribe(this);
	}

	/** Whether it is not to be registered any more. */
	boolean isLeaving() {
		return this.closed || this.leaving.get();
	}

	/** Whether this is who ends it. */
	boolean leave() {
		return this.leaving.compareAndSet(false, true);
	}

	/** The handler is not called any more. */
	void end() {
		stop();
		this.deliveries.close();
	}

	@Override
	public String toString() {
		return id(HttpDialect.NEWEST);
	}

	/** Whether the registry could not be told of it, the last time. */
	boolean isUnregistered() {
		return this.unregistered;
	}

	void unregistered(boolean unregistered) {
		this.unregistered = unregistered;
	}

	private void warnOfLoss() {
		if (!this.queue.isEmpty()) {
			log.warn("A message of {} is dropped, as the member of queue {} that had it is gone and no other has room",
					this.topic, this.queue);
		}
	}

	/** A message that this process published. */
	private final class Local implements Receipt {

		private final Outgoing message;

		Local(Outgoing message) {
			this.message = message;
		}

		@Override
		public void ack() {
			HttpSubscription.this.room.release();
		}

		@Override
		public void release() {
			HttpSubscription.this.room.release();
			if (!this.message.passOn()) {
				warnOfLoss();
			}
		}

	}

	/** A message whose publisher waits for an answer. */
	private final class Remote implements Receipt {

		private final Message message;

		/** Null once it was told. */
		private final AtomicReference<@Nullable Consumer<Boolean>> done;

		Remote(Message message, Consumer<Boolean> done) {
			this.message = message;
			this.done = new AtomicReference<>(done);
		}

		/** The next message of its connection is not to wait for further attempts. */
		@Override
		public void attempted() {
			tell(true);
		}

		@Override
		public void ack() {
			HttpSubscription.this.remoteRoom.release();
			tell(true);
		}

		@Override
		public void release() {
			HttpSubscription own = HttpSubscription.this;
			own.remoteRoom.release();
			// Once it has been told, its publisher has it off its mind.
			if (!tell(false) && !own.queue.isEmpty() && !own.broker.passOn(own, this.message)) {
				warnOfLoss();
			}
		}

		private boolean tell(boolean handled) {
			Consumer<Boolean> waiting = this.done.getAndSet(null);
			if (waiting != null) {
				waiting.accept(handled);
			}
			return waiting != null;
		}

	}

}
