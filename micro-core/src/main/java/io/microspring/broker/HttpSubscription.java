package io.microspring.broker;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.microspring.concurrent.Mailbox;
import io.microspring.message.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription of this process. Its handler gets one message at a time, those of this
 * process and those that came over the network alike.
 */
final class HttpSubscription implements Subscription, Target {

	private static final Logger log = LoggerFactory.getLogger(HttpBroker.class);

	private final Map<HttpDialect, String> ids = new EnumMap<>(HttpDialect.class);

	private final String topic;

	private final String queue;

	private final EventHandler handler;

	private final HttpBroker broker;

	/** Bounded by the room of those who put something in. */
	private final Mailbox<Incoming> incoming;

	/** Bounds what this process publishes, which waits for room. */
	private final Semaphore room;

	/**
	 * Bounds what comes over the network. Each connection has one message here at the
	 * most, as none is taken before the last one is handled.
	 */
	private final Semaphore remoteRoom;

	private volatile boolean closed;

	private volatile boolean unregistered;

	HttpSubscription(String topic, String queue, EventHandler handler, HttpBroker broker) {
		// Some registries, such as Consul, know an instance by its id alone.
		for (HttpDialect dialect : HttpDialect.values()) {
			this.ids.put(dialect, topic + "-" + UUID.randomUUID());
		}
		this.topic = topic;
		this.queue = queue;
		this.handler = handler;
		this.broker = broker;
		this.room = new Semaphore(broker.options().queueSize());
		this.remoteRoom = new Semaphore(broker.options().queueSize());
		this.incoming = new Mailbox<>("A subscriber of " + topic, Integer.MAX_VALUE, broker.executor(), this::handle);
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
		this.incoming.offer(new Incoming(message.publication().message(), (handled) -> {
			this.room.release();
			if (!handled) {
				message.passOn();
			}
		}));
	}

	/**
	 * Takes a message that came over the network.
	 * @param message the message
	 * @param done is told once the handler has returned: false when it was not called, as
	 * the subscription has been closed
	 * @return false when too many wait already
	 */
	boolean receive(Message message, Consumer<Boolean> done) {
		if (!this.remoteRoom.tryAcquire()) {
			return false;
		}
		this.incoming.offer(new Incoming(message, (handled) -> {
			this.remoteRoom.release();
			done.accept(handled);
		}));
		return true;
	}

	private void handle(Incoming next) {
		if (this.closed) {
			next.done.accept(false);
			return;
		}
		try {
			this.handler.handle(new Delivered(this.topic, next.message));
		}
		catch (Exception ex) {
			log.warn("A subscriber of {} failed", this.topic, ex);
		}
		finally {
			next.done.accept(true);
		}
	}

	@Override
	public void close() {
		this.broker.unsubscribe(this);
	}

	/** The handler is not called any more. */
	void end() {
		this.closed = true;
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

	/**
	 * A message and what to do once it is handled.
	 *
	 * @param message the message
	 * @param done is told whether it was handled
	 */
	private record Incoming(Message message, Consumer<Boolean> done) {

	}

}
