package io.microspring.broker;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

import io.microspring.concurrent.Backoff;
import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the messages of one subscription to its handler, the same way for every broker:
 * in order or several at once, again after a failure, to the dead letter topic after the
 * last, and acknowledged as the options say. For those who write a broker: it brings each
 * message with a {@link Receipt}, and says how many may be here unacknowledged, beyond
 * which it is to bring no more. Thread-safe.
 * <p>
 * No thread is held while a message waits for its next attempt; messages behind it wait
 * too where one is handled at a time, so that they stay in order.
 */
public final class Deliveries implements AutoCloseable {

	static final Logger log = LoggerFactory.getLogger(Deliveries.class);

	/** A dead letter that cannot be published is tried until it can: nothing is lost. */
	private static final Backoff LETTER_BACKOFF = Backoff.exponential(Duration.ofSeconds(1), 2, Duration.ofSeconds(30),
			0.2);

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

	private final Broker broker;

	private final SubscribeOptions options;

	private final UnaryOperator<Message> reader;

	private final EventHandler handler;

	private final ExecutorService executor;

	private final Semaphore room;

	private final int most;

	private final Queue<Delivery> waiting = new ConcurrentLinkedQueue<>();

	/** Those that wait for their next attempt, and who runs it. */
	private final Map<Delivery, Threads.Scheduled> pausing = new ConcurrentHashMap<>();

	/** Those that are to be acknowledged by hand, and have not been. */
	private final Set<Delivery> left = ConcurrentHashMap.newKeySet();

	/** How many messages are being handled, or are between two attempts. */
	private final AtomicInteger lanes = new AtomicInteger();

	private final Set<Thread> handling = ConcurrentHashMap.newKeySet();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition ended = this.lock.newCondition();

	private volatile boolean closed;

	/**
	 * The deliveries of a subscription.
	 * @param broker publishes dead letters
	 * @param options how many at once, how often, and what then
	 * @param reader makes a message of what came, such as {@code Envelope}'s; what it
	 * throws {@link IllegalArgumentException} for is unreadable
	 * @param handler the subscriber
	 * @param executor what the handler runs on; not closed with this
	 * @param room how many messages may be here that are not dealt with
	 */
	public Deliveries(Broker broker, SubscribeOptions options, UnaryOperator<Message> reader, EventHandler handler,
			ExecutorService executor, int room) {
		this.broker = broker;
		this.options = options;
		this.reader = reader;
		this.handler = Objects.requireNonNull(handler, "handler");
		this.executor = executor;
		this.room = new Semaphore(room);
		this.most = room;
	}

	/**
	 * Brings a message, if there is room.
	 * @param topic the topic it was published to
	 * @param raw the message as it came, for the reader
	 * @param receipt is told what became of it
	 * @return false when there is no room, or this is closed: the receipt hears nothing
	 */
	public boolean offer(String topic, Message raw, Receipt receipt) {
		if (this.closed || !this.room.tryAcquire()) {
			return false;
		}
		return add(topic, raw, receipt);
	}

	/**
	 * Brings a message, and waits for room.
	 * @param topic the topic it was published to
	 * @param raw the message as it came, for the reader
	 * @param receipt is told what became of it
	 * @param timeout how long to wait at the most
	 * @return false when there was no room, or this is closed: the receipt hears nothing
	 * @throws InterruptedException when the thread is interrupted
	 */
	public boolean put(String topic, Message raw, Receipt receipt, Duration timeout) throws InterruptedException {
		if (this.closed || !this.room.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
			return false;
		}
		return add(topic, raw, receipt);
	}

	private boolean add(String topic, Message raw, Receipt receipt) {
		if (this.closed) {
			this.room.release();
			return false;
		}
		Delivery delivery = new Delivery(this, topic, raw, receipt);
		this.waiting.add(delivery);
		open();
		if (this.closed) {
			releaseWaiting();
		}
		return true;
	}

	/**
	 * Tells of a {@linkplain SubscribeOptions#direct() direct} handler that the broker
	 * called itself, and that failed: further attempts are made here.
	 * @param topic the topic the message was published to
	 * @param message the message
	 * @param failure what the handler threw
	 * @param timeout how long to wait for room
	 * @return false when there was no room, or this is closed
	 * @throws InterruptedException when the thread is interrupted
	 */
	boolean failed(String topic, Message message, Throwable failure, Duration timeout) throws InterruptedException {
		if (this.closed || !this.room.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
			return false;
		}
		new Delivery(this, topic, message, Receipt.NONE).failedDirectly(failure);
		return true;
	}

	/**
	 * How many messages are here that are not dealt with.
	 * @return the number
	 */
	public int unsettled() {
		return this.most - this.room.availablePermits();
	}

	/**
	 * Whether there is no room for a message.
	 * @return true until one is dealt with
	 */
	public boolean isFull() {
		return this.room.availablePermits() == 0;
	}

	/**
	 * Whether a message waits for its handler, or is with it.
	 * @return false when there is none but those that are to be acknowledged by hand
	 */
	public boolean isHandling() {
		return this.lanes.get() > 0 || !this.waiting.isEmpty();
	}

	/** Begins to handle one more at once, unless there are as many as may be. */
	private void open() {
		int now = this.lanes.get();
		while (now < this.options.concurrency()) {
			if (this.lanes.compareAndSet(now, now + 1)) {
				Threads.executeWhenFree(this.executor, () -> handleFrom(null));
				return;
			}
			now = this.lanes.get();
		}
	}

