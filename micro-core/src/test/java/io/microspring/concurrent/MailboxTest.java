package io.microspring.concurrent;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class MailboxTest {

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "mailbox-test");

	private final List<Integer> read = new CopyOnWriteArrayList<>();

	@AfterEach
	void shutDown() {
		this.executor.shutdownNow();
	}

	@Test
	void itemsAreReadInOrder() throws InterruptedException {
		Mailbox<Integer> mailbox = new Mailbox<>("test", 1000, this.executor, this.read::add);
		IntStream.range(0, 500).forEach((i) -> assertThat(mailbox.offer(i)).isTrue());
		assertThat(mailbox.awaitEmpty(Duration.ofSeconds(10))).isTrue();
		assertThat(this.read).isEqualTo(IntStream.range(0, 500).boxed().toList());
	}

	@Test
	void readerIsCalledByOneThreadAtATime() throws InterruptedException {
		AtomicInteger inside = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		Mailbox<Integer> mailbox = new Mailbox<>("test", 10_000, this.executor, (item) -> {
			most.accumulateAndGet(inside.incrementAndGet(), Math::max);
			this.read.add(item);
			inside.decrementAndGet();
		});
		CompletableFuture
			.allOf(IntStream.range(0, 8)
				.mapToObj((i) -> CompletableFuture.runAsync(() -> IntStream.range(0, 250).forEach(mailbox::offer),
						this.executor))
				.toArray(CompletableFuture[]::new))
			.join();
		assertThat(mailbox.awaitEmpty(Duration.ofSeconds(10))).isTrue();
		assertThat(this.read).hasSize(2000);
		assertThat(most).hasValue(1);
	}

	@Test
	void fullMailboxTakesNothingMoreUntilThereIsRoom() throws InterruptedException {
		CountDownLatch gate = new CountDownLatch(1);
		CountDownLatch reading = new CountDownLatch(1);
		Mailbox<Integer> mailbox = new Mailbox<>("test", 2, this.executor, (item) -> {
			reading.countDown();
			waitFor(gate);
			this.read.add(item);
		});
		mailbox.offer(0);
		reading.await();
		assertThat(mailbox.offer(1)).isTrue();
		assertThat(mailbox.offer(2)).isTrue();
		assertThat(mailbox.offer(3)).isFalse();
		assertThat(mailbox.put(3, Duration.ofMillis(20))).isFalse();
		assertThat(mailbox.awaitEmpty(Duration.ofMillis(20))).isFalse();
		gate.countDown();
		assertThat(mailbox.put(3, Duration.ofSeconds(10))).isTrue();
		assertThat(mailbox.awaitEmpty(Duration.ofSeconds(10))).isTrue();
		assertThat(this.read).containsExactly(0, 1, 2, 3);
	}

	@Test
	void readerThatThrowsReadsOn() throws InterruptedException {
		Mailbox<Integer> mailbox = new Mailbox<>("A reader that fails on purpose", 10, this.executor, (item) -> {
			this.read.add(item);
			if (item == 0) {
				throw new IllegalStateException("on purpose");
			}
			if (item == 1) {
				throw new AssertionError("on purpose");
			}
		});
		IntStream.range(0, 3).forEach(mailbox::offer);
		assertThat(mailbox.awaitEmpty(Duration.ofSeconds(10))).isTrue();
		assertThat(this.read).containsExactly(0, 1, 2);
	}

	@Test
	void readerMayAddToItsOwnMailbox() {
		List<Mailbox<Integer>> self = new CopyOnWriteArrayList<>();
		self.add(new Mailbox<>("test", 10, Runnable::run, (item) -> {
			this.read.add(item);
			if (item < 5) {
				self.get(0).offer(item + 1);
			}
		}));
		self.get(0).offer(0);
		assertThat(this.read).containsExactly(0, 1, 2, 3, 4, 5);
	}

	@Test
	void closedMailboxDropsWhatWaits() {
		CountDownLatch gate = new CountDownLatch(1);
		CountDownLatch reading = new CountDownLatch(1);
		Mailbox<Integer> mailbox = new Mailbox<>("test", 10, this.executor, (item) -> {
			reading.countDown();
			waitFor(gate);
			this.read.add(item);
		});
		mailbox.offer(0);
		mailbox.offer(1);
		waitFor(reading);
		mailbox.close();
		assertThat(mailbox.offer(2)).isFalse();
		gate.countDown();
		await().until(() -> mailbox.size() == 0);
		assertThat(this.read).containsExactly(0);
	}

	@Test
	void busyExecutorIsAskedAgain() throws InterruptedException {
		AtomicInteger refusals = new AtomicInteger(2);
		Mailbox<Integer> mailbox = new Mailbox<>("test", 10, (task) -> {
			if (refusals.getAndDecrement() > 0) {
				throw new RejectedExecutionException("busy");
			}
			this.executor.execute(task);
		}, this.read::add);
		mailbox.offer(0);
		assertThat(mailbox.awaitEmpty(Duration.ofSeconds(10))).isTrue();
		assertThat(this.read).containsExactly(0);
	}

	@Test
	void executorThatIsShutDownClosesTheMailbox() {
		Mailbox<Integer> mailbox = new Mailbox<>("test", 10, this.executor, this.read::add);
		this.executor.shutdown();
		mailbox.offer(0);
		assertThat(mailbox.offer(1)).isFalse();
		assertThat(this.read).isEmpty();
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
