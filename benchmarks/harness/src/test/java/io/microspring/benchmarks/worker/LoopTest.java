package io.microspring.benchmarks.worker;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.BlockingCaller;
import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.StreamCaller;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LoopTest {

	private static final Payload PAYLOAD = Payload.ofLength(100);

	private static final Load LOAD = Load.open(1, 100, 100).lasting(Duration.ZERO, Duration.ofMillis(500));

	@Test
	void aCallThatStallsMakesThoseBehindItLateInAnOpenLoop() throws Exception {
		Tally tally = new Tally(System.nanoTime(), LOAD.window().toNanos());

		Loop loop = OpenLoop.start(new StallsOnce(), LOAD, PAYLOAD, tally);

		assertThat(loop.awaitEnd(10, TimeUnit.SECONDS)).isTrue();
		// 300 ms hold up the 30 calls that were due meanwhile, which is most of what
		// ended.
		assertThat(tally.result().p50()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(30));
		assertThat(tally.result().max()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(290));
	}

	@Test
	void theSameStallIsOneLongCallInAClosedLoop() throws Exception {
		Tally tally = new Tally(System.nanoTime(), LOAD.window().toNanos());

		Loop loop = ClosedLoop.start(new StallsOnce(), 1, PAYLOAD, tally);

		assertThat(loop.awaitEnd(10, TimeUnit.SECONDS)).isTrue();
		assertThat(tally.result().p50()).isLessThan(TimeUnit.MILLISECONDS.toNanos(30));
		assertThat(tally.result().max()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(290));
	}

	@Test
	void callsThatEndAtOnceDoNotFillTheStack() throws Exception {
		Tally tally = new Tally(System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(100));
		AtomicInteger calls = new AtomicInteger();
		AsyncCaller caller = new AsyncCaller() {
			@Override
			public void call(Payload payload, Completion done) {
				calls.incrementAndGet();
				done.done(null);
			}

			@Override
			public void close() {
			}
		};

		Loop loop = ClosedLoop.start(caller, 2, PAYLOAD, tally);

		assertThat(loop.awaitEnd(10, TimeUnit.SECONDS)).isTrue();
		assertThat(calls.get()).isGreaterThan(1000);
		assertThat(tally.result().failures()).isZero();
	}

	@Test
	void noMoreCallsAreUnderWayThanWereAskedFor() throws Exception {
		Tally tally = new Tally(System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(200));
		Semaphore allowed = new Semaphore(8);
		BlockingCaller caller = new BlockingCaller() {
			@Override
			public void call(Payload payload) {
				if (!allowed.tryAcquire()) {
					throw new IllegalStateException("a ninth call");
				}
				LockSupport.parkNanos(1000);
				allowed.release();
			}

			@Override
			public void close() {
			}
		};

		Loop loop = ClosedLoop.start(caller, 8, PAYLOAD, tally);

		assertThat(loop.awaitEnd(10, TimeUnit.SECONDS)).isTrue();
		assertThat(tally.result().failure()).isEmpty();
		assertThat(tally.result().calls()).isPositive();
	}

	@Test
	void streamsCountInTheTimeTheyTook() throws Exception {
		Tally tally = new Tally(System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(100));
		StreamCaller caller = new StreamCaller() {
			@Override
			public long stream(int messages, Payload each) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
				return messages;
			}

			@Override
			public void close() {
			}
		};

		Loop loop = StreamLoop.start(caller, PAYLOAD, tally);

		assertThat(loop.awaitEnd(10, TimeUnit.SECONDS)).isTrue();
		Result result = tally.result();
		assertThat(result.nanos()).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
		assertThat(result.rate()).isEqualTo(result.calls() * 1e9 / result.nanos());
	}

	/**
	 * Its tenth call takes 300 ms, all others nearly nothing.
	 */
	private static final class StallsOnce implements BlockingCaller {

		private final AtomicInteger calls = new AtomicInteger();

		@Override
		public void call(Payload payload) {
			if (this.calls.incrementAndGet() == 10) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
			}
		}

		@Override
		public void close() {
		}

	}

}
