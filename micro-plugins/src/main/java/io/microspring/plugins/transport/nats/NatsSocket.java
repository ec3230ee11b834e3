package io.microspring.plugins.transport.nats;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.microspring.broker.Envelope;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import io.nats.client.impl.Headers;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a connection that is none to NATS: the messages from one subject that are to
 * be answered to another.
 * <p>
 * Two ends of ours tell each other when they close and how much they have taken in, so
 * that a slow reader holds back its peer. go-micro knows neither.
 */
final class NatsSocket implements Socket {

	/** Not more than that is sent without hearing that something was taken in. */
	private static final long WINDOW = 1024 * 1024;

	/** What a message takes beside its body. */
	private static final long OVERHEAD = 512;

	/** More than that is not kept for a reader that does not read. */
	private static final long MOST_HELD = 64 * 1024 * 1024;

	/** How often whoever waits looks whether the line to NATS is free. */
	private static final Duration LOOK = Duration.ofMillis(10);

	private static final Logger log = LoggerFactory.getLogger(NatsSocket.class);

	private final NatsWire wire;

	private final Ends ends;

	private final Consumer<NatsSocket> whenClosed;

	private final Queue<Object> arrived = new ConcurrentLinkedQueue<>();

	/** How often delivery was asked for since it began; whoever finds zero delivers. */
	private final AtomicInteger wanted = new AtomicInteger();

	private final AtomicLong held = new AtomicLong();

	private final AtomicLong sent = new AtomicLong();

	private final AtomicLong taken = new AtomicLong();

	/** How many messages were sent since one came. */
	private final AtomicInteger unanswered = new AtomicInteger();

	private final AtomicBoolean introduced = new AtomicBoolean();

	private final AtomicBoolean closed = new AtomicBoolean();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition writable = this.lock.newCondition();

	private volatile @Nullable Receiver receiver;

	private volatile boolean reading = true;

	/** Whether the peer is one of ours, as it said. */
	private volatile boolean ours;

	private volatile long takenByPeer;

	/** The last number of what was taken that was told. */
	private final AtomicLong reported = new AtomicLong();

	/** Whether the peer has closed, or the connection broke. */
	private volatile boolean ended;

	/** Why it broke. */
	private volatile @Nullable Throwable failure;

	/** Belongs to the thread that delivers. */
	private boolean over;

	/**
	 * An end.
	 * @param wire sends
	 * @param ends where it sends to and hears
	 * @param whenClosed is told once it was closed by either side
	 */
	NatsSocket(NatsWire wire, Ends ends, Consumer<NatsSocket> whenClosed) {
		this.wire = wire;
		this.ends = ends;
		this.whenClosed = whenClosed;
	}

	// what goes

	@Override
	public void send(Message message) {
		if (!isOpen()) {
			throw closedAlready(null);
		}
		byte[] payload = this.wire.encode(message, remote());
		this.sent.addAndGet(weight(message));
		this.unanswered.incrementAndGet();
		Headers ourselves = this.introduced.getAndSet(true) ? null : NatsSignal.of(NatsSignal.OURS, "1");
		try {
			this.wire.send(this.ends.subject(), this.ends.replyTo(), ourselves, payload);
		}
		catch (IllegalStateException ex) {
			broken(closedAlready(ex));
			throw closedAlready(ex);
		}
	}

	private TransportException closedAlready(@Nullable Throwable cause) {
		return new TransportException("connection to " + remote() + " is closed", true, cause);
	}

	/** Says something to the peer that go-micro has no words for. */
	private void signal(Headers signal) {
		try {
			this.wire.send(this.ends.subject(), this.ends.replyTo(), signal, NatsSignal.NOTHING);
		}
		catch (IllegalStateException ex) {
			log.debug("{} was not told {}: {}", remote(), signal.keySet(), ex.getMessage());
		}
	}

