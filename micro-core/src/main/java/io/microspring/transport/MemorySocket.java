package io.microspring.transport;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a connection inside the process.
 * <p>
 * What arrives while nothing else waits is handed to the receiver by the thread that sent
 * it; the rest is queued, and whichever thread is handing over, this one further up its
 * stack included, goes on with it. So the receiver is called by one thread at a time, and
 * two ends that answer each other do not pile up frames.
 */
final class MemorySocket implements Socket {

	private static final Logger logger = LoggerFactory.getLogger(MemoryTransport.class);

	/** As many as go-micro's sockets queue. */
	private static final int WINDOW = 128;

	/** Stands in the queue behind the last message. */
	private static final Message END = Message.of(Metadata.empty());

	private final String local;

	private final String remote;

	private final Queue<Message> arrived = new ConcurrentLinkedQueue<>();

	/** How many messages have arrived that the receiver has not got. */
	private final AtomicInteger pending = new AtomicInteger();

	/** How often delivery was asked for since it began; whoever finds zero delivers. */
	private final AtomicInteger wanted = new AtomicInteger();

	private final AtomicBoolean closed = new AtomicBoolean();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition writable = this.lock.newCondition();

	private volatile int waiting;

	private volatile @Nullable Receiver receiver;

	private volatile boolean reading = true;

	/** What the receiver threw. */
	private volatile @Nullable Throwable failure;

	private volatile Runnable whenClosed = () -> {
	};

	/** Set before the socket is given to anybody. */
	private Call call = Call.NONE;

	/** Belongs to the thread that delivers. */
	private boolean over;

	private final MemorySocket peer;

	private MemorySocket(String local, String remote, @Nullable MemorySocket peer) {
		this.local = local;
		this.remote = remote;
		this.peer = (peer != null) ? peer : new MemorySocket(remote, local, this);
	}

	/**
	 * Makes both ends.
	 * @param local the address of the end that is returned
	 * @param remote the address of the other
	 * @return the one end; {@link #peer()} is the other
	 */
	static MemorySocket pair(String local, String remote) {
		return new MemorySocket(local, remote, null);
	}

	MemorySocket peer() {
		return this.peer;
	}

	/** Both ends carry a single call, which this one makes. */
	void carryOneCall() {
		this.call = Call.MADE;
		this.peer.call = Call.TAKEN;
	}

	/**
	 * Has something run once this end is closed by either side.
	 * @param action what to run
	 */
	void whenClosed(Runnable action) {
		this.whenClosed = action;
	}

	@Override
	public void send(Message message) {
		if (!isOpen()) {
			throw new TransportException("connection to " + this.remote + " is closed", true, null);
		}
		this.peer.arrive(message);
		if (this.call == Call.TAKEN && message.headers().contains(Headers.END)) {
			// The answer is complete, and with it the call.
			close(null);
		}
	}

	private void arrive(Message message) {
		if (this.pending.get() == 0 && this.wanted.compareAndSet(0, 1)) {
			Receiver current = this.receiver;
			// Nothing waits, nobody delivers and the receiver is ready: no need to queue.
			if (current != null && this.reading && this.pending.get() == 0) {
				hand(current, message);
			}
			else {
				queue(message);
			}
			deliver(1);
			return;
		}
		queue(message);
		deliver();
	}

	private void queue(Message message) {
		this.pending.incrementAndGet();
		this.arrived.add(message);
	}

	private void deliver() {
		if (this.wanted.getAndIncrement() == 0) {
			deliver(1);
		}
	}

	/** Called by the one thread that delivers. */
	private void deliver(int alreadyWanted) {
		int seen = alreadyWanted;
		do {
			Receiver current = this.receiver;
			while (current != null && (this.reading || this.closed.get()) && handNext(current)) {
				current = this.receiver;
			}
			seen = this.wanted.addAndGet(-seen);
		}
		while (seen != 0);
	}

	private boolean handNext(Receiver current) {
		Message message = this.arrived.poll();
		if (message == null) {
			return false;
		}
		if (this.pending.decrementAndGet() < WINDOW) {
			this.peer.wake();
		}
		hand(current, message);
		return true;
	}

	private void hand(Receiver current, Message message) {
		try {
			if (message == END) {
				end(current);
			}
			else if (!this.closed.get()) {
				current.onMessage(message);
			}
		}
		catch (RuntimeException | Error ex) {
			logger.error("The receiver of the connection with {} failed: closing", this.remote, ex);
			this.failure = ex;
			close();
		}
	}

	private void end(Receiver current) {
		this.closed.set(true);
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
	public boolean isWritable() {
		return isOpen() && this.peer.pending.get() < WINDOW;
	}

	@Override
	public boolean awaitWritable(Duration timeout) throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			this.waiting++;
			long left = timeout.toNanos();
			while (isOpen() && !isWritable() && left > 0) {
				left = this.writable.awaitNanos(left);
			}
			return isWritable();
		}
		finally {
			this.waiting--;
			this.lock.unlock();
		}
	}

	private void wake() {
		if (this.waiting > 0) {
			this.lock.lock();
			try {
				this.writable.signalAll();
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	@Override
	public void reading(boolean reading) {
		this.reading = reading;
		if (reading) {
			deliver();
		}
	}

	@Override
	public boolean isOpen() {
		return !this.closed.get() && !this.peer.closed.get();
	}

	@Override
	public String local() {
		return this.local;
	}

	@Override
	public String remote() {
		return this.remote;
	}

	@Override
	public void close() {
		close((this.call == Call.NONE) ? null
				: new TransportException("the call was cancelled by " + this.local, false, null));
	}

	private void close(@Nullable Throwable cause) {
		if (this.closed.compareAndSet(false, true)) {
			if (cause != null) {
				this.peer.failure = cause;
			}
			this.whenClosed.run();
			this.peer.whenClosed.run();
			wake();
			this.peer.wake();
			this.peer.arrive(END);
			arrive(END);
		}
	}

	@Override
	public String toString() {
		return "memory[" + this.local + " <-> " + this.remote + "]";
	}

	/** Whether a socket carries a single call, and which end of it this is. */
	private enum Call {

		NONE, MADE, TAKEN

	}

}
