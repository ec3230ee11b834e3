package io.microspring.benchmarks.worker;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.BlockingCaller;
import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Payload;
import org.jspecify.annotations.Nullable;

/**
 * Calls that begin by the clock. A latency counts from when its call should have begun: a
 * call that waits because others have not ended is late, and says so (no coordinated
 * omission).
 */
final class OpenLoop implements Loop {

	private final Caller caller;

	private final Payload payload;

	private final Tally tally;

	private final int concurrency;

	private final Semaphore free;

	private final CountDownLatch stopped = new CountDownLatch(1);

	private OpenLoop(Caller caller, int concurrency, Payload payload, Tally tally) {
		this.caller = caller;
		this.payload = payload;
		this.tally = tally;
		this.concurrency = concurrency;
		this.free = new Semaphore(concurrency);
	}

	static Loop start(Caller caller, Load load, Payload payload, Tally tally) {
		OpenLoop loop = new OpenLoop(caller, load.concurrency(), payload, tally);
		long interval = TimeUnit.SECONDS.toNanos(1) / load.rate();
		Thread clock = new Thread(() -> loop.callByTheClock(interval), "clock");
		clock.setDaemon(true);
		clock.start();
		return loop;
	}

	private void callByTheClock(long interval) {
		int slot = 0;
		// What is still to be begun when the window closes could not end within it.
		for (long due = System.nanoTime(); due < this.tally.end()
				&& System.nanoTime() < this.tally.end(); due += interval) {
			this.free.acquireUninterruptibly();
			long early = due - System.nanoTime();
			while (early > 0) {
				LockSupport.parkNanos(early);
				early = due - System.nanoTime();
			}
			begin(due, slot++);
		}
		this.stopped.countDown();
	}

	private void begin(long due, int slot) {
		if (this.caller instanceof AsyncCaller async) {
			async.call(this.payload, (failure) -> end(due, slot, failure));
			return;
		}
		BlockingCaller blocking = (BlockingCaller) this.caller;
		CallerThreads.start(() -> {
			Throwable failure = null;
			try {
				blocking.call(this.payload);
			}
			catch (Throwable ex) {
				failure = ex;
			}
			end(due, slot, failure);
		});
	}

	private void end(long due, int slot, @Nullable Throwable failure) {
		this.tally.record(slot, due, System.nanoTime(), failure);
		this.free.release();
	}

	@Override
	public boolean awaitEnd(long timeout, TimeUnit unit) throws InterruptedException {
		// In this order: who waits for all permits would keep the clock from its own.
		return this.stopped.await(timeout, unit) && this.free.tryAcquire(this.concurrency, timeout, unit);
	}

}
