package io.microspring.concurrent;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

class ThreadsTest {

	@Test
	void autoIsVirtualWhereThereAreVirtualThreads() throws Exception {
		Thread thread = threadOf(Threads.executor(ExecutorMode.AUTO, "auto"));

		assertThat(thread.getName()).isEqualTo("auto-1");
		assertThat(isVirtual(thread)).isEqualTo(Threads.hasVirtual());
		assertThat(Threads.hasVirtual()).isEqualTo(Runtime.version().feature() >= 21);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void virtualRunsEachTaskOnANamedThreadOfItsOwn() throws Exception {
		ExecutorService executor = Threads.executor(ExecutorMode.VIRTUAL, "call");
		CountDownLatch all = new CountDownLatch(2000);
		for (int i = 0; i < 2000; i++) {
			executor.execute(() -> {
				all.countDown();
				await().atMost(Duration.ofSeconds(20)).until(() -> all.getCount() == 0);
			});
		}

		assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
		Thread thread = threadOf(executor);
		assertThat(isVirtual(thread)).isTrue();
		assertThat(thread.getName()).isEqualTo("call-2001");
	}

	@Test
	@EnabledForJreRange(max = JRE.JAVA_20)
	void virtualIsRefusedWithWhatToChooseInstead() {
		assertThatIllegalStateException().isThrownBy(() -> Threads.executor(ExecutorMode.VIRTUAL, "call"))
			.withMessageContaining("need a JDK of 21 or newer")
			.withMessageContaining("choose auto or pool");
	}

	@Test
	void poolRunsOnNamedDaemonThreads() throws Exception {
		Thread thread = threadOf(Threads.executor(ExecutorMode.POOL, "pool"));

		assertThat(thread.getName()).isEqualTo("pool-1");
		assertThat(thread.isDaemon()).isTrue();
		assertThat(isVirtual(thread)).isFalse();
	}

	@Test
	void fullPoolRefusesAtOnce() {
		ExecutorService executor = Threads.executor(ExecutorMode.POOL, "full");
		CountDownLatch release = new CountDownLatch(1);
		try {
			assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> {
				for (int i = 0; i < 100_000; i++) {
					executor.execute(() -> waitFor(release));
				}
			}).withMessageMatching("All \\d+ threads of full are busy, and \\d+ tasks wait");
		}
		finally {
			release.countDown();
			executor.shutdown();
		}
	}

	@Test
	void poolUsesIdleThreadsBeforeNewOnesAndRunsWhatWaited() throws Exception {
		ExecutorService executor = Threads.executor(ExecutorMode.POOL, "idle");
		Set<String> names = ConcurrentHashMap.newKeySet();
		for (int i = 0; i < 50; i++) {
			executor.submit(() -> names.add(Thread.currentThread().getName())).get();
			await().until(() -> ((ThreadPoolExecutor) executor).getActiveCount() == 0);
		}
		assertThat(names.size()).isLessThan(10);

		CountDownLatch release = new CountDownLatch(1);
		CountDownLatch done = new CountDownLatch(500);
		for (int i = 0; i < 500; i++) {
			executor.execute(() -> {
				waitFor(release);
				done.countDown();
			});
		}
		release.countDown();
		assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
		executor.shutdown();
	}

