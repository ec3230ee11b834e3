package io.microspring.benchmarks.worker;

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

	private OpenLoop(Caller caller, int concurrency, Payload payload, Tally tally) {
		this.caller = caller;
		this.payload = payload;
		this.tally = tally;
		this.concurrency = concurrency;
		// One more is held until the clock stops.
		this.free = new Semaphore(concurrency + 1);
	}

	static Loop start(Caller caller, Load load, Payload payload, Tally tally) {
		OpenLoop loop = new OpenLoop(caller, load.concurrency(), payload, tally);
		long interval = TimeUnit.SECONDS.toNanos(1) / load.rate();
		loop.free.acquireUninterruptibly();
		Thread clock = new Thread(() -> loop.callByTheClock(interval), "clock");
		clock.setDaemon(true);
		clock.start();
		return loop;
	}

	private void callByTheClock(long interval) {
		int slot = 0;
		for (long due = System.nanoTime(); due < this.tally.end(); due += interval) {
			this.free.acquireUninterruptibly();
			long early = due - System.nanoTime();
			while (early > 0) {
				LockSupport.parkNanos(early);
				early = due - System.nanoTime();
			}
			begin(due, slot++);
		}
		this.free.release();
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
		return this.free.tryAcquire(this.concurrency + 1, timeout, unit);
	}

}
