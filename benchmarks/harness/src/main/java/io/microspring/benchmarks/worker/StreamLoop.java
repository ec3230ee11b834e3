package io.microspring.benchmarks.worker;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.StreamCaller;

/**
 * One stream after another. They grow before the window until each takes some time; those
 * that begin within the window count, as long as they take.
 */
final class StreamLoop implements Loop {

	private static final long LONG_ENOUGH = TimeUnit.MILLISECONDS.toNanos(150);

	private static final int FEWEST = 64;

	private static final int MOST = 1 << 20;

	private final StreamCaller caller;

	private final Payload payload;

	private final Tally tally;

	private final CountDownLatch ended = new CountDownLatch(1);

	private StreamLoop(StreamCaller caller, Payload payload, Tally tally) {
		this.caller = caller;
		this.payload = payload;
		this.tally = tally;
	}

	static Loop start(StreamCaller caller, Payload payload, Tally tally) {
		StreamLoop loop = new StreamLoop(caller, payload, tally);
		Thread thread = new Thread(loop::run, "streams");
		thread.setDaemon(true);
		thread.start();
		return loop;
	}

	private void run() {
		try {
			int size = FEWEST;
			while (System.nanoTime() < this.tally.begin()) {
				size = grown(size, stream(size));
			}
			long begin = System.nanoTime();
			long messages = 0;
			do {
				stream(size);
				messages += size;
			}
			while (System.nanoTime() < this.tally.end());
			this.tally.streamed(messages, System.nanoTime() - begin);
		}
		catch (Throwable ex) {
			this.tally.failed(Failures.describe(ex));
		}
		this.ended.countDown();
	}

	private static int grown(int size, long nanos) {
		return (nanos < LONG_ENOUGH && size < MOST) ? size * 2 : size;
	}

	private long stream(int size) throws Exception {
		long from = System.nanoTime();
		long received = this.caller.stream(size, this.payload);
		if (received != size) {
			throw new IllegalStateException("Of " + size + " messages " + received + " came");
		}
		return System.nanoTime() - from;
	}

	@Override
	public boolean awaitEnd(long timeout, TimeUnit unit) throws InterruptedException {
		return this.ended.await(timeout, unit);
	}

}
