package io.microspring.plugins.broker.redis;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.lettuce.core.StreamMessage;
import io.microspring.broker.Deliveries;
import io.microspring.broker.Receipt;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription to a stream: a thread that reads as much as there is room for, and hands
 * it over.
 */
final class StreamSubscription implements Subscription {

	/** The field of an entry that holds the envelope. */
	static final String FIELD = "message";

	private static final String HOPELESS = "it was given to members of its queue as often as"
			+ " micro.broker.redis.max-deliveries allows, and none of them lived to say what became of it";

	private static final Logger log = LoggerFactory.getLogger(StreamSubscription.class);

	private static final long LONGEST_PAUSE = 2000;

	private static final byte[] NO_ENVELOPE = new byte[0];

	private final String topic;

	private final StreamReader reader;

	private final Envelopes envelopes;

	private final Deliveries deliveries;

	/** How many entries may be here that are not dealt with. */
	private final int most;

	private final Consumer<StreamSubscription> onEnd;

	private final CountDownLatch stopped = new CountDownLatch(1);

	private final CountDownLatch ended = new CountDownLatch(1);

	private final AtomicBoolean closing = new AtomicBoolean();

	private volatile boolean begun;

	StreamSubscription(String topic, StreamReader reader, Envelopes envelopes, Deliveries deliveries, int most,
			Consumer<StreamSubscription> onEnd) {
		this.topic = topic;
		this.reader = reader;
		this.envelopes = envelopes;
		this.deliveries = deliveries;
		this.most = most;
		this.onEnd = onEnd;
	}

	/** Begins to read: what is added from now on will arrive. */
	void start() {
		this.reader.begin();
		this.begun = true;
		Threads.start("micro-broker-redis-" + this.topic, this::run);
	}

	private void run() {
		try {
			int failures = 0;
			long look = this.reader.rhythm().toNanos();
			long lookedAt = System.nanoTime() - look;
			while (!isStopped()) {
				try {
					if (System.nanoTime() - lookedAt >= look) {
						StreamReader.Left left = this.reader.others(room());
						bring(left.hopeless(), true);
						bring(left.toHandle(), false);
						lookedAt = System.nanoTime();
					}
					int room = room();
					if (room > 0) {
						bring(this.reader.next(room), false);
					}
					else {
						pause(10);
					}
					failures = recovered(failures);
				}
				catch (RuntimeException ex) {
					failed(ex, failures++);
				}
			}
		}
		finally {
			this.ended.countDown();
		}
	}

	private int room() {
		return Math.max(0, this.most - this.deliveries.unsettled());
	}

	private void bring(List<StreamMessage<String, byte[]>> entries, boolean hopeless) {
		for (StreamMessage<String, byte[]> entry : entries) {
			Receipt receipt = this.reader.take(entry.getId());
			if (receipt == null) {
				continue;
			}
			Map<String, byte[]> fields = entry.getBody();
			byte[] envelope = (fields != null) ? fields.get(FIELD) : null;
			Message raw = this.envelopes.raw((envelope != null) ? envelope : NO_ENVELOPE);
			boolean taken = hopeless ? this.deliveries.giveUp(this.topic, raw, receipt, HOPELESS)
					: this.deliveries.offer(this.topic, raw, receipt);
			if (!taken) {
				receipt.release();
			}
		}
	}

	private int recovered(int failures) {
		if (failures > 0) {
			log.info("The stream {} is read again", this.topic);
		}
		return 0;
	}

	private void failed(RuntimeException ex, int failures) {
		if (isStopped()) {
			return;
		}
		if (failures == 0) {
			log.warn("Reading the stream {} failed, trying again: {}", this.topic, ex.getMessage());
		}
		pause(Math.min(LONGEST_PAUSE, 50L << Math.min(failures, 10)));
	}

	private void pause(long millis) {
		try {
			this.stopped.await(millis, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			log.trace("Interrupted", ex);
		}
	}

	private boolean isStopped() {
		return this.stopped.getCount() == 0;
	}

	@Override
	public String topic() {
		return this.topic;
	}

	@Override
	public OptionalLong lag() {
		return this.reader.lag();
	}

	@Override
	public void stop() {
		if (!isStopped()) {
			this.stopped.countDown();
			this.reader.stop();
		}
		this.deliveries.stop();
	}

	@Override
	public void close() {
		stop();
		if (!this.closing.compareAndSet(false, true)) {
			return;
		}
		boolean quiet = !this.begun || awaitEnd();
		this.deliveries.close();
		this.reader.end(quiet);
		this.onEnd.accept(this);
	}

	private boolean awaitEnd() {
		try {
			return this.ended.await(StreamReader.WAIT.toMillis() + 1000, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

}