	@Override
	public boolean isWritable() {
		return isOpen() && this.wire.isFree() && (!this.ours || this.sent.get() - this.takenByPeer < WINDOW);
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

	// what comes

	/**
	 * Takes what came by NATS.
	 * @param message a message of the connection, or a signal
	 */
	void arrive(io.nats.client.Message message) {
		if (NatsSignal.isNobodyThere(message)) {
			// Of more than one, the former may have arrived.
			boolean unsent = this.unanswered.get() == 1;
			broken(new TransportException("could not dial " + remote() + ": nobody listens there", unsent, null));
			return;
		}
		if (!this.ours && (NatsSignal.has(message, NatsSignal.OURS) || NatsSignal.has(message, NatsSignal.TAKEN))) {
			meet();
		}
		Long total = NatsSignal.number(message, NatsSignal.TAKEN);
		if (total != null) {
			this.takenByPeer = Math.max(this.takenByPeer, total);
			wake();
		}
		else if (NatsSignal.has(message, NatsSignal.REFUSED)) {
			broken(new TransportException("could not dial " + remote() + ": nobody accepts there any more",
					this.unanswered.get() == 1, null));
		}
		else if (message.getData().length == 0) {
			end(null);
		}
		else {
			read(message.getData());
		}
	}

	/** The peer is one of ours; one that has dialled cannot know it yet. */
	private void meet() {
		this.ours = true;
		this.wire.meet(this);
		if (!this.introduced.getAndSet(true)) {
			signal(NatsSignal.of(NatsSignal.TAKEN, "0"));
		}
	}

	private void read(byte[] payload) {
		Message message;
		try {
			message = Envelope.decode(payload);
		}
		catch (IllegalArgumentException ex) {
			broken(new TransportException("malformed message from " + remote() + ": " + ex.getMessage(), false, ex));
			return;
		}
		this.unanswered.set(0);
		int limit = this.wire.maxMessageSize();
		if (message.body().length > limit) {
			took(weight(message));
			add(new Refused(Message.of(message.headers()), MicroException.of("go.micro.transport", 413,
					"a message of " + message.body().length + " bytes is not taken: the limit is " + limit)));
			return;
		}
		if (this.held.addAndGet(weight(message)) > MOST_HELD) {
			broken(new TransportException(
					remote() + " sends faster than is read, and " + MOST_HELD + " bytes are waiting", false, null));
			return;
		}
		add(message);
	}

	private void add(Object next) {
		this.arrived.add(next);
		deliver();
	}

	/**
	 * Ends the connection because it broke: both ends of it, as far as the other hears.
	 * @param cause what broke it
	 */
	void broken(Throwable cause) {
		end(cause);
	}

	private void end(@Nullable Throwable cause) {
		if (this.ended || this.closed.get()) {
			return;
		}
		this.failure = cause;
		this.ended = true;
		this.whenClosed.accept(this);
		wake();
		add(End.MARK);
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
				current.onRefused(refused.head(), refused.error());
			}
			else if (next instanceof Message message) {
				this.held.addAndGet(-weight(message));
				current.onMessage(message);
				if (!current.keepsMessages()) {
					took(weight(message));
				}
			}
		}
		catch (RuntimeException | Error ex) {
			log.error("The receiver of the connection with {} failed: closing", remote(), ex);
			this.failure = ex;
			close();
		}
		return true;
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
		took(messages * OVERHEAD + bytes);
	}

	/** Tells the peer now and then that it may go on. */
	private void took(long weight) {
		long total = this.taken.addAndGet(weight);
		long told = this.reported.get();
		if (this.ours && total - told >= WINDOW / 4 && this.reported.compareAndSet(told, total)) {
			signal(NatsSignal.of(NatsSignal.TAKEN, Long.toString(total)));
		}
	}

	private static long weight(Message message) {
		return message.body().length + OVERHEAD;
	}

	// both

	@Override
	public boolean isOpen() {
		return !this.closed.get() && !this.ended;
	}

	@Override
	public String local() {
		return this.ends.local();
	}

	@Override
	public String remote() {
		return this.ends.remote();
	}

	/** Whether the peer is one of ours, as far as known. */
	boolean isOurs() {
		return this.ours;
	}

	/** What to ask whether the peer is still there. */
	String alive() {
		return this.ends.alive();
	}

	@Override
	public void close() {
		if (!this.closed.compareAndSet(false, true)) {
			return;
		}
		if (!this.ended) {
			// A caller of go-micro would take it for the answer to its next question.
			if (this.ours || (this.ends.dialled() && this.sent.get() > 0)) {
				signal(NatsSignal.of(NatsSignal.CLOSED, "1"));
			}
			this.whenClosed.accept(this);
		}
		wake();
		add(End.MARK);
	}

	@Override
	public String toString() {
		return "nats[" + local() + " <-> " + remote() + "]";
	}

	/** Stands in the queue behind the last message. */
	private enum End {

		MARK

	}

	/** A message that is too large, without its body. */
	private record Refused(Message head, MicroException error) {

	}

	/**
	 * Where a connection begins and ends.
	 *
	 * @param dialled whether this end has dialled
	 * @param subject where messages are sent to
	 * @param replyTo where this end hears what the other, or NATS, answers
	 * @param local what this end is called
	 * @param alive the subject that the peer's process listens to while it is there
	 */
	record Ends(boolean dialled, String subject, String replyTo, String local, String alive) {

		String remote() {
			return this.subject;
		}

	}

}
