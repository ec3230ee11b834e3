package io.microspring.benchmarks.worker;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.BlockingCaller;
import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import org.jspecify.annotations.Nullable;

/**
 * So many calls at a time: as one ends, the next begins.
 */
final class ClosedLoop implements Loop {

	private final Payload payload;

	private final Tally tally;

	private final CountDownLatch running;

	private ClosedLoop(int concurrency, Payload payload, Tally tally) {
		this.payload = payload;
		this.tally = tally;
		this.running = new CountDownLatch(concurrency);
	}

	static Loop start(Caller caller, int concurrency, Payload payload, Tally tally) {
		ClosedLoop loop = new ClosedLoop(concurrency, payload, tally);
		for (int i = 0; i < concurrency; i++) {
			int slot = i;
			if (caller instanceof AsyncCaller async) {
				loop.new Slot(async, slot).next();
			}
			else if (caller instanceof BlockingCaller blocking) {
				CallerThreads.start(() -> loop.callInTurn(blocking, slot));
			}
			else {
				throw new IllegalArgumentException(caller.getClass().getName() + " makes no unary calls");
			}
		}
		return loop;
	}

	@Override
	public boolean awaitEnd(long timeout, TimeUnit unit) throws InterruptedException {
		return this.running.await(timeout, unit);
	}

	private void callInTurn(BlockingCaller caller, int slot) {
		boolean open = true;
		long from = System.nanoTime();
		while (open) {
			Throwable failure = null;
			try {
				caller.call(this.payload);
			}
			catch (Throwable ex) {
				failure = ex;
			}
			long to = System.nanoTime();
			open = this.tally.record(slot, from, to, failure);
			from = to;
		}
		this.running.countDown();
	}

	/**
	 * One of the calls at a time. A call that ends before {@code call} returns is
	 * followed by the next from the thread that is in it, so that the stack does not
	 * grow.
	 */
	private final class Slot implements Completion {

		private static final int CALLING = 0;

		private static final int WAITING = 1;

		private static final int ENDED = 2;

		private final AtomicInteger state = new AtomicInteger();

		private final AsyncCaller caller;

		private final int number;

		private long from = System.nanoTime();

		private boolean open = true;

		Slot(AsyncCaller caller, int number) {
			this.caller = caller;
			this.number = number;
		}

		void next() {
			do {
				this.state.set(CALLING);
				this.caller.call(ClosedLoop.this.payload, this);
			}
			while (!this.state.compareAndSet(CALLING, WAITING) && this.open);
		}

		@Override
		public void done(@Nullable Throwable failure) {
			long to = System.nanoTime();
			this.open = ClosedLoop.this.tally.record(this.number, this.from, to, failure);
			this.from = to;
			if (!this.open) {
				ClosedLoop.this.running.countDown();
				this.state.set(ENDED);
			}
			else if (!this.state.compareAndSet(CALLING, ENDED)) {
				next();
			}
		}

	}

}
