package io.microspring.benchmarks.jmh;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.LockSupport;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;

/**
 * From the change of a registry in memory until its watcher has it, one way, beside the
 * waking of a parked thread. Both are timed by the clock of either side, while nothing
 * else goes on, so that the other thread is parked each time. Not a JMH benchmark, as its
 * figures are of round trips.
 */
final class WatchDelay {

	private static final int TIMES = 20_000;

	private WatchDelay() {
	}

	/**
	 * Measures both.
	 * @return the medians in nanoseconds: the waking of a thread, the watcher
	 */
	static long[] medians() {
		ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "bench");
		try (Registry registry = Registry.memory()) {
			Delays delays = new Delays();
			registry.watch("greeter", (change) -> delays.arrived());
			HandOff.run(executor, () -> {
				// In turn, for either to be warm, and to share what disturbs them.
				for (int round = 0; round < 2; round++) {
					wake(executor, new Delays());
					change(registry, delays);
				}
			});
			long[] medians = new long[2];
			HandOff.run(executor, () -> {
				Delays waking = new Delays();
				wake(executor, waking);
				medians[0] = waking.median();
				delays.count = 0;
				change(registry, delays);
				medians[1] = delays.median();
			});
			return medians;
		}
		finally {
			executor.shutdown();
		}
	}

	private static void wake(ExecutorService executor, Delays delays) {
		CountDownLatch begun = new CountDownLatch(1);
		Thread[] parked = new Thread[1];
		executor.execute(() -> {
			parked[0] = Thread.currentThread();
			begun.countDown();
			for (int i = 0; i < TIMES; i++) {
				while (delays.sent != i + 1) {
					LockSupport.park(delays);
				}
				delays.arrived();
			}
		});
		try {
			begun.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		delays.count = 0;
		delays.sent = 0;
		for (int i = 0; i < TIMES; i++) {
			delays.begin();
			delays.sent = i + 1;
			LockSupport.unpark(parked[0]);
			delays.await(i);
		}
	}

	private static void change(Registry registry, Delays delays) {
		Node here = Node.of("greeter-1", "127.0.0.1:1");
		Node there = Node.of("greeter-1", "127.0.0.1:2");
		delays.count = 0;
		for (int i = 0; i < TIMES; i++) {
			Service service = Service.of("greeter", "latest", ((i & 1) == 0) ? here : there);
			delays.begin();
			registry.register(service, Duration.ZERO);
			delays.await(i);
		}
	}

	/** What was measured, and who waits for it. */
	private static final class Delays {

		private final long[] nanos = new long[TIMES];

		private volatile int count;

		private volatile int sent;

		private volatile Thread waiting = Thread.currentThread();

		private volatile long begun;

		void begin() {
			this.waiting = Thread.currentThread();
			this.begun = System.nanoTime();
		}

		void arrived() {
			int i = this.count;
			this.nanos[i] = System.nanoTime() - this.begun;
			this.count = i + 1;
			LockSupport.unpark(this.waiting);
		}

		void await(int i) {
			while (this.count <= i) {
				LockSupport.park(this);
			}
		}

		long median() {
			long[] sorted = this.nanos.clone();
			Arrays.sort(sorted);
			return sorted[sorted.length / 2];
		}

	}

}