	@Test
	void directRunsOnTheThreadThatBringsTheTask() throws Exception {
		ExecutorService executor = Threads.executor(ExecutorMode.DIRECT, "direct");

		assertThat(executor.submit(Thread::currentThread).get()).isSameAs(Thread.currentThread());
		executor.shutdown();
		assertThat(executor.isTerminated()).isTrue();
		assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> executor.execute(() -> {
		}));
	}

	@Test
	void startedThreadIsANamedDaemon() throws Exception {
		CompletableFuture<Thread> seen = new CompletableFuture<>();

		Thread thread = Threads.start("loop", () -> seen.complete(Thread.currentThread()));

		assertThat(seen.get(5, TimeUnit.SECONDS)).isSameAs(thread);
		assertThat(thread.getName()).isEqualTo("loop");
		assertThat(thread.isDaemon()).isTrue();
	}

	@Test
	void unstartedThreadKeepsTheProcessAlive() {
		Thread thread = Threads.unstarted("main-2", () -> {
		});

		assertThat(thread.getState()).isEqualTo(Thread.State.NEW);
		assertThat(thread.isDaemon()).isFalse();
	}

	@Test
	void taskRunsAfterItsDelay() throws Exception {
		long start = System.nanoTime();
		CompletableFuture<Long> at = new CompletableFuture<>();

		Threads.after(Duration.ofMillis(50), () -> at.complete(System.nanoTime()));

		assertThat(at.get(5, TimeUnit.SECONDS) - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
	}

	@Test
	void taskThatIsCalledOffDoesNotRun() throws Exception {
		AtomicInteger runs = new AtomicInteger();

		Threads.Scheduled scheduled = Threads.after(Duration.ofMillis(50), runs::incrementAndGet);
		assertThat(scheduled.cancel()).isTrue();
		waitOnTheTimer(Duration.ofMillis(100));

		assertThat(runs).hasValue(0);
		assertThat(scheduled.cancel()).isFalse();
	}

	@Test
	void repeatedTaskSurvivesItsExceptionsUntilItIsCalledOff() throws Exception {
		AtomicInteger runs = new AtomicInteger();
		Threads.Scheduled scheduled = Threads.every(Duration.ofMillis(10), Runnable::run, () -> {
			if (runs.incrementAndGet() % 2 == 0) {
				throw new IllegalStateException("every other time");
			}
		});

		await().until(() -> runs.get() > 4);
		scheduled.cancel();
		waitOnTheTimer(Duration.ofMillis(50));
		int before = runs.get();
		waitOnTheTimer(Duration.ofMillis(100));

		assertThat(runs).hasValue(before);
	}

	@Test
	void repeatedTaskGoesOnWhenABusyExecutorRefusedIt() {
		AtomicInteger offers = new AtomicInteger();
		AtomicInteger runs = new AtomicInteger();
		Threads.Scheduled scheduled = Threads.every(Duration.ofMillis(10), (task) -> {
			if (offers.incrementAndGet() < 3) {
				throw new RejectedExecutionException("busy");
			}
			task.run();
		}, runs::incrementAndGet);

		await().until(() -> runs.get() > 1);
		scheduled.cancel();
		assertThat(offers.get()).isGreaterThanOrEqualTo(runs.get() + 2);
	}

	@Test
	void repeatedTaskEndsWithItsExecutor() throws Exception {
		AtomicInteger refused = new AtomicInteger();
		CompletableFuture<Void> first = new CompletableFuture<>();
		ExecutorService executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
				Threads.factory("ends"), (task, pool) -> {
					refused.incrementAndGet();
					first.complete(null);
					throw new RejectedExecutionException("shut down");
				});
		executor.shutdown();

		Threads.every(Duration.ofMillis(10), executor, () -> {
		});
		first.get(5, TimeUnit.SECONDS);
		waitOnTheTimer(Duration.ofMillis(100));

		assertThat(refused).hasValue(1);
	}

	/** Long enough for whatever was due before to have run: there is one timer. */
	private static void waitOnTheTimer(Duration delay) throws Exception {
		CompletableFuture<Void> later = new CompletableFuture<>();
		Threads.after(delay, () -> later.complete(null));
		later.get(5, TimeUnit.SECONDS);
	}

	private static Thread threadOf(ExecutorService executor) throws Exception {
		try {
			return executor.submit(Thread::currentThread).get(5, TimeUnit.SECONDS);
		}
		finally {
			executor.shutdown();
		}
	}

	/** {@code thread.isVirtual()}, which 17 does not have. */
	private static boolean isVirtual(Thread thread) {
		return thread.getClass().getName().contains("Virtual");
	}

	private static void waitFor(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
