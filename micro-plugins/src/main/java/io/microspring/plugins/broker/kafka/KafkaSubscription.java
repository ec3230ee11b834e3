package io.microspring.plugins.broker.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
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
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import io.microspring.broker.Deliveries;
import io.microspring.broker.Receipt;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
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

	private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(1);

	/** A commit costs Kafka as much as a message: so long lies between two. */
	private static final Duration COMMIT_PAUSE = Duration.ofMillis(100);

	private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(5);

	/** Kafka takes a member that does not fetch for five minutes for a dead one. */
	private static final Duration LONGEST_BETWEEN_FETCHES = Duration.ofSeconds(30);

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

	private static final long LONGEST_PAUSE = 10_000;

	/** How long handlers may take to end when partitions go to another member. */
	private static final Duration REVOKE_TIMEOUT = Duration.ofSeconds(5);

	/**
	 * So many messages wait for their handler: those may come twice when members change.
	 */
	static final int AHEAD = 100;

	/** So many messages not acknowledged by hand, and no more are fetched. */
	static final int MAX_OPEN = 1000;

	private final String topic;

	private final String group;

	private final Deliveries deliveries;

	private final KafkaConsumer<byte[], byte[]> consumer;

	private final Consumer<KafkaSubscription> onEnd;

	private final Progress progress = new Progress();

	private final CompletableFuture<@Nullable Void> joined = new CompletableFuture<>();

	private final AtomicBoolean stopping = new AtomicBoolean();

	private final CountDownLatch stopped = new CountDownLatch(1);

	private final CountDownLatch ended = new CountDownLatch(1);

	private volatile @Nullable Thread thread;

	/** How many records are in Kafka that were not fetched. */
	private volatile long behindBy;

	private boolean alone;

	private boolean held;

	private long committedAt = System.nanoTime();

	/** Whether a commit is under way that nobody waits for. */
	private boolean committing;

	private boolean commitFailed;

	/** Whether something handled may not have been committed yet. */
	private boolean behind;

	KafkaSubscription(String topic, String group, Deliveries deliveries, KafkaConsumer<byte[], byte[]> consumer,
			Consumer<KafkaSubscription> onEnd) {
		this.topic = topic;
		this.group = group;
		this.deliveries = deliveries;
		this.consumer = consumer;
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
		return OptionalLong.of(this.behindBy + this.deliveries.unsettled());
	}

	@Override
	public String topic() {
		return this.topic;
	}

	/** Ends without waiting for a message being handled. */
	void stop() {
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
					handle(this.consumer.poll(this.behind ? COMMIT_PAUSE : POLL).iterator());
					commitAside();
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

	/** Fetches nothing while too many messages wait to be acknowledged. */
	private void hold() {
		boolean full = this.deliveries.isFull();
		if (full) {
			this.consumer.pause(this.consumer.assignment());
		}
		else {
			this.consumer.resume(this.consumer.paused());
		}
		if (full && !this.held) {
			log.info("{} messages of {} wait to be dealt with by group {}; no more are fetched",
					this.deliveries.unsettled(), this.topic, this.group);
		}
		this.held = full;
	}

	/** What the last answers of Kafka said; asks nobody. */
	private void measure() {
		long lag = 0;
		for (TopicPartition partition : this.consumer.assignment()) {
			lag += this.consumer.currentLag(partition).orElse(0);
		}
		this.behindBy = lag;
	}

	private void handle(Iterator<ConsumerRecord<byte[], byte[]>> fetched) {
		long fetchedAt = System.nanoTime();
		while (fetched.hasNext() && !isStopped()) {
			ConsumerRecord<byte[], byte[]> record = fetched.next();
			boolean taken;
			try {
				taken = hand(record, fetchedAt);
			}
			catch (RuntimeException ex) {
				// Kafka takes what it has given out for what has been looked at.
				rewind(record, fetched);
				throw ex;
			}
			if (!taken || isOver(LONGEST_BETWEEN_FETCHES, fetchedAt)) {
				rewind(taken ? null : record, fetched);
			}
		}
	}

	/** False when there was no room for so long that Kafka has to hear of us. */
	private boolean hand(ConsumerRecord<byte[], byte[]> record, long fetchedAt) {
		Runnable done = this.progress.begin(record);
		Message raw = Records.raw(record);
		boolean taken = false;
		while (!taken && !isStopped() && !isOver(LONGEST_BETWEEN_FETCHES, fetchedAt)) {
			taken = put(raw, done::run);
			if (isOver(COMMIT_INTERVAL, this.committedAt)) {
				commit();
			}
		}
		return taken;
	}

	private boolean put(Message raw, Receipt receipt) {
		try {
			return this.deliveries.put(this.topic, raw, receipt, COMMIT_PAUSE);
		}
		catch (InterruptedException ex) {
			// Nobody but close() interrupts.
			log.trace("Interrupted", ex);
			return false;
		}
	}

	/** The rest is fetched again, so that Kafka hears of us in time. */
	private void rewind(@Nullable ConsumerRecord<byte[], byte[]> first, Iterator<ConsumerRecord<byte[], byte[]>> rest) {
		Map<TopicPartition, Long> firsts = new HashMap<>();
		if (first != null) {
			firsts.put(new TopicPartition(first.topic(), first.partition()), first.offset());
		}
		rest.forEachRemaining((record) -> firsts.putIfAbsent(new TopicPartition(record.topic(), record.partition()),
				record.offset()));
		firsts.forEach(this.consumer::seek);
	}

	private void commit() {
		Map<TopicPartition, OffsetAndMetadata> offsets = this.progress.toCommit();
		this.committedAt = System.nanoTime();
		if (offsets.isEmpty()) {
			return;
		}
		try {
			this.consumer.commitSync(offsets, COMMIT_TIMEOUT);
			this.progress.committed(offsets);
		}
		catch (CommitFailedException | RebalanceInProgressException ex) {
			log.info("Messages of {} may come again, the members of group {} changed: {}", this.topic, this.group,
					ex.getMessage());
		}
	}

	/**
	 * Commits while the next messages are fetched, once in a while and one at a time: the
	 * next one covers what was handled meanwhile.
	 */
	private void commitAside() {
		this.behind = this.committing || !isOver(COMMIT_PAUSE, this.committedAt);
		if (this.behind) {
			return;
		}
		Map<TopicPartition, OffsetAndMetadata> offsets = this.progress.toCommit();
		if (offsets.isEmpty()) {
			return;
		}
		this.committedAt = System.nanoTime();
		this.committing = true;
		this.consumer.commitAsync(offsets, (committed, failure) -> {
			this.committing = false;
			if (failure == null) {
				this.progress.committed(offsets);
				this.commitFailed = false;
			}
			else if (!this.commitFailed) {
				this.commitFailed = true;
				log.info("Messages of {} may come again, group {} could not commit how far it is: {}", this.topic,
						this.group, failure.getMessage());
			}
		});
	}

	/** The call to stop may still be on its way: it interrupts once, and only once. */
	private void commitLast() {
		try {
			commit();
		}
		catch (WakeupException ex) {
			commit();
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
		try {
			settle();
			commit();
		}
		finally {
			// Whatever came of it: they belong to somebody else now.
			this.progress.forget(partitions);
		}
	}

	/** What is being handled is not to be handled by another member too. */
	private void settle() {
		long began = System.nanoTime();
		while (!isStopped() && this.deliveries.isHandling() && !isOver(REVOKE_TIMEOUT, began)) {
			LockSupport.parkNanos(1_000_000);
		}
	}

	@Override
	public void onPartitionsLost(Collection<TopicPartition> partitions) {
		this.progress.forget(partitions);
	}

	private static boolean isOver(Duration duration, long since) {
		return System.nanoTime() - since > duration.toNanos();
	}

}
