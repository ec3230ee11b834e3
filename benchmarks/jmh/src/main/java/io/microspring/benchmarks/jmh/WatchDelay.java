package io.microspring.benchmarks.jmh;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.LockSupport;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;

/**
 * From the change of a registry in memory until its watcher has it, one way, beside the
 * waking of a parked thread. Both are timed by the same clock on either side, while
 * nothing else goes on, so that the other thread is parked, or not there yet, each time.
 * Not a JMH benchmark, as its figures are of round trips.
 */
final class WatchDelay implements AutoCloseable {

	private static final int TIMES = 20_000;

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "bench");

	private final Registry registry = Registry.memory();

	private final long[] nanos = new long[TIMES];

	private volatile int arrivals;

	private volatile int wakings;

	private volatile long begun;

	private volatile @Nullable Thread waiting;

	private volatile @Nullable Thread parked;

	private volatile boolean closed;

	WatchDelay() {
		this.registry.watch("greeter", (change) -> arrived());
		this.executor.execute(this::park);
	}

	/**
	 * Wakes a parked thread many times.
	 * @return the median of what it took, in nanoseconds
	 */
	long waking() {
		return median((i) -> {
			this.wakings++;
			LockSupport.unpark(this.parked);
		});
	}

	/**
	 * Changes a service many times.
	 * @return the median of what it took until the watcher had it, in nanoseconds
	 */
	long watching() {
		Service[] services = { Service.of("greeter", "latest", Node.of("greeter-1", "127.0.0.1:1")),
				Service.of("greeter", "latest", Node.of("greeter-1", "127.0.0.1:2")) };
		return median((i) -> this.registry.register(services[i & 1], Duration.ZERO));
	}

	@Override
	public void close() {
		this.closed = true;
		LockSupport.unpark(this.parked);
		this.registry.close();
		this.executor.shutdown();
	}

	private long median(Begin begin) {
		HandOff.run(this.executor, () -> {
			this.arrivals = 0;
			this.waiting = Thread.currentThread();
			for (int i = 0; i < TIMES; i++) {
				this.begun = System.nanoTime();
				begin.begin(i);
				while (this.arrivals <= i) {
					LockSupport.park(this);
				}
			}
		});
		long[] sorted = this.nanos.clone();
		Arrays.sort(sorted);
		return sorted[TIMES / 2];
	}

	private void park() {
		this.parked = Thread.currentThread();
		int seen = 0;
		while (!this.closed) {
			if (this.wakings != seen) {
				seen = this.wakings;
				arrived();
			}
			else {
				LockSupport.park(this);
			}
		}
	}

	private void arrived() {
		int i = this.arrivals;
		this.nanos[i] = System.nanoTime() - this.begun;
		this.arrivals = i + 1;
		LockSupport.unpark(this.waiting);
	}

	/** What is measured. */
	private interface Begin {

		void begin(int i);

	}

}
