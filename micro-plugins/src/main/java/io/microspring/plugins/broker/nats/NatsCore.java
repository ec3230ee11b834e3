package io.microspring.plugins.broker.nats;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.broker.BrokerFeature;
import io.microspring.broker.Deliveries;
import io.microspring.broker.Receipt;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.nats.NatsLink;
import io.microspring.plugins.nats.NatsListening;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plain NATS: a message goes to whoever listens at the moment, and is gone.
 */
final class NatsCore implements NatsMode {

	/** As many as wait for a handler before NATS's own client keeps them. */
	private static final int AHEAD = 16;

	/**
	 * What waits for a slow subscriber; what is more NATS's client drops, and says so.
	 */
	private static final NatsListening.Limits LIMITS = new NatsListening.Limits(64 * 1024, 32L * 1024 * 1024);

	/** How often whoever waits for room looks whether the subscription has ended. */
	private static final Duration LOOK = Duration.ofSeconds(1);

	private static final Logger log = LoggerFactory.getLogger(NatsBroker.class);

	private final NatsLink link;

	NatsCore(NatsLink link) {
		this.link = link;
	}

	@Override
	public Set<BrokerFeature> features() {
		return Set.of(BrokerFeature.QUEUES, BrokerFeature.ORDER);
	}

	@Override
	public int room(SubscribeOptions options) {
		return Math.max(AHEAD, options.concurrency());
	}

	@Override
	public void publish(String topic, byte[] envelope) {
		this.link.publish("publish to " + topic, topic, null, envelope);
	}

	@Override
	public Subscription subscribe(String topic, SubscribeOptions options, Deliveries deliveries) {
		CoreSubscription subscription = new CoreSubscription(topic, deliveries);
		subscription.listening = this.link.listen("subscribe to " + topic, topic, options.queue(), LIMITS,
				(message) -> subscription.bring(message.getSubject(), message.getData()));
		return subscription;
	}

	/**
	 * What is heard goes to the handler; while there is no room it waits in NATS's
	 * client.
	 */
	private static final class CoreSubscription implements Subscription {

		private final String topic;

		private final Deliveries deliveries;

		private final AtomicInteger untaken = new AtomicInteger();

		private volatile @Nullable NatsListening listening;

		private volatile boolean closed;

		CoreSubscription(String topic, Deliveries deliveries) {
			this.topic = topic;
			this.deliveries = deliveries;
		}

		void bring(String subject, byte[] envelope) throws InterruptedException {
			Message raw = new Message(Metadata.empty(), envelope);
			boolean taken = false;
			while (!taken && !this.closed) {
				taken = this.deliveries.put(subject, raw, Receipt.NONE, LOOK);
			}
			if (!taken) {
				this.untaken.incrementAndGet();
			}
		}

		/** NATS has sent them here, and so to nobody else of the queue. */
		private void warnOfUntaken() {
			int lost = this.untaken.getAndSet(0);
			if (lost > 0) {
				log.warn("A subscriber of {} ended before it had taken {} messages that NATS had sent it,"
						+ " which are lost", this.topic, lost);
			}
		}

		@Override
		public String topic() {
			return this.topic;
		}

		@Override
		public void stop() {
			this.closed = true;
			this.deliveries.stop();
			NatsListening present = this.listening;
			if (present != null) {
				present.end().whenComplete((done, failure) -> warnOfUntaken());
			}
		}

		@Override
		public void close() {
			stop();
			this.deliveries.close();
		}

	}

}
