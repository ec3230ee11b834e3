package io.microspring.concurrent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class TimeoutTest {

	@ParameterizedTest
	@ValueSource(longs = { 0, 1, 15, 120 })
	void expiresAfterItsTimeAndNotBefore(long millis) throws Exception {
		long start = System.nanoTime();

		Noted noted = new Noted();
		noted.start(Duration.ofMillis(millis));

		assertThat(noted.at.get(5, TimeUnit.SECONDS) - start).isGreaterThanOrEqualTo(millis * 1_000_000);
		assertThat(noted.stop()).isFalse();
	}

	@Test
	void earlierOneDoesNotWaitForALaterOne() {
		Noted later = new Noted();
		later.start(Duration.ofMinutes(10));
		Noted earlier = new Noted();
		earlier.start(Duration.ofMillis(30));

		assertThat(earlier.at.orTimeout(5, TimeUnit.SECONDS).join()).isNotNull();
		assertThat(later.at).isNotDone();
		assertThat(later.stop()).isTrue();
	}

	@Test
	void oneThatFailsKeepsNoOtherFromExpiring() {
		new Timeout() {

			void start() {
				expireAfter(0);
			}

			@Override
			protected void expired() {
				throw new AssertionError("on purpose");
			}

		}.start();
		Noted other = new Noted();
		other.start(Duration.ofMillis(20));

		assertThat(other.at.orTimeout(5, TimeUnit.SECONDS).join()).isNotNull();
	}

	@Test
	void oneWhoseTickHasPassedWhileItWasAddedExpiresAtTheNext() throws Exception {
		Noted before = new Noted();
		before.start(Duration.ZERO);
		before.at.get(5, TimeUnit.SECONDS);
		long passed = before.tick();

		Noted late = new Noted();
		Wheel.INSTANCE.addAt(late, passed);

		late.at.get(10, TimeUnit.SECONDS);
		assertThat(late.tick()).isGreaterThan(passed);
		assertThat(late.times).hasValue(1);
	}

	@Test
	void slotTakesNothingForATickThatItHasBeenEmptiedFor() {
		Wheel.Slot slot = new Wheel.Slot();
		Noted noted = new Noted();
		noted.tick(7);
		assertThat(slot.due(7)).isNull();

		assertThat(slot.add(noted)).isFalse();
		assertThat(noted.tick()).isEqualTo(8);
		assertThat(slot.size()).isZero();
		assertThat(slot.add(noted)).isTrue();
		assertThat(slot.due(8)).isSameAs(noted);
	}

	@Test
	void interruptedTimerGoesOnAndDoesNotSpin() {
		Noted noted = new Noted();
		Noted interrupts = new Noted();
		interrupts.at.thenRun(() -> {
			noted.thread = Thread.currentThread();
			noted.thread.interrupt();
			noted.start(Duration.ofMillis(20));
		});
		interrupts.start(Duration.ofMillis(20));

		assertThat(noted.at.orTimeout(5, TimeUnit.SECONDS).join()).isNotNull();
		await().until(() -> !noted.thread.isInterrupted());
	}

	@Test
	void eachOfThousandsExpiresOrIsCalledOffAndNeverBoth() throws Exception {
		ExecutorService executor = Threads.executor(ExecutorMode.POOL, "timeouts");
		AtomicInteger calledOff = new AtomicInteger();

		List<Future<List<Noted>>> all = IntStream.range(0, 4)
			.mapToObj((seed) -> executor.submit(() -> some(new Random(seed), calledOff)))
			.toList();

		int expired = 0;
		List<Noted> left = new ArrayList<>();
		for (Future<List<Noted>> some : all) {
			left.addAll(some.get(30, TimeUnit.SECONDS));
		}
		for (Noted noted : left) {
			noted.at.get(5, TimeUnit.SECONDS);
			expired++;
		}
		assertThat(expired).isPositive();
		assertThat(calledOff).hasPositiveValue();
		assertThat(left).allMatch((noted) -> noted.times.get() == 1);
		executor.shutdown();
	}

	/** Those that were not called off in time. */
	private static List<Noted> some(Random random, AtomicInteger calledOff) {
		List<Noted> left = new ArrayList<>();
		for (int i = 0; i < 20_000; i++) {
			Noted noted = new Noted();
			noted.start(Duration.ofNanos(random.nextInt(60_000_000)));
			if (random.nextBoolean() && noted.stop()) {
				calledOff.incrementAndGet();
				assertThat(noted.stop()).isFalse();
			}
			else {
				left.add(noted);
			}
		}
		return left;
	}

	private static final class Noted extends Timeout {

		private final CompletableFuture<Long> at = new CompletableFuture<>();

		private final AtomicInteger times = new AtomicInteger();

		private volatile Thread thread;

		void start(Duration time) {
			expireAfter(time.toNanos());
		}

		boolean stop() {
			return callOff();
		}

		@Override
		protected void expired() {
			this.times.incrementAndGet();
			this.at.complete(System.nanoTime());
		}

	}

}
