package io.microspring.plugins.relay;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a connection that is none to the server in between: to that these are single
 * messages.
 * <p>
 * Two ends of ours tell each other when they close and how much they have taken in, so
 * that a slow reader holds back its peer. go-micro knows neither. Thread-safe; what comes
 * is to be handed over in order.
 */
public final class RelaySocket implements Socket {

	/** How often whoever waits looks whether the line is free. */
	private static final Duration LOOK = Duration.ofMillis(10);

	private static final Logger log = LoggerFactory.getLogger(RelaySocket.class);

	private final RelayLine line;

	private final Queue<Object> arrived = new ConcurrentLinkedQueue<>();

	/** How often delivery was asked for since it began; whoever finds zero delivers. */
	private final AtomicInteger wanted = new AtomicInteger();

	private final RelayWindow window = new RelayWindow();

	/** How many messages were sent since one came. */
	private final AtomicInteger unanswered = new AtomicInteger();

	/** When something came or went, by {@link System#nanoTime()}. */
	private volatile long used = System.nanoTime();

	private final AtomicBoolean introduced = new AtomicBoolean();

	private final AtomicBoolean closed = new AtomicBoolean();

	/** Whether the line knows that it is over. */
	private final AtomicBoolean left = new AtomicBoolean();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition writable = this.lock.newCondition();

	private volatile @Nullable Receiver receiver;

	private volatile boolean reading = true;

	/** Whether the peer is one of ours, as it said. */
	private volatile boolean ours;

	/** Whether the peer has closed, or the connection broke. */
	private volatile boolean ended;

	/** Why it broke. */
	private volatile @Nullable Throwable failure;

	/** Belongs to the thread that delivers. */
	private boolean over;

	/**
	 * An end.
	 * @param line where it sends to
	 */
	public RelaySocket(RelayLine line) {
		this.line = line;
	}

	@Override
	public void send(Message message) {
		if (!isOpen()) {
			throw closedAlready(null);
		}
		Message spoken = Relay.spoken(message, remote());
		RelayLine.Outgoing outgoing = this.line.prepare(spoken);
		this.window.sent(spoken);
		this.unanswered.incrementAndGet();
		this.used = System.nanoTime();
		try {
			outgoing.send(!this.introduced.getAndSet(true));
		}
		catch (IllegalStateException ex) {
			broken(closedAlready(ex));
			throw closedAlready(ex);
		}
	}

	private TransportException closedAlready(@Nullable Throwable cause) {
		return new TransportException("connection to " + remote() + " is closed", true, cause);
	}

	private void tell(RelaySignal signal, long number) {
		try {
			this.line.tell(signal, number);
		}
		catch (IllegalStateException ex) {
			log.debug("{} was not told {}: {}", remote(), signal, ex.getMessage());
		}
	}

	@Override
	public boolean isWritable() {
		return isOpen() && this.line.isFree() && (!this.ours || this.window.isOpen());
	}