	/** Handles what waits, until there is nothing, or something has to be tried again. */
	private void handleFrom(@Nullable Delivery first) {
		Thread thread = Thread.currentThread();
		this.handling.add(thread);
		try {
			Delivery next = (first != null) ? first : this.waiting.poll();
			while (next != null) {
				Duration pause = attempt(next);
				if (pause != null) {
					pause(next, pause);
					return;
				}
				next = this.waiting.poll();
			}
			this.lanes.decrementAndGet();
			if (!this.waiting.isEmpty()) {
				open();
			}
		}
		finally {
			this.handling.remove(thread);
			if (this.closed) {
				signalEnded();
			}
		}
	}

	/** Whatever goes wrong besides the handler, such as a back-off, ends nothing. */
	private static @Nullable Duration attempt(Delivery delivery) {
		try {
			return delivery.attemptNow();
		}
		catch (Throwable ex) {
			log.error("A message of {} is let go: what is to become of it could not be found out", delivery.topic(),
					ex);
			delivery.release();
			return null;
		}
	}

	/** The lane is kept for the message. */
	private void pause(Delivery delivery, Duration pause) {
		if (pause.isZero()) {
			resume(delivery);
			return;
		}
		// Computed, so that a timer that is over at once waits for its entry.
		this.pausing.compute(delivery, (key, none) -> Threads.after(pause, () -> {
			if (this.pausing.remove(delivery) != null) {
				resume(delivery);
			}
		}));
		if (this.closed) {
			releasePausing();
		}
	}

	private void resume(Delivery delivery) {
		Threads.executeWhenFree(this.executor, () -> handleFrom(delivery));
	}

	/** What was handed over before, and has been said to have failed since. */
	void again(Delivery delivery, Duration pause) {
		Threads.after(pause, () -> {
			this.waiting.add(delivery);
			open();
			if (this.closed) {
				releaseWaiting();
			}
		});
	}

	/** The handler has returned, and somebody will say what becomes of the message. */
	void leave(Delivery delivery) {
		this.left.add(delivery);
		if (delivery.isSettled()) {
			this.left.remove(delivery);
		}
		else if (this.closed) {
			delivery.release();
		}
	}

	void settled(Delivery delivery) {
		this.left.remove(delivery);
		this.room.release();
	}

	boolean isClosed() {
		return this.closed;
	}

	void warnIfLost(String topic) {
		if (!this.broker.features().contains(BrokerFeature.REDELIVERY)) {
			log.warn("A message of {} is dropped: its subscriber ended after it had failed on it", topic);
		}
	}

	SubscribeOptions options() {
		return this.options;
	}

	Message read(Message raw) {
		return this.reader.apply(raw);
	}

	void handle(Delivery delivery) throws Exception {
		this.handler.handle(delivery);
	}

	/**
	 * Publishes a dead letter, or drops the message with a word.
	 * @return how long to wait before trying it again; null when it is done
	 */
	@Nullable Duration bury(DeadLetter letter, int attempt) {
		String topic = this.options.deadLetter();
		if (topic.isEmpty()) {
			log.warn("A message is dropped: {}", letter, letter.reason());
			return null;
		}
		try {
			publish(topic, letter);
			log.warn("A message goes to the dead letter topic {}: {}", topic, letter, letter.reason());
			return null;
		}
		catch (RuntimeException ex) {
			if (isRefused(ex)) {
				log.error("A message is dropped, as the dead letter topic {} does not take it ({}): {}", topic,
						ex.getMessage(), letter, letter.reason());
				return null;
			}
			Duration pause = LETTER_BACKOFF.before(attempt);
			log.warn("A dead letter cannot be published to {}; again in {} ms: {}", topic, pause.toMillis(),
					ex.toString());
			return pause;
		}
	}

	/** One that is too large goes without its body. */
	private void publish(String topic, DeadLetter letter) {
		try {
			this.broker.publish(topic, letter.message(this.options.queue()));
		}
		catch (BrokerException ex) {
			if (!ex.isRefused()) {
				throw ex;
			}
			this.broker.publish(topic, letter.withoutBody().message(this.options.queue()));
		}
	}

	private static boolean isRefused(RuntimeException ex) {
		return ex instanceof IllegalArgumentException || (ex instanceof BrokerException broker && broker.isRefused());
	}

	/**
	 * Begins to handle no more: what waits is released. Idempotent.
	 */
	public void stop() {
		this.closed = true;
		releaseWaiting();
		releasePausing();
		this.left.forEach(Delivery::release);
	}

	/**
	 * Stops, and waits until what is being handled is dealt with, but for no longer than
	 * 10 s, and not for a handler that calls it itself. Idempotent.
	 */
	@Override
	public void close() {
		stop();
		long left = CLOSE_TIMEOUT.toNanos();
		this.lock.lock();
		try {
			while (isHandlingElsewhere()) {
				if (left <= 0) {
					log.warn("A subscriber still handles a message after {}; it is left to it", CLOSE_TIMEOUT);
					return;
				}
				left = this.ended.awaitNanos(left);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Whether the handler is being called by this very thread.
	 * @return true within the handler
	 */
	public boolean isHandlingHere() {
		return this.handling.contains(Thread.currentThread());
	}

	private boolean isHandlingElsewhere() {
		return this.handling.size() > (isHandlingHere() ? 1 : 0);
	}

	private void signalEnded() {
		this.lock.lock();
		try {
			this.ended.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void releaseWaiting() {
		for (Delivery delivery = this.waiting.poll(); delivery != null; delivery = this.waiting.poll()) {
			delivery.release();
		}
	}

	private void releasePausing() {
		this.pausing.forEach((delivery, scheduled) -> {
			if (this.pausing.remove(delivery) != null) {
				scheduled.cancel();
				delivery.release();
			}
		});
	}

}
