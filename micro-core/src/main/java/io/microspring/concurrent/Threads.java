package io.microspring.concurrent;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;

import io.netty.util.concurrent.FastThreadLocalThread;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes every thread of the project; nothing else does.
 * <p>
 * User code runs on one virtual thread per task where the JDK has them (21 and newer,
 * reached reflectively because the byte code is 17's), else on a bounded pool. Time-outs
 * share one timer wheel with a tick of 10 ms, a {@link Timeout} each.
 */
public final class Threads {

	private static final int POOL_SIZE = Math.max(200, 16 * Runtime.getRuntime().availableProcessors());

	private static final int POOL_QUEUE = 1024;

	private static final Duration LONGEST = Duration.ofDays(365);

	/** How long a task waits for an executor that has no thread to spare. */
	private static final Duration BUSY = Duration.ofMillis(20);

	private static final Logger LOG = LoggerFactory.getLogger(Threads.class);

	private Threads() {
	}

	/**
	 * Whether this JDK has virtual threads.
	 * @return true on 21 and newer
	 */
	public static boolean hasVirtual() {
		return Runtime.version().feature() >= 21;
	}

	/**
	 * An executor for user code.
	 * @param mode which kind
	 * @param name what its threads are called, with a number behind it
	 * @return the executor; whoever asked closes it by {@link ExecutorService#shutdown()}
	 * @throws IllegalStateException for {@link ExecutorMode#VIRTUAL} on a JDK without
	 * virtual threads
	 */
	public static ExecutorService executor(ExecutorMode mode, String name) {
		return switch (mode) {
			case AUTO -> hasVirtual() ? virtual(name) : pool(name);
			case VIRTUAL -> virtual(name);
			case POOL -> pool(name);
			case DIRECT -> new DirectExecutor();
		};
	}

	/**
	 * A thread factory for a library that insists on one: daemon threads with a name.
	 * @param name what the threads are called, with a number behind it
	 * @return the factory
	 */
	public static ThreadFactory factory(String name) {
		// Netty keeps its caches in threads of this kind, and nowhere else.
		return factory(name, FastThreadLocalThread::new);
	}

	/**
	 * A thread factory for event loops and the timer: daemon threads with a name, which
	 * must not be blocked and say so.
	 * @param name what the threads are called, with a number behind it
	 * @return the factory
	 */
	public static ThreadFactory loops(String name) {
		return factory(name, LoopThread::new);
	}

	/**
	 * Whether the current thread is an event loop's or the timer's: everything that it
	 * would wait for here could be its own to bring.
	 * @return true when it must not be blocked
	 */
	public static boolean isLoop() {
		return Thread.currentThread() instanceof LoopThread;
	}

	private static ThreadFactory factory(String name, BiFunction<Runnable, String, Thread> made) {
		AtomicLong count = new AtomicLong();
		return (task) -> {
			Thread thread = made.apply(task, name + "-" + count.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		};
	}

	/**
	 * Starts one long-running daemon thread, for a loop that waits on something.
	 * @param name its name
	 * @param task what it runs
	 * @return the started thread; end it by interrupting it
	 */
	public static Thread start(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	/**
	 * A thread, not started, that keeps the process alive, or for a shutdown hook.
	 * @param name its name
	 * @param task what it runs
	 * @return the thread
	 */
	public static Thread unstarted(String name, Runnable task) {
		return new Thread(task, name);
	}

	/**
	 * Runs a short task later on the timer's thread. The task must not block: it hands on
	 * what takes time.
	 * @param delay how long to wait; a tick of 10 ms more may pass
	 * @param task what to run
	 * @return the handle to call it off
	 */
	public static Scheduled after(Duration delay, Runnable task) {
		Delayed delayed = new Delayed(task);
		delayed.expireAfter(delay.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : delay.toNanos());
		return delayed;
	}

	/**
	 * Runs a task that nobody else would see to: when the executor has no thread to
	 * spare, a little later. Once it is shut down, nothing is run.
	 * @param executor what runs it
	 * @param task what to run
	 */
	public static void executeWhenFree(ExecutorService executor, Runnable task) {
		try {
			executor.execute(task);
		}
		catch (RejectedExecutionException ex) {
			if (!executor.isShutdown()) {
				after(BUSY, () -> executeWhenFree(executor, task));
			}
		}
	}

	/**
	 * Runs a task again and again, each time a delay after it has ended, on the given
	 * executor. What it throws is logged. It ends when it is called off or the executor
	 * is shut down; a run that a busy executor refuses is left out.
	 * @param delay the time between the end of one run and the start of the next
	 * @param executor what runs it, so that it may block
	 * @param task what to run; what it throws ends neither it nor the timer
	 * @return the handle to end it; a run under way is not interrupted
	 */
	public static Scheduled every(Duration delay, Executor executor, Runnable task) {
		return new Repeating(delay, executor, task).schedule();
	}

	/** How many tasks wait for the timer. */
	static long scheduled() {
		return Wheel.INSTANCE.size();
	}

	/** {@code newThreadPerTaskExecutor(Thread.ofVirtual().name(name, 1).factory())}. */
	private static ExecutorService virtual(String name) {
		if (!hasVirtual()) {
			throw new IllegalStateException("Virtual threads need a JDK of 21 or newer; this is "
					+ Runtime.version().feature() + ": choose auto or pool");
		}
		try {
			Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
			Class<?> api = Class.forName("java.lang.Thread$Builder");
			api.getMethod("name", String.class, long.class).invoke(builder, name + "-", 1L);
			Object factory = api.getMethod("factory").invoke(builder);
			return (ExecutorService) Executors.class.getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
				.invoke(null, factory);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException("Virtual threads cannot be had", ex);
		}
	}

	private static ExecutorService pool(String name) {
		HandOff queue = new HandOff();
		return new ThreadPoolExecutor(0, POOL_SIZE, 30, TimeUnit.SECONDS, queue, factory(name), (task, pool) -> {
			if (pool.isShutdown() || !queue.enqueue(task)) {
				throw new RejectedExecutionException(
						"All " + POOL_SIZE + " threads of " + name + " are busy, and " + POOL_QUEUE + " tasks wait");
			}
		});
	}

	/**
	 * Makes the pool prefer an idle thread, then a new one, and only then let a task
	 * wait: by itself it would start a thread only when the queue is full.
	 */
	private static final class HandOff extends LinkedTransferQueue<Runnable> {

		private static final long serialVersionUID = 1L;

		@Override
		public boolean offer(Runnable task) {
			return tryTransfer(task);
		}

		boolean enqueue(Runnable task) {
			return size() < POOL_QUEUE && super.offer(task);
		}

	}

	private static final class LoopThread extends FastThreadLocalThread {

		LoopThread(Runnable task, String name) {
			super(task, name);
		}

	}

	/** Calls a scheduled task off. */
	@FunctionalInterface
	public interface Scheduled {

		/**
		 * Calls it off.
		 * @return false when it ran already or was called off before
		 */
		boolean cancel();

	}

	private static final class Delayed extends Timeout implements Scheduled {

		private final Runnable task;

		Delayed(Runnable task) {
			this.task = task;
		}

		@Override
		protected void expired() {
			this.task.run();
		}

		@Override
		public boolean cancel() {
			return callOff();
		}

	}

	private static final class Repeating implements Scheduled {

		private final Duration delay;

		private final Executor executor;

		private final Runnable task;

		private volatile boolean cancelled;

		private volatile @Nullable Scheduled next;

		Repeating(Duration delay, Executor executor, Runnable task) {
			this.delay = delay;
			this.executor = executor;
			this.task = task;
		}

		Repeating schedule() {
			if (!this.cancelled) {
				this.next = after(this.delay, this::hand);
			}
			return this;
		}

		private void hand() {
			try {
				this.executor.execute(this::run);
			}
			catch (RejectedExecutionException ex) {
				if (!(this.executor instanceof ExecutorService service && service.isShutdown())) {
					schedule();
				}
			}
		}

		private void run() {
			try {
				if (!this.cancelled) {
					this.task.run();
				}
			}
			catch (RuntimeException ex) {
				LOG.warn("A task that runs every {} failed", this.delay, ex);
			}
			finally {
				schedule();
			}
		}

		@Override
		public boolean cancel() {
			this.cancelled = true;
			Scheduled scheduled = this.next;
			return scheduled != null && scheduled.cancel();
		}

	}

}
