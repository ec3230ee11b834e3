package io.microspring.broker;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way through the attempts to handle it. One thread at a time sees to
 * it; whoever acknowledges by hand may come at any time.
 */
final class Delivery implements Event {

	private static final Duration UNKNOWN_PAUSE = Duration.ofSeconds(1);

	private final Deliveries deliveries;

	private final String topic;

	private final Message raw;

	private final Receipt receipt;

	private @Nullable Message message;

	private @Nullable String key;

	/** What has become of the last attempt, when it was the last of all. */
	private @Nullable DeadLetter letter;

	private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

	/** Why it was refused by hand. */
	private volatile String refusal = "";

	private int attempt;

	/** How often its dead letter was to be published. */
	private int burials;

	/** Whether the receipt has been told before the message was handled. */
	private boolean acknowledged;

	Delivery(Deliveries deliveries, String topic, Message raw, Receipt receipt) {
		this.deliveries = deliveries;
		this.topic = topic;
		this.raw = raw;
		this.receipt = receipt;
	}

	/** One that is not to be handled: its dead letter is made out. */
	static Delivery givenUp(Deliveries deliveries, String topic, Message raw, Receipt receipt, String reason) {
		Delivery delivery = new Delivery(deliveries, topic, raw, receipt);
		try {
			delivery.message = deliveries.read(raw);
		}
		catch (IllegalArgumentException ex) {
			// As it came, then.
		}
		delivery.letter = new DeadLetter(topic, delivery.message(), new Refusal(reason), 0);
		return delivery;
	}

	@Override
	public String topic() {
		return this.topic;
	}

	@Override
	public Message message() {
		Message read = this.message;
		return (read != null) ? read : this.raw;
	}

	@Override
	public int attempt() {
		return this.attempt;
	}

	/** Finds out whether it may not be handled beside others. */
	void findKey() {
		try {
			this.message = read();
			this.key = this.message.header(Headers.KEY);
		}
		catch (RuntimeException | StackOverflowError ex) {
			Deliveries.log.trace("It is said once more when the message is handled", ex);
		}
	}

	/**
	 * What it has in common with those that it may not be handled beside; null for none.
	 */
	@Nullable String key() {
		return this.key;
	}

	/**
	 * Hands it over once, or publishes its dead letter.
	 * @return how long to wait before this is called again; null when there is no more to
	 * do
	 */
	@Nullable Duration attemptNow() {
		if (isUnwanted()) {
			release();
			return null;
		}
		if (!this.state.compareAndSet(State.WAITING, State.HANDLING)) {
			return null;
		}
		if (this.letter != null) {
			return bury(this.letter);
		}
		this.attempt++;
		boolean first = this.attempt == 1;
		if (first && this.deliveries.options().ack() == AckMode.NONE) {
			this.acknowledged = true;
			tell(this.receipt::ack);
		}
		Throwable failure = call();
		if (first) {
			tell(this.receipt::attempted);
		}
		return end(failure);
	}

	/** It was handed over already, by the broker itself, and failed. */
	void failedDirectly(Throwable failure) {
		this.state.set(State.HANDLING);
		this.attempt++;
		Duration pause = end(failure);
		if (pause != null) {
			this.deliveries.again(this, pause);
		}
	}

	/** Whether nobody here is to begin to deal with it. */
	boolean isUnwanted() {
		return this.deliveries.isClosed() || isRevoked();
	}

	boolean isRevoked() {
		return this.receipt.isRevoked();
	}

	boolean isSettled() {
		return this.state.get() == State.SETTLED;
	}

	private @Nullable Throwable call() {
		try {
			if (this.message == null) {
				this.message = readOrTell();
			}
			this.deliveries.handle(this);
			return null;
		}
		catch (Throwable ex) {
			// An Error too: one message must not end the subscription.
			return showable(ex);
		}
		finally {
			// What the handler may have left behind is not meant for the next one.
			Thread.interrupted();
		}
	}

	/** An exception is made by others, and its text may be its own fault. */
	private static Throwable showable(Throwable failure) {
		try {
			Objects.requireNonNull(failure.toString());
			return failure;
		}
		catch (RuntimeException | Error ex) {
			return new IllegalStateException("an exception of " + failure.getClass() + " that cannot be shown");
		}
	}

	private Message readOrTell() {
		try {
			return read();
		}
		catch (UnreadableMessageException ex) {
			this.deliveries.unreadable(this, ex);
			throw ex;
		}
	}

	private Message read() {
		try {
			return this.deliveries.read(this.raw);
		}
		catch (IllegalArgumentException ex) {
			throw new UnreadableMessageException(String.valueOf(ex.getMessage()), ex);
		}
	}

