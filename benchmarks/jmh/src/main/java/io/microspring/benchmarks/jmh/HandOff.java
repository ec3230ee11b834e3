package io.microspring.benchmarks.jmh;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Two threads that wake each other in turn, each parked while the other runs: the least
 * that a hand-over costs.
 */
final class HandOff {

	private final Executor executor;

	private volatile int turn;

	private volatile @Nullable Thread first;

	private volatile @Nullable Thread second;

	/**
	 * Two threads.
	 * @param executor where they come from
	 */
	HandOff(Executor executor) {
		this.executor = executor;
	}

	/**
	 * Has a task done by a thread of the executor.
	 * @param executor the executor
	 * @param task the task
	 */
	static void run(Executor executor, Runnable task) {
		CompletableFuture.runAsync(task, executor).join();
	}

	/**
	 * Hands over this often, half of it each way.
	 * @param times how often, an even number
	 */
	void handOver(int times) {
		this.turn = 0;
		this.first = null;
		this.second = null;
		this.executor.execute(() -> {
			this.second = Thread.currentThread();
			for (int i = 1; i < times; i += 2) {
				await(i);
				this.turn = i + 1;
				LockSupport.unpark(this.first);
			}
		});
		run(this.executor, () -> {
			this.first = Thread.currentThread();
			for (int i = 0; i < times; i += 2) {
				await(i);
				this.turn = i + 1;
				LockSupport.unpark(this.second);
			}
			await(times);
		});
	}

	private void await(int turn) {
		while (this.turn != turn) {
			LockSupport.park(this);
		}
	}

}
