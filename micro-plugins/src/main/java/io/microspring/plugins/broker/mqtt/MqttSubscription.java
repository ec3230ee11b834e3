package io.microspring.plugins.broker.mqtt;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.microspring.broker.Deliveries;
import io.microspring.broker.Envelope;
import io.microspring.broker.EventHandler;
import io.microspring.broker.Receipt;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.Backoff;
import io.microspring.concurrent.Reconnection;
import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription with a connection of its own, which is made again when it was lost. The
 * messages of one that was lost are given up where the server sends them again, and else
 * handled to the end, as nobody else has them.
 */
final class MqttSubscription implements Subscription, MqttLink.Listener {

	private static final Logger log = LoggerFactory.getLogger(MqttSubscription.class);

	/** How long the server keeps what comes for a nameless process that is cut off. */
	private static final Duration CUT_OFF = Duration.ofSeconds(30);

	private static final Duration LEAVING = Duration.ofSeconds(2);

	private static final Backoff BACKOFF = Backoff.exponential(Duration.ofMillis(100), 2, Duration.ofSeconds(10), 0.2);

	private final MqttBroker broker;

	private final String topic;

	private final String filter;

	/** What the server keeps the session by when the process is gone, or empty. */
	private final String name;

	private final MqttLink.Session session;

	private final Deliveries deliveries;

	/** Of this connection: whether its messages have been sent again by another. */
	private volatile AtomicBoolean resent = new AtomicBoolean();

	private volatile @Nullable MqttLink link;

	/**
	 * Whether the connection has ended: the driver says so a moment before it calls it
	 * disconnected.
	 */
	private volatile boolean over;

	private final Reconnection reconnection = new Reconnection(BACKOFF);

	/** Whether a connection that ends is to be made again. */
	private final AtomicBoolean open = new AtomicBoolean();

	private final AtomicBoolean left = new AtomicBoolean();

	private volatile CompletableFuture<?> unsubscribed = CompletableFuture.completedFuture(null);

	private volatile boolean closed;

	MqttSubscription(MqttBroker broker, String topic, String filter, String name, SubscribeOptions options,
			EventHandler handler) {
		this.broker = broker;
		this.topic = topic;
		this.filter = filter;
		this.name = name;
		this.session = new MqttLink.Session(name.isEmpty() ? "micro-" + UUID.randomUUID() : name, kept(),
				Math.max(broker.options().receiveMaximum(), options.concurrency()), this);
		// By 3.1.1 nobody tells the server how many may come. By 5 what connections that
		// were lost had brought may still be here, beside what this one may bring.
		this.deliveries = new Deliveries(broker, options, this::read, handler, broker.executor(),
				2 * MqttOptions.MOST_IN_FLIGHT);
	}

	private long kept() {
		MqttOptions settings = this.broker.options();
		if (!this.name.isEmpty()) {
			return settings.sessionExpiry().toSeconds();
		}
		// By 3.1.1 it would be kept for ever when this process is killed.
		return settings.version().equals(MqttOptions.V5) ? CUT_OFF.toSeconds() : 0;
	}

	private Message read(Message raw) {
		int most = this.broker.options().maxMessageSize();
		if (raw.body().length > most) {
			throw new IllegalArgumentException(
					"a message of " + raw.body().length + " bytes is larger than the " + most + " allowed");
		}
		return Envelope.decode(raw.body());
	}

	/** Connects for the first time. */
	MqttLink open() {
		MqttLink connected = this.broker.connector().open(this.session, this.broker.options().timeout());
		this.link = connected;
		return connected;
	}

	/** From here on a connection that is lost is made again. */
	void opened() {
		this.reconnection.made();
		this.open.set(true);
		if (this.over && this.open.compareAndSet(true, false)) {
			reopenLater();
		}
	}

	@Override
	public void connected(boolean present) {
		this.over = false;
		AtomicBoolean before = this.resent;
		this.resent = new AtomicBoolean();
		if (present) {
			before.set(true);
			this.deliveries.releaseRevoked();
		}
	}

	@Override
	public void received(String from, byte[] payload, Runnable acknowledgement) {
		Message raw = new Message(Metadata.empty(), payload);
		if (!this.deliveries.offer(from, raw, new Received(acknowledgement, this.resent)) && !this.closed) {
			log.warn("A message of {} is left to {}, which has sent more than it was asked for", from, this.broker);
		}
	}

	@Override
	public void ended(Throwable cause) {
		this.over = true;
		if (!this.closed && this.open.compareAndSet(true, false)) {
			log.warn("The subscription to {} at {} is cut off, and made again when it can be: {}", this.filter,
					this.broker, MqttConnector.reason(cause));
			reopenLater();
		}
	}

	private void reopenLater() {
		Threads.after(this.reconnection.lost(), () -> Threads.executeWhenFree(this.broker.executor(), this::reopen));
	}

	private void reopen() {
		if (this.closed) {
			return;
		}
		MqttLink connected = null;
		try {
			connected = open();
			MqttConnector.await(connected.subscribe(this.filter), this.broker.options().timeout());
			log.info("The subscription to {} at {} is there again", this.filter, this.broker);
			opened();
			if (this.closed) {
				connected.disconnect(this.name.isEmpty());
			}
		}
		catch (InterruptedException | ExecutionException | TimeoutException | RuntimeException ex) {
			// Whatever it is: nobody else will try again.
			log.debug("The subscription to {} at {} cannot be made again yet", this.filter, this.broker, ex);
			if (connected != null) {
				connected.disconnect(false);
			}
			reopenLater();
		}
	}

	/** How many messages are here that are not dealt with. */
	int unsettled() {
		return this.deliveries.unsettled();
	}

	@Override
	public String topic() {
		return this.topic;
	}

	/** A nameless member's share goes to the others from here on. */
	@Override
	public void stop() {
		this.closed = true;
		MqttLink present = this.link;
		if (present != null && present.isConnected() && this.name.isEmpty() && this.left.compareAndSet(false, true)) {
			this.unsubscribed = present.unsubscribe(this.filter);
		}
		this.deliveries.stop();
	}

	/**
	 * Ends it. The session of a process with a name stays: what comes for it is kept, and
	 * so is what was not dealt with.
	 */
	@Override
	public void close() {
		stop();
		quietly(this.unsubscribed);
		this.deliveries.close(() -> {
			MqttLink present = this.link;
			if (present != null && present.isConnected()) {
				quietly(present.disconnect(this.name.isEmpty()));
			}
			this.broker.ended(this, this.name);
		});
	}

	private void quietly(CompletableFuture<?> done) {
		try {
			MqttConnector.await(done, LEAVING);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			log.debug("{} was left without a word", this.broker, ex);
		}
	}

	/**
	 * A message that is here; when its session goes on elsewhere, it comes again there.
	 */
	private record Received(Runnable acknowledgement, AtomicBoolean resent) implements Receipt {

		@Override
		public boolean isRevoked() {
			return this.resent.get();
		}

		@Override
		public void ack() {
			this.acknowledgement.run();
		}

	}

}