	private @Nullable Duration end(@Nullable Throwable failure) {
		if (failure != null) {
			if (isSettled()) {
				Deliveries.log.warn("A subscriber of {} failed on a message that it had acknowledged", this.topic,
						failure);
				return null;
			}
			return failed(failure);
		}
		if (this.deliveries.options().ack() != AckMode.MANUAL) {
			settle(true);
		}
		else if (this.state.compareAndSet(State.HANDLING, State.LEFT)) {
			this.deliveries.setApart(this);
		}
		else if (this.state.get() == State.REFUSED) {
			return failed(new Refusal(this.refusal));
		}
		return null;
	}

	private @Nullable Duration failed(Throwable failure) {
		RetryOptions retry = this.deliveries.options().retry();
		if (failure instanceof UnreadableMessageException || this.attempt >= retry.attempts()) {
			this.letter = new DeadLetter(this.topic, message(), failure, this.attempt);
			return bury(this.letter);
		}
		Duration pause = pause(retry);
		await();
		Deliveries.log.warn("A subscriber of {} failed, attempt {} of {}; again in {} ms: {}", this.topic, this.attempt,
				retry.attempts(), pause.toMillis(), failure.toString());
		return pause;
	}

	/** One that the application made may fail, which is no reason to lose a message. */
	private Duration pause(RetryOptions retry) {
		try {
			return Objects.requireNonNull(retry.backoff().before(this.attempt), "none");
		}
		catch (RuntimeException ex) {
			Deliveries.log.error("How long to wait before a message of {} is tried again could not be found out: {} ms",
					this.topic, UNKNOWN_PAUSE.toMillis(), ex);
			return UNKNOWN_PAUSE;
		}
	}

	private @Nullable Duration bury(DeadLetter dead) {
		Duration pause = this.deliveries.letters().bury(dead, ++this.burials);
		if (pause == null) {
			settle(true);
		}
		else {
			await();
		}
		return pause;
	}

	/** Between two attempts, unless it is acknowledged meanwhile. */
	private void await() {
		this.state.updateAndGet((now) -> (now == State.SETTLED) ? now : State.WAITING);
	}

	@Override
	public void ack() {
		if (this.deliveries.options().ack() == AckMode.MANUAL) {
			settle(true);
		}
	}

	@Override
	public void nack(String reason) {
		if (this.deliveries.options().ack() != AckMode.MANUAL) {
			return;
		}
		this.refusal = reason;
		if (!this.state.compareAndSet(State.HANDLING, State.REFUSED)
				&& this.state.compareAndSet(State.LEFT, State.HANDLING)) {
			this.deliveries.execute(this::refused);
		}
	}

	/** After its handler had returned. */
	private void refused() {
		Duration pause = failed(new Refusal(this.refusal));
		if (pause != null) {
			this.deliveries.again(this, pause);
		}
	}

	/** Nobody here will deal with it, unless somebody does so already. */
	void release() {
		if (this.state.compareAndSet(State.WAITING, State.SETTLED)
				|| this.state.compareAndSet(State.LEFT, State.SETTLED)) {
			if (!this.acknowledged && !isRevoked()) {
				this.deliveries.leftBehind();
			}
			settled(false);
		}
	}

	/** Nobody will deal with it, whoever has just tried. */
	void abandon() {
		settle(false);
	}

	private void settle(boolean dealtWith) {
		if (this.state.getAndSet(State.SETTLED) != State.SETTLED) {
			settled(dealtWith);
		}
	}

	private void settled(boolean dealtWith) {
		if (!this.acknowledged) {
			tell(dealtWith ? this.receipt::ack : this.receipt::release);
		}
		this.deliveries.settled(this);
	}

	private void tell(Runnable word) {
		try {
			word.run();
		}
		catch (RuntimeException ex) {
			Deliveries.log.warn("A message of {} may come again, the broker could not be told of it: {}", this.topic,
					ex.toString());
		}
	}

	private enum State {

		/** For an attempt. */
		WAITING,

		/** Its handler is running, or its dead letter is being published. */
		HANDLING,

		/** Its handler has returned, and somebody will say what becomes of it. */
		LEFT,

		/** By hand, and its handler has not returned. */
		REFUSED,

		/** The receipt has been told, or will be at once. */
		SETTLED

	}

	/** Thrown by nobody: what is said of a message that was refused by hand. */
	private static final class Refusal extends Exception {

		private static final long serialVersionUID = 1L;

		Refusal(String reason) {
			super(reason, null, false, false);
		}

		@Override
		public String toString() {
			return String.valueOf(getMessage());
		}

	}

}