	@Override
	public boolean awaitWritable(Duration timeout) throws InterruptedException {
		long deadline = System.nanoTime() + timeout.toNanos();
		this.lock.lockInterruptibly();
		try {
			long left = timeout.toNanos();
			while (isOpen() && !isWritable() && left > 0) {
				this.writable.await(Math.min(left, LOOK.toNanos()), TimeUnit.NANOSECONDS);
				left = deadline - System.nanoTime();
			}
			return isWritable();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void wake() {
		this.lock.lock();
		try {
			this.writable.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The server in between says that nobody got what was sent. */
	public void nobodyIsThere() {
		turnedAway("nobody listens there");
	}

	/** The peer says that it accepts no connections any more. */
	public void refused() {
		turnedAway("nobody accepts there any more");
	}

	private void turnedAway(String reason) {
		if (!this.line.dialled()) {
			gone();
		}
		else {
			// Of more than one, the former may have arrived.
			broken(new TransportException("could not dial " + remote() + ": " + reason, this.unanswered.get() == 1,
					null));
		}
	}

	/** There is no process at the other end any more. */
	void gone() {
		broken(new TransportException(remote() + " is there no more", false, null));
	}

	/** The peer is one of ours, as it says; one that has dialled cannot know it yet. */
	public void peerIsOurs() {
		if (this.ours) {
			return;
		}
		this.ours = true;
		if (this.closed.get()) {
			// It could not be told before.
			tell(RelaySignal.CLOSED, 1);
			return;
		}
		this.line.met(this);
		if (!this.introduced.getAndSet(true)) {
			tell(RelaySignal.TAKEN, 0);
		}
	}

	/**
	 * The peer says how much it has taken in.
	 * @param total all together
	 */
	public void takenByPeer(long total) {
		this.window.takenByPeer(total);
		wake();
	}

	/** The peer says that it has closed the connection. */
	public void closedByPeer() {
		end(null);
	}

	/**
	 * Something came that is no message.
	 * @param cause what is wrong with it
	 */
	public void malformed(IllegalArgumentException cause) {
		broken(new TransportException("malformed message from " + remote() + ": " + cause.getMessage(), false, cause));
	}

	/**
	 * A message came.
	 * @param message the message
	 */
	public void arrive(Message message) {
		this.unanswered.set(0);
		this.used = System.nanoTime();
		Message heard = Relay.withoutPseudo(message);
		int size = heard.body().length;
		int limit = this.line.maxMessageSize();
		Object next = heard;
		if (size > limit) {
			this.window.took(0, size);
			heard = Message.of(heard.headers());
			next = new Refused(heard, MicroException.of(Relay.ID, 413,
					"a message of " + size + " bytes is not taken: the limit is " + limit));
		}
		if (this.window.hold(heard)) {
			add(next);
		}
		else {
			broken(new TransportException(
					remote() + " sends faster than is read, and " + RelayWindow.MOST_HELD + " bytes are waiting", false,
					null));
		}
	}

	private void add(Object next) {
		this.arrived.add(next);
		deliver();
	}

	/**
	 * Ends the connection because it broke: both ends of it, as far as the other hears.
	 * @param cause what broke it
	 */
	public void broken(Throwable cause) {
		end(cause);
	}

	private void end(@Nullable Throwable cause) {
		if (this.ended || this.closed.get()) {
			return;
		}
		this.failure = cause;
		this.ended = true;
		leave();
		wake();
		add(End.MARK);
	}

	private void leave() {
		if (this.left.compareAndSet(false, true)) {
			this.line.closed(this);
		}
	}

	private void deliver() {
		if (this.wanted.getAndIncrement() != 0) {
			return;
		}
		int seen = 1;
		do {
			Receiver current = this.receiver;
			while (current != null && mayDeliver() && handNext(current)) {
				current = this.receiver;
			}
			seen = this.wanted.addAndGet(-seen);
		}
		while (seen != 0);
	}

	private boolean mayDeliver() {
		return this.reading || this.closed.get() || this.failure != null;
	}

	private boolean handNext(Receiver current) {
		Object next = this.arrived.poll();
		if (next == null) {
			return false;
		}
		try {
			if (next == End.MARK) {
				over(current);
			}
			else if (this.closed.get()) {
				return true;
			}
			else if (next instanceof Refused refused) {
				this.window.release(refused.head());
				current.onRefused(refused.head(), refused.error());
				this.window.took(refused.head());
				report();
			}
			else if (next instanceof Message message) {
				hand(message, current);
			}
		}
		catch (RuntimeException | Error ex) {
			log.error("The receiver of the connection with {} failed: closing", remote(), ex);
			this.failure = ex;
			close();
		}
		return true;
	}

	private void hand(Message message, Receiver current) {
		this.window.release(message);
		boolean kept = current.keepsMessages();
		if (kept) {
			this.window.keep(message);
		}
		current.onMessage(message);
		if (!kept) {
			this.window.took(message);
			report();
		}
	}

	private void over(Receiver current) {
		if (!this.over) {
			this.over = true;
			current.onClosed(this.failure);
		}
	}

	@Override
	public void receive(Receiver receiver) {
		this.receiver = receiver;
		deliver();
	}

	@Override
	public void reading(boolean reading) {
		this.reading = reading;
		if (reading) {
			deliver();
		}
	}

	@Override
	public void taken(int messages, long bytes) {
		this.window.took(messages, bytes);
		report();
	}

	private void report() {
		if (this.ours) {
			this.window.report((total) -> tell(RelaySignal.TAKEN, total));
		}
	}

	@Override
	public boolean isOpen() {
		return !this.closed.get() && !this.ended;
	}

	@Override
	public String local() {
		return this.line.local();
	}

	@Override
	public String remote() {
		return this.line.remote();
	}

	/**
	 * Whether the peer is one of ours.
	 * @return false as long as it has not said so
	 */
	public boolean isOurs() {
		return this.ours;
	}

	/**
	 * Whether the peer, if it is one of ours, waits to be told that this end is closed.
	 * @return false when it has been told, or knows nothing of this end
	 */
	public boolean isPartingUntold() {
		return this.closed.get() && !this.ours && !this.ended && this.window.isAnySent();
	}

	/**
	 * Whether it was accepted from one that is not ours, and is over by all appearance:
	 * who has died may have spoken last.
	 */
	boolean isForsaken(Duration idle) {
		return !this.ours && !this.line.dialled() && System.nanoTime() - this.used >= idle.toNanos();
	}

	/** Whether the peer may have all that it has asked for. */
	boolean isAnswered() {
		return this.unanswered.get() > 0;
	}

	RelayLine line() {
		return this.line;
	}

	@Override
	public void close() {
		if (!this.closed.compareAndSet(false, true)) {
			return;
		}
		if (!this.ended) {
			// A caller of go-micro would take it for the answer to its next question.
			if (this.ours || (this.line.tellsStrangers() && this.line.dialled() && this.window.isAnySent())) {
				tell(RelaySignal.CLOSED, 1);
			}
			leave();
		}
		wake();
		add(End.MARK);
	}

	@Override
	public String toString() {
		return "relayed[" + local() + " <-> " + remote() + "]";
	}

	/** Stands in the queue behind the last message. */
	private enum End {

		MARK

	}

	/** A message that is too large, without its body. */
	private record Refused(Message head, MicroException error) {

	}

}
