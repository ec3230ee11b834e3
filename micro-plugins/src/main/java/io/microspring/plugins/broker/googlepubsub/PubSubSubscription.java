package io.microspring.plugins.broker.googlepubsub;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.google.api.core.ApiService;
import com.google.cloud.pubsub.v1.AckReplyConsumer;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.pubsub.v1.PubsubMessage;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Deliveries;
import io.microspring.broker.EventHandler;
import io.microspring.broker.Receipt;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.Backoff;
import io.microspring.concurrent.Reconnection;
import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription: Google's subscriber brings the messages, keeps them from others while
 * they are here, and connects again by itself. It gives up when the subscription is gone
 * from the server; then both are made again.
 */
final class PubSubSubscription implements Subscription {

	private static final Logger log = LoggerFactory.getLogger(PubSubSubscription.class);

	private static final Duration LEAVING = Duration.ofSeconds(5);

	/** For a message that there is no room for. */
	private static final Duration LATER = Duration.ofSeconds(10);

	private static final Backoff BACKOFF = Backoff.exponential(Duration.ofMillis(200), 2, Duration.ofSeconds(30), 0.2);

	private final PubSubBroker broker;

	private final String topic;

	/** The topic, and the subscription, by which the server knows them. */
	private final String topicName;

	private final String subscriptionName;

	/** Whether the subscription goes with this. */
	private final boolean own;

	/** How many messages may be here. */
	private final int outstanding;

	private final Deliveries deliveries;

	private final Reconnection reconnection = new Reconnection(BACKOFF);

	/** Those that there was no room for, and that the server is to send again later. */
	private final Set<AckReplyConsumer> left = ConcurrentHashMap.newKeySet();

	private volatile @Nullable Subscriber subscriber;

	private volatile boolean closed;

	PubSubSubscription(PubSubBroker broker, String topic, String topicName, String subscriptionName, boolean own,
			SubscribeOptions options, EventHandler handler) {
		this.broker = broker;
		this.topic = topic;
		this.topicName = topicName;
		this.subscriptionName = subscriptionName;
		this.own = own;
		this.outstanding = Math.max(broker.options().maxOutstanding(), options.concurrency());
		// Google's subscriber makes room for the next message as soon as it is told of
		// one, a moment before the deliveries do.
		this.deliveries = new Deliveries(broker, options, this::read, handler, broker.executor(), 2 * this.outstanding);
	}

	private Message read(Message raw) {
		int most = this.broker.options().maxMessageSize();
		if (raw.body().length > most) {
			throw new IllegalArgumentException(
					"a message of " + raw.body().length + " bytes is larger than the " + most + " allowed");
		}
		return raw;
	}

	void start() {
		Subscriber started = this.broker.clients()
			.subscriber(this.subscriptionName, this.outstanding, this::received)
			.build();
		started.addListener(new ApiService.Listener() {
			@Override
			public void failed(ApiService.State from, Throwable failure) {
				lost(failure);
			}
		}, Runnable::run);
		this.subscriber = started;
		started.startAsync();
		try {
			started.awaitRunning(this.broker.options().timeout().toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (IllegalStateException ex) {
			// It is lost already, which has been told.
			return;
		}
		catch (TimeoutException ex) {
			started.stopAsync();
			throw new BrokerException(this.broker + " does not let receive from " + this.subscriptionName, ex);
		}
		this.reconnection.made();
		if (this.closed) {
			started.stopAsync();
		}
	}

	private void received(PubsubMessage message, AckReplyConsumer reply) {
		if (!this.deliveries.offer(this.topic, this.broker.read(message), new Reply(reply))) {
			this.left.add(reply);
			if (this.closed) {
				leave(reply);
			}
			else {
				Threads.after(LATER, () -> leave(reply));
			}
		}
	}

	private void leave(AckReplyConsumer reply) {
		if (this.left.remove(reply)) {
			reply.nack();
		}
	}

	private void lost(Throwable failure) {
		if (!this.closed) {
			log.warn("The subscription {} is lost, and made again when it can be: {}", this.subscriptionName,
					failure.toString());
			restartLater();
		}
	}

	private void restartLater() {
		Threads.after(this.reconnection.lost(), () -> Threads.executeWhenFree(this.broker.executor(), this::restart));
	}

	private void restart() {
		if (this.closed) {
			return;
		}
		try {
			this.broker.create(this.topicName, this.subscriptionName, this.own);
			start();
			log.info("The subscription {} is there again", this.subscriptionName);
		}
		catch (RuntimeException ex) {
			// Whatever it is: nobody else will try again.
			log.debug("The subscription {} cannot be made again yet", this.subscriptionName, ex);
			restartLater();
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

	@Override
	public void stop() {
		this.closed = true;
		Subscriber running = this.subscriber;
		if (running != null) {
			running.stopAsync();
		}
		this.deliveries.stop();
		this.left.forEach(this::leave);
	}

	@Override
	public void close() {
		stop();
		this.deliveries.close(this::end);
	}

	private void end() {
		Subscriber running = this.subscriber;
		try {
			if (running != null && running.state() != ApiService.State.FAILED) {
				running.awaitTerminated(LEAVING.toMillis(), TimeUnit.MILLISECONDS);
			}
		}
		catch (TimeoutException | RuntimeException ex) {
			log.debug("The subscription {} was left without a word", this.subscriptionName, ex);
		}
		finally {
			delete();
			this.broker.ended(this);
		}
	}

	private void delete() {
		if (!this.own) {
			return;
		}
		try {
			this.broker.delete(this.subscriptionName);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (TimeoutException | RuntimeException ex) {
			log.debug("The subscription {} is left to expire", this.subscriptionName, ex);
		}
	}

	private record Reply(AckReplyConsumer consumer) implements Receipt {

		@Override
		public void ack() {
			this.consumer.ack();
		}

		@Override
		public void release() {
			this.consumer.nack();
		}

	}

}
