package io.microspring.concurrent;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What waits is dealt with, whatever becomes of the executor.
 */
class SerialQueueTest {

	private static final Duration SOON = Duration.ofMillis(50);

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "backlog-test");

	private final Queue<Integer> done = new ConcurrentLinkedQueue<>();

	private @Nullable SerialQueue<Integer> backlog;

	@AfterEach
	void stop() {
		this.executor.shutdown();
	}

	/** Deals with an item after the other, each in a task of its own. */
	private SerialQueue<Integer> over(int capacity, Executor executor) {
		SerialQueue<Integer> made = new SerialQueue<>("A test", capacity, executor, () -> deal(true));
		this.backlog = made;
		return made;
	}

	private void deal(boolean begins) {
		SerialQueue<Integer> from = this.backlog;
		assertThat(from).isNotNull();
		Integer item = begins ? from.first() : from.next();
		if (item != null) {
			from.execute(() -> {
				this.done.add(item);
				deal(false);
			});
		}
	}

	@Test
	void itemsAreDealtWithInOrder() throws Exception {
		SerialQueue<Integer> items = over(100, this.executor);
		for (int i = 0; i < 100; i++) {
			assertThat(items.offer(i)).isTrue();
		}
		assertThat(items.awaitEmpty(PATIENCE)).isTrue();
		assertThat(List.copyOf(this.done)).hasSize(100).isSorted();
	}

	@Test
	void busyExecutorIsAskedAgain() throws Exception {
		goesOnAfter(() -> {
			throw new RejectedExecutionException("busy, for a test");
		});
	}

	@Test
	void executorThatCannotMakeThreadsIsAskedAgain() throws Exception {
		goesOnAfter(() -> {
			throw new OutOfMemoryError("no more threads, for a test");
		});
	}

	private void goesOnAfter(Runnable fault) throws Exception {
		AtomicInteger attempts = new AtomicInteger();
		SerialQueue<Integer> items = over(10, (task) -> {
			if (attempts.incrementAndGet() % 3 != 0) {
				fault.run();
			}
			this.executor.execute(task);
		});
		assertThat(items.offer(1)).isTrue();
		assertThat(items.offer(2)).isTrue();
		assertThat(items.awaitEmpty(PATIENCE)).isTrue();
		assertThat(this.done).containsExactly(1, 2);
		assertThat(attempts).hasValue(6);
	}

	@Test
	void whoAddsIsToldWhenNobodyGoesOn() throws Exception {
		SerialQueue<Integer> items = over(2, (task) -> {
			throw new OutOfMemoryError("no more threads, for a test");
		});
		// One is begun with and two wait.
		for (int i = 0; i < 3; i++) {
			assertThat(items.offer(i)).isTrue();
		}
		assertThat(items.offer(3)).isFalse();
		assertThat(items.put(4, SOON)).isFalse();
		assertThat(items.awaitEmpty(SOON)).isFalse();
		assertThat(items.size()).isEqualTo(3);
	}

	@Test
	void executorThatIsShutDownClosesIt() throws Exception {
		SerialQueue<Integer> items = over(2, this.executor);
		this.executor.shutdown();
		items.offer(1);
		await().until(items::isClosed);
		assertThat(items.offer(2)).isFalse();
		assertThat(items.put(3, SOON)).isFalse();
		assertThat(this.done).isEmpty();
	}

}
