package io.microspring.plugins.broker.nats;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import io.microspring.broker.BrokerException;
import io.microspring.broker.Deliveries;
import io.microspring.broker.Receipt;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.Threads;
import io.microspring.message.Metadata;
import io.nats.client.Connection;
import io.nats.client.ConsumerContext;
import io.nats.client.FetchConsumeOptions;
import io.nats.client.FetchConsumer;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.api.ConsumerInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of a queue of JetStream, or a subscriber alone: a thread that fetches as many
 * messages as there is room for. Each is renewed until it is dealt with, so that it comes
 * again only to another when this process has died.
 */
final class NatsConsumer implements Subscription {

	/** How long a subscriber alone may be away until JetStream forgets it. */
	static final Duration ALONE = Duration.ofMinutes(5);

	/** How long one fetch waits for messages; one that was lost costs as much. */
	private static final Duration FETCH = Duration.ofSeconds(2);

	/** How often to look whether there is room again. */
	private static final Duration FULL = Duration.ofMillis(20);

	private static final Duration AGAIN = Duration.ofMillis(500);

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

	private static final Logger log = LoggerFactory.getLogger(NatsConsumer.class);

	private final NatsStreams streams;

	private final String topic;

	private final boolean durable;

	private final String name;

	private final Deliveries deliveries;

	private final int room;

	/** Fetched and not dealt with. */
	private final Set<Message> unsettled = ConcurrentHashMap.newKeySet();

	private final CountDownLatch ended = new CountDownLatch(1);

	private volatile Threads.@Nullable Scheduled renewal;

	private volatile @Nullable Thread thread;

	private volatile String stream = "";

	private volatile @Nullable ConsumerContext context;

	private final AtomicBoolean closing = new AtomicBoolean();

	/** The server's, by which messages are renewed. */
	private Duration ackWait = Duration.ZERO;

	private volatile boolean closed;

	/** Closed, and nothing to renew any more. */
	private volatile boolean over;

	private boolean failing;

	NatsConsumer(NatsStreams streams, String topic, String queue, Deliveries deliveries, int room) {
		this.streams = streams;
		this.topic = topic;
		this.durable = !queue.isEmpty();
		this.name = this.durable ? NatsStreams.name(queue + "." + topic) : "micro-" + UUID.randomUUID();
		this.deliveries = deliveries;
		this.room = room;
	}

	/** Makes the consumer, and begins to fetch. */
	void begin() {
		attach();
		this.thread = Threads.start("micro-broker-nats-" + this.topic, this::run);
	}

	private void attach() {
		NatsStreams.Consumer consumer = this.streams.consumer(this.topic, this.name, this.durable);
		this.stream = consumer.stream();
		if (!consumer.ackWait().equals(this.ackWait)) {
			this.ackWait = consumer.ackWait();
			endRenewal();
			this.renewal = Threads.every(this.ackWait.dividedBy(3), this.streams.executor(), this::renew);
			if (this.over) {
				endRenewal();
			}
		}
	}

	private void endRenewal() {
		Threads.Scheduled renewing = this.renewal;
		if (renewing != null) {
			renewing.cancel();
		}
	}

	private void run() {
		try {
			while (!this.closed) {
				if (this.deliveries.isFull()) {
					LockSupport.parkNanos(FULL.toNanos());
				}
				else {
					fetch();
				}
			}
		}
		finally {
			this.ended.countDown();
		}
	}

	private void fetch() {
		int room = Math.max(1, this.room - this.deliveries.unsettled());
		FetchConsumeOptions options = FetchConsumeOptions.builder()
			.maxMessages(room)
			.expiresIn(FETCH.toMillis())
			.build();
		try (FetchConsumer batch = this.streams.asking("fetch from " + this.topic,
				(connection) -> context(connection).fetch(options))) {
			for (Message message = batch.nextMessage(); message != null; message = batch.nextMessage()) {
				answered();
				bring(message);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (Exception ex) {
			// FetchConsumer's close may throw anything.
			failed(ex);
		}
	}

	/** Asked for once, as it costs a question to the server. */
	private ConsumerContext context(Connection connection) throws IOException, JetStreamApiException {
		ConsumerContext known = this.context;
		if (known == null) {
			known = connection.getConsumerContext(this.stream, this.name);
			this.context = known;
		}
		return known;
	}

	private void bring(Message message) throws InterruptedException {
		this.unsettled.add(message);
		io.microspring.message.Message raw = new io.microspring.message.Message(Metadata.empty(), message.getData());
		Receipt receipt = new Settling(message);
		if (!this.deliveries.offer(message.getSubject(), raw, receipt)) {
			receipt.release();
		}
	}

	private void answered() {
		if (this.failing) {
			this.failing = false;
			log.info("{} is fetched from again", this.topic);
		}
	}

	/** Says it once, and looks whether the consumer is still there. */
	private void failed(Exception failure) {
		if (this.closed) {
			return;
		}
		if (!this.failing) {
			this.failing = true;
			log.warn("{} cannot be fetched from: {}", this.topic, failure.getMessage());
		}
		this.context = null;
		LockSupport.parkNanos(AGAIN.toNanos());
		try {
			attach();
		}
		catch (BrokerException ex) {
			log.debug("{}", ex.getMessage());
		}
	}

	private void renew() {
		this.unsettled.forEach((message) -> {
			try {
				message.inProgress();
			}
			catch (IllegalStateException ex) {
				log.debug("A message of {} was not renewed: {}", this.topic, ex.getMessage());
			}
		});
	}

	@Override
	public String topic() {
		return this.topic;
	}

	@Override
	public OptionalLong lag() {
		try {
			ConsumerInfo info = this.streams.asking("tell how many messages wait",
					(connection) -> context(connection).getConsumerInfo());
			return OptionalLong.of(info.getNumPending() + info.getNumAckPending());
		}
		catch (BrokerException ex) {
			log.debug("{}", ex.getMessage());
			return OptionalLong.empty();
		}
	}

	@Override
	public void stop() {
		this.closed = true;
		this.deliveries.stop();
		Thread fetching = this.thread;
		if (fetching != null) {
			fetching.interrupt();
		}
	}

	@Override
	public void close() {
		if (!this.closing.compareAndSet(false, true)) {
			return;
		}
		stop();
		try {
			if (this.thread != null) {
				this.ended.await(CLOSE_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.deliveries.close();
		this.over = true;
		endRenewal();
		if (!this.durable) {
			forget();
		}
	}

	private void forget() {
		try {
			this.streams.asking("unsubscribe from " + this.topic,
					(connection) -> connection.jetStreamManagement().deleteConsumer(this.stream, this.name));
		}
		catch (BrokerException ex) {
			log.debug("{}", ex.getMessage());
		}
	}

	/** Tells JetStream what became of a message. */
	private final class Settling implements Receipt {

		private final Message message;

		Settling(Message message) {
			this.message = message;
		}

		@Override
		public void ack() {
			NatsConsumer.this.unsettled.remove(this.message);
			tell(this.message::ack);
		}

		@Override
		public void release() {
			NatsConsumer.this.unsettled.remove(this.message);
			tell(this.message::nak);
		}

		/** What cannot be told now lets the message come again. */
		private void tell(Runnable answer) {
			try {
				answer.run();
			}
			catch (IllegalStateException ex) {
				log.debug("JetStream was not told of a message of {}: {}", NatsConsumer.this.topic, ex.getMessage());
			}
		}

	}

}
