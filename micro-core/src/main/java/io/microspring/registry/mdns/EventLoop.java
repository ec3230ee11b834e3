package io.microspring.registry.mdns;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.microspring.concurrent.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of an mDNS registry: it reads the sockets, keeps the time and runs what
 * it is handed. What the registry knows is touched by no other thread, so that nothing
 * needs a lock; nothing that runs here waits for anything.
 */
final class EventLoop implements AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(EventLoop.class);

	/** Some 70 years, so that times can be compared. */
	private static final long MAX_DELAY = Long.MAX_VALUE / 4;

	private final Selector selector;

	private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	private final PriorityQueue<Timer> timers = new PriorityQueue<>();

	private long timerCount;

	private volatile boolean closed;

	EventLoop() throws IOException {
		this.selector = Selector.open();
	}

	void start() {
		Threads.start("micro-mdns", this::run);
	}

	/**
	 * Runs a task on the loop's thread, after those handed over before.
	 * @return false when the loop is closed and the task will not run
	 */
	boolean execute(Runnable task) {
		if (this.closed) {
			return false;
		}
		this.tasks.add(task);
		this.selector.wakeup();
		// Closed in between: whoever takes the task from the queue decides.
		return !this.closed || !this.tasks.remove(task);
	}

	/**
	 * Runs a task on the loop's thread.
	 * @return what it gives or throws
	 */
	<T> CompletableFuture<T> submit(Supplier<T> task) {
		CompletableFuture<T> result = new CompletableFuture<>();
		boolean accepted = execute(() -> {
			try {
				result.complete(task.get());
			}
			catch (RuntimeException ex) {
				result.completeExceptionally(ex);
			}
		});
		if (!accepted) {
			result.completeExceptionally(new IllegalStateException("closed"));
		}
		return result;
	}

	/**
	 * Runs a task later. To be called on the loop's thread only.
	 */
	void after(Duration delay, Runnable task) {
		long nanos = Math.min(TimeUnit.NANOSECONDS.convert(delay), MAX_DELAY);
		this.timers.add(new Timer(System.nanoTime() + nanos, this.timerCount++, task));
	}

	/**
	 * Reads a channel from now on. To be called on the loop's thread only.
	 * @param channel the channel, which the loop closes when it is closed
	 * @param reader reads what has come, without waiting
	 */
	void add(DatagramChannel channel, Consumer<DatagramChannel> reader) throws ClosedChannelException {
		channel.register(this.selector, SelectionKey.OP_READ, reader);
	}

	/** Ends the thread once it has run what it was handed, and closes the channels. */
	@Override
	public void close() {
		this.closed = true;
		this.selector.wakeup();
	}

	private void run() {
		try {
			while (!this.closed) {
				runTasks();
				runTimers();
				this.selector.select(this::read, waitMillis());
			}
		}
		catch (IOException | RuntimeException ex) {
			log.error("mDNS stopped: {}", ex.toString(), ex);
		}
		finally {
			this.closed = true;
			runTasks();
			closeChannels();
		}
	}

	private void runTasks() {
		for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
			run(task);
		}
	}

	private void runTimers() {
		long now = System.nanoTime();
		for (Timer timer = this.timers.peek(); timer != null && timer.due - now <= 0; timer = this.timers.peek()) {
			this.timers.poll();
			run(timer.task);
		}
	}

	private long waitMillis() {
		if (!this.tasks.isEmpty()) {
			return 1;
		}
		Timer next = this.timers.peek();
		if (next == null) {
			return 0;
		}
		// Rounded up: to wake just before the time would mean to turn in circles.
		return Math.max(1, TimeUnit.NANOSECONDS.toMillis(next.due - System.nanoTime()) + 1);
	}

	@SuppressWarnings("unchecked")
	private void read(SelectionKey key) {
		run(() -> ((Consumer<DatagramChannel>) key.attachment()).accept((DatagramChannel) key.channel()));
	}

	private static void run(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException ex) {
			log.warn("mDNS failed at something and goes on: {}", ex.toString(), ex);
		}
	}

	private void closeChannels() {
		try {
			for (SelectionKey key : this.selector.keys()) {
				key.channel().close();
			}
			this.selector.close();
		}
		catch (IOException ex) {
			log.debug("mDNS could not close a socket: {}", ex.toString());
		}
	}

	private record Timer(long due, long number, Runnable task) implements Comparable<Timer> {

		@Override
		public int compareTo(Timer other) {
			int byTime = Long.compare(this.due - other.due, 0);
			return (byTime != 0) ? byTime : Long.compare(this.number, other.number);
		}

	}

}
