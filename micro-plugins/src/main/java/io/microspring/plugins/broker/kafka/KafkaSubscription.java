package io.microspring.plugins.broker.kafka;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.microspring.broker.Deliveries;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.Threads;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a consumer group, on a thread of its own: fetches, hands each message to
 * the handler, and commits how far it is.
 */
final class KafkaSubscription implements Subscription, ConsumerRebalanceListener {

	private static final Logger log = LoggerFactory.getLogger(KafkaSubscription.class);

	private static final Duration POLL = Duration.ofMillis(500);

	/** Kafka hears of us as often, whatever the handlers do. */
	private static final Duration HAND_TIMEOUT = Duration.ofMillis(100);

	/** How often Kafka is asked how much waits while nothing is fetched. */
	private static final Duration MEASURE_PAUSE = Duration.ofSeconds(1);

	/** Nobody needs to be told of less. */
	private static final Duration LONG_HELD = Duration.ofSeconds(30);

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

	private static final long LONGEST_PAUSE = 10_000;

	/** So many messages wait for their handler. */
	static final int AHEAD = 100;

	/** So many messages not acknowledged by hand, and no more are fetched. */
	static final int MAX_OPEN = 1000;

	private final String topic;

	private final String group;

	private final Deliveries deliveries;

	private final KafkaConsumer<byte[], byte[]> consumer;

	/** How long handlers may take to end when partitions go to another member. */
	private final Duration revokeTimeout;

	private final Consumer<KafkaSubscription> onEnd;

	/** What was fetched and has found no room yet; only for the subscription's thread. */
	private final Deque<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();

	private final Progress progress = new Progress();

	private final Commits commits;

	private final CompletableFuture<@Nullable Void> joined = new CompletableFuture<>();

	private final AtomicBoolean stopping = new AtomicBoolean();

	private final CountDownLatch stopped = new CountDownLatch(1);

	private final CountDownLatch ended = new CountDownLatch(1);

	private volatile @Nullable Thread thread;

	/** How many records are in Kafka that were not fetched. */
	private volatile long behindBy;

	/** How many have found no room. */
	private volatile int held;

	private boolean alone;

	private long measuredAt = System.nanoTime();

	private long heldSince = this.measuredAt;

	private boolean heldLong;

	KafkaSubscription(String topic, String group, Deliveries deliveries, KafkaConsumer<byte[], byte[]> consumer,
			Duration revokeTimeout, Consumer<KafkaSubscription> onEnd) {
		this.topic = topic;
		this.group = group;
		this.deliveries = deliveries;
		this.consumer = consumer;
		this.commits = new Commits("group " + group + " of topic " + topic, consumer, this.progress);
		this.revokeTimeout = revokeTimeout;
		this.onEnd = onEnd;
	}

	/**
	 * Joins the group, and returns when messages published from now on will arrive.
	 * @param timeout how long that may take
	 * @param alone whether no other member can be in the group
	 * @throws KafkaException when it cannot be joined
	 */
	void start(Duration timeout, boolean alone) {
		this.alone = alone;
		this.thread = Threads.start("micro-broker-kafka-" + this.topic, this::run);
		try {
			this.joined.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			if (!alone) {
				// Another member may be busy for long; the group keeps our messages.
				log.warn("Joining group {} of topic {} takes longer than {} ms; it goes on", this.group, this.topic,
						timeout.toMillis());
				this.joined.complete(null);
				return;
			}
			close();
			throw new KafkaException("it took longer than " + timeout.toMillis() + " ms to join", ex);
		}
		catch (ExecutionException ex) {
			close();
			throw new KafkaException(Objects.requireNonNullElse(ex.getCause(), ex).getMessage(), ex);
		}
		catch (InterruptedException ex) {
			close();
			Thread.currentThread().interrupt();
			throw new KafkaException("interrupted while joining", ex);
		}
	}

	String group() {
		return this.group;
	}

	@Override
	public OptionalLong lag() {
		return OptionalLong.of(this.behindBy + this.held + this.deliveries.unsettled());
	}

	@Override
	public String topic() {
		return this.topic;
	}

	@Override
	public void stop() {
		if (this.stopping.compareAndSet(false, true)) {
			this.stopped.countDown();
			this.deliveries.stop();
			this.consumer.wakeup();
		}
	}

