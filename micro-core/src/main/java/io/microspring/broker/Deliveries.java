package io.microspring.broker;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
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
 * too where one is handled at a time, so that they stay in order. Where several are, that
 * is so for those of one {@linkplain io.microspring.message.Headers#KEY key}.
 */
public final class Deliveries implements AutoCloseable {

	static final Logger log = LoggerFactory.getLogger(Deliveries.class);

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

	private final Broker broker;

	private final SubscribeOptions options;

	private final DeadLetters letters;

	private final UnaryOperator<Message> reader;

	private final EventHandler handler;

	private final ExecutorService executor;

	private final Semaphore room;

	private final int most;

	private final Lanes lanes;

	/**
	 * Those that no lane has: they wait to be acknowledged by hand, or, failed after
	 * their lane had gone on, for their next attempt.
	 */
	private final Set<Delivery> apart = ConcurrentHashMap.newKeySet();

	private final AtomicInteger leftBehind = new AtomicInteger();

	private volatile boolean closed;

	/** When it was stopped: those that are stopped together are waited for together. */
	private volatile long stoppedAt;

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
		this.letters = new DeadLetters(broker, options.deadLetter(), options.queue());
		this.reader = reader;
		this.handler = Objects.requireNonNull(handler, "handler");
		this.executor = executor;
		this.room = new Semaphore(room);
		this.most = room;
		this.lanes = new Lanes(options.concurrency(), executor);
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

	/**
	 * Brings a message that is not to be handled, such as one that its members died of:
	 * it goes to the dead letter topic, if there is room.
	 * @param topic the topic it was published to
	 * @param raw the message as it came, for the reader
	 * @param receipt is told when it is there
	 * @param reason why, for whoever reads the dead letter
	 * @return false when there is no room, or this is closed: the receipt hears nothing
	 */
	public boolean giveUp(String topic, Message raw, Receipt receipt, String reason) {
		if (this.closed || !this.room.tryAcquire()) {
			return false;
		}
		return add(Delivery.givenUp(this, topic, raw, receipt, reason));
	}

	private boolean add(String topic, Message raw, Receipt receipt) {
		Delivery delivery = new Delivery(this, topic, raw, receipt);
		if (this.options.concurrency() > 1) {
			delivery.findKey();
		}
		return add(delivery);
	}

	private boolean add(Delivery delivery) {
		if (this.closed) {
			this.room.release();
			return false;
		}
		begin(delivery);
		return true;
	}

	/**
	 * Tells of a {@linkplain SubscribeOptions#direct() direct} handler that the broker
	 * called itself, and that failed: further attempts are made here.
	 * @param topic the topic the message was published to
	 * @param message the message
	 * @param failure what the handler threw
	 * @param receipt is told what became of it
	 * @param timeout how long to wait for room
	 * @return false when there was no room, or this is closed: the receipt hears nothing
	 * @throws InterruptedException when the thread is interrupted
	 */
	boolean failed(String topic, Message message, Throwable failure, Receipt receipt, Duration timeout)
			throws InterruptedException {
		if (this.closed || !this.room.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
			return false;
		}
		new Delivery(this, topic, message, receipt).failedDirectly(failure);
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

	/** Whether a message waits for its handler, or is with it. */
	boolean isHandling() {
		return this.lanes.isBusy();
	}

	/** What no lane has is to be tried again. */
	void again(Delivery delivery, Duration pause) {
		setApart(delivery);
		Threads.after(pause, () -> {
			if (this.apart.remove(delivery)) {
				begin(delivery);
			}
		});
	}

	private void begin(Delivery delivery) {
		this.lanes.add(delivery);
		if (this.closed) {
			delivery.release();
		}
	}

	/** Its lane goes on without it. */
	void setApart(Delivery delivery) {
		this.apart.add(delivery);
		if (delivery.isUnwanted()) {
			delivery.release();
		}
		if (delivery.isSettled()) {
			this.apart.remove(delivery);
		}
	}

	/** Sees to what takes time, and is nobody's business who came with it. */
	void execute(Runnable task) {
		Threads.executeWhenFree(this.executor, task);
	}

	void settled(Delivery delivery) {
		this.apart.remove(delivery);
		this.room.release();
	}

	boolean isClosed() {
		return this.closed;
	}

	/** One is released that nobody else has so far. */
	void leftBehind() {
		this.leftBehind.incrementAndGet();
	}

	/** Nobody gets what a subscriber without a queue leaves. */
	private void warnOfLost() {
		boolean alone = this.options.queue().isEmpty();
		if (!alone && this.broker.features().contains(BrokerFeature.REDELIVERY)) {
			return;
		}
		int lost = this.leftBehind.getAndSet(0);
		if (lost > 0) {
			log.warn("A subscriber {} of broker {} ended before it had dealt with {} messages, which are lost{}",
					alone ? "without a queue" : "in queue " + this.options.queue(), this.broker.name(), lost,
					alone ? "" : " unless another member gets them");
		}
	}

	SubscribeOptions options() {
		return this.options;
	}

	Message read(Message raw) {
		return this.reader.apply(raw);
	}

	void unreadable(Delivery delivery, UnreadableMessageException reason) {
		try {
			this.handler.unreadable(delivery, reason);
		}
		catch (RuntimeException ex) {
			reason.addSuppressed(ex);
		}
	}

	void handle(Delivery delivery) throws Exception {
		this.handler.handle(delivery);
	}

	DeadLetters letters() {
		return this.letters;
	}

	/**
	 * Lets go of the messages that are {@linkplain Receipt#isRevoked() somebody else's}
	 * by now, and wait for their handler, their next attempt or to be acknowledged.
	 */
	public void releaseRevoked() {
		release(Delivery::isRevoked);
	}

	/**
	 * Lets go of the messages that are {@linkplain Receipt#isRevoked() somebody else's}
	 * by now: those that wait for their handler, their next attempt or to be acknowledged
	 * are released at once, and those being handled are waited for.
	 * @param timeout how long to wait at the most
	 * @return false when one of them is still being handled
	 * @throws InterruptedException when the thread is interrupted
	 */
	public boolean releaseRevoked(Duration timeout) throws InterruptedException {
		releaseRevoked();
		return this.lanes.await(Delivery::isRevoked, timeout);
	}

	private void release(Predicate<Delivery> which) {
		this.lanes.release(which);
		this.apart.stream().filter(which).forEach(Delivery::release);
	}

	/**
	 * Begins to handle no more: what waits is released. Idempotent.
	 */
	public void stop() {
		if (!this.closed) {
			this.stoppedAt = System.nanoTime();
			this.closed = true;
		}
		release((any) -> true);
		warnOfLost();
	}

	/**
	 * Stops, and waits until what is being handled is dealt with, but no longer than 10 s
	 * after it was stopped, and not for a handler that calls it itself. Idempotent.
	 */
	@Override
	public void close() {
		stop();
		try {
			Duration left = CLOSE_TIMEOUT.minusNanos(System.nanoTime() - this.stoppedAt);
			if (!this.lanes.await((any) -> true, left)) {
				log.warn("A subscriber still handles a message after {}; it is left to it", CLOSE_TIMEOUT);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		warnOfLost();
	}

	/**
	 * Closes this, and then what its messages are acknowledged by. Where a handler ends
	 * its own subscription, all that is done once that handler has returned, by another
	 * thread.
	 * @param rest ends what the broker is told by
	 */
	public void close(Runnable rest) {
		stop();
		Runnable end = () -> {
			close();
			rest.run();
		};
		if (isHandlingHere()) {
			execute(end);
		}
		else {
			end.run();
		}
	}

	/**
	 * Whether the handler is being called by this very thread.
	 * @return true within the handler
	 */
	public boolean isHandlingHere() {
		return this.lanes.isHandlingHere();
	}

}