	@Override
	public void close() {
		stop();
		Thread running = this.thread;
		if (running == null || running == Thread.currentThread() || this.deliveries.isHandlingHere()) {
			return;
		}
		try {
			// Its handler, its last commit and its leave may take as long each.
			if (!this.ended.await(3 * CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
				log.warn("A subscriber of {} has not ended after {}; it goes on without being waited for", this.topic,
						CLOSE_TIMEOUT.multipliedBy(3));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private boolean isStopped() {
		return this.stopped.getCount() == 0;
	}

	private void run() {
		try {
			this.consumer.subscribe(List.of(this.topic), this);
			int failures = 0;
			while (!isStopped()) {
				try {
					hold();
					measure();
					this.consumer.poll(pause()).forEach(this.fetched::add);
					hand();
					this.commits.aside();
					failures = 0;
				}
				catch (WakeupException ex) {
					log.trace("Woken up to stop", ex);
				}
				catch (RuntimeException ex) {
					failed(ex, failures++);
				}
			}
			this.deliveries.close();
			commitLast();
		}
		catch (RuntimeException ex) {
			this.joined.completeExceptionally(ex);
			log.warn("A subscriber of {} ended with what it had not committed yet: {}", this.topic, ex.toString());
		}
		finally {
			end();
		}
	}

	private void end() {
		try {
			this.consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
		}
		catch (KafkaException ex) {
			log.info("A subscriber of {} left group {} without a word: {}", this.topic, this.group, ex.toString());
		}
		finally {
			this.onEnd.accept(this);
			this.ended.countDown();
		}
	}

	/**
	 * Fetches nothing while there is no room for what was fetched, and yet asks Kafka:
	 * who does not ask is no member for long, and keeps the others waiting.
	 */
	private void hold() {
		if (this.fetched.isEmpty()) {
			this.consumer.resume(this.consumer.paused());
			this.heldSince = System.nanoTime();
			this.heldLong = false;
			return;
		}
		this.consumer.pause(this.consumer.assignment());
		if (!this.heldLong && isOver(LONG_HELD, this.heldSince)) {
			this.heldLong = true;
			log.info("{} messages of {} wait to be dealt with by group {}; no more are fetched",
					this.deliveries.unsettled(), this.topic, this.group);
		}
	}

	private Duration pause() {
		if (!this.fetched.isEmpty()) {
			return Duration.ZERO;
		}
		return this.commits.isBehind() ? Commits.PAUSE : POLL;
	}

	/** What the last fetches said; where there are none, Kafka is asked. */
	private void measure() {
		if (this.fetched.isEmpty()) {
			long lag = 0;
			for (TopicPartition partition : this.consumer.assignment()) {
				lag += this.consumer.currentLag(partition).orElse(0);
			}
			this.behindBy = lag;
		}
		else if (isOver(MEASURE_PAUSE, this.measuredAt)) {
			this.measuredAt = System.nanoTime();
			try {
				long lag = 0;
				for (Map.Entry<TopicPartition, Long> end : this.consumer
					.endOffsets(this.consumer.assignment(), MEASURE_PAUSE)
					.entrySet()) {
					lag += Math.max(0, end.getValue() - this.consumer.position(end.getKey(), MEASURE_PAUSE));
				}
				this.behindBy = lag;
			}
			catch (org.apache.kafka.common.errors.TimeoutException ex) {
				log.trace("Kafka does not say how much waits", ex);
			}
		}
	}

	/** Hands over what there is room for, but not for long. */
	private void hand() {
		long began = System.nanoTime();
		ConsumerRecord<byte[], byte[]> next = this.fetched.peek();
		while (next != null && !isStopped() && !isOver(HAND_TIMEOUT, began) && put(next)) {
			this.fetched.remove();
			next = this.fetched.peek();
		}
		this.held = this.fetched.size();
	}

	private boolean put(ConsumerRecord<byte[], byte[]> record) {
		try {
			return this.deliveries.put(this.topic, Records.raw(record), this.progress.begin(record), HAND_TIMEOUT);
		}
		catch (InterruptedException ex) {
			// Nobody but close() interrupts.
			log.trace("Interrupted", ex);
			return false;
		}
	}

	/** The call to stop may still be on its way: it interrupts once, and only once. */
	private void commitLast() {
		try {
			this.commits.now();
		}
		catch (WakeupException ex) {
			this.commits.now();
		}
	}

	private void failed(RuntimeException ex, int failures) {
		if (this.joined.completeExceptionally(ex)) {
			this.stopped.countDown();
			return;
		}
		if (failures == 0) {
			log.warn("Receiving from {} failed, trying again: {}", this.topic, ex.toString());
		}
		try {
			this.stopped.await(Math.min(LONGEST_PAUSE, 100L << Math.min(failures, 10)), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException interrupted) {
			log.trace("Interrupted", interrupted);
		}
	}

	/**
	 * A group without a place in a partition begins at its end. That place is committed
	 * at once, or messages published before the first commit would be lost when the
	 * members of the group change.
	 */
	@Override
	public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
		Map<TopicPartition, OffsetAndMetadata> begin = new HashMap<>();
		this.consumer.committed(new HashSet<>(partitions)).forEach((partition, known) -> {
			if (known == null) {
				begin.put(partition, new OffsetAndMetadata(this.consumer.position(partition)));
			}
		});
		if (!begin.isEmpty()) {
			this.consumer.commitSync(begin);
		}
		if (!partitions.isEmpty() || !this.alone) {
			this.joined.complete(null);
		}
	}

	@Override
	public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
		this.fetched.removeIf((record) -> partitions.contains(Progress.partition(record)));
		this.progress.revoke(partitions);
		try {
			settle(isStopped() ? Duration.ZERO : this.revokeTimeout);
			this.commits.now();
		}
		finally {
			// Whatever came of it: they belong to somebody else now.
			this.progress.forget(partitions);
		}
	}

	@Override
	public void onPartitionsLost(Collection<TopicPartition> partitions) {
		this.fetched.removeIf((record) -> partitions.contains(Progress.partition(record)));
		this.progress.forget(partitions);
		settle(Duration.ZERO);
	}

	/** What is being handled is not to be handled by another member too. */
	private void settle(Duration timeout) {
		try {
			if (!this.deliveries.releaseRevoked(timeout)) {
				log.info("The members of group {} change, and a message of {} is still being handled: it comes again",
						this.group, this.topic);
			}
		}
		catch (InterruptedException ex) {
			log.trace("Interrupted", ex);
		}
	}

	private static boolean isOver(Duration duration, long since) {
		return System.nanoTime() - since > duration.toNanos();
	}

}
