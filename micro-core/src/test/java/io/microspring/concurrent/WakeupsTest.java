package io.microspring.concurrent;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * When an event loop wakes other threads.
 */
class WakeupsTest {

	private final List<String> seen = new ArrayList<>();

	@Test
	void loopWakesTheFirstAtOnceAndTheOthersInOrderWhenItHasGoneThroughEverything() throws Exception {
		onALoop(() -> {
			muchToDo();
			Threads.loopGathers(true);
			Threads.wake(() -> this.seen.add("first"));
			Threads.wake(() -> this.seen.add("second"));
			Threads.wake(() -> this.seen.add("third"));
			this.seen.add("read");
			Threads.loopTurned();
			this.seen.add("waiting");
		});

		assertThat(this.seen).containsExactly("first", "read", "second", "third", "waiting");
	}

	@Test
	void loopThatDoesNotTellOfItsTurnsPutsNothingOff() throws Exception {
		onALoop(() -> {
			Threads.loopGathers(true);
			Threads.wake(() -> this.seen.add("woken"));
			Threads.wake(() -> this.seen.add("woken, too"));
			this.seen.add("read");
		});

		assertThat(this.seen).containsExactly("woken", "woken, too", "read");
	}

	@Test
	void loopThatHadLittleToDoPutsNothingOff() throws Exception {
		onALoop(() -> {
			muchToDo();
			Threads.wake(() -> this.seen.add("alone"));
			Threads.loopTurned();
			Threads.loopGathers(true);
			Threads.wake(() -> this.seen.add("woken"));
			Threads.wake(() -> this.seen.add("woken, too"));
			this.seen.add("read");
		});

		assertThat(this.seen).containsExactly("alone", "woken", "woken, too", "read");
	}

	@Test
	void loopThatReadsManyCallsAtOncePutsNothingOff() throws Exception {
		onALoop(() -> {
			muchToDo();
			Threads.loopGathers(true);
			Threads.loopGathers(false);
			Threads.wake(() -> this.seen.add("woken"));
			Threads.wake(() -> this.seen.add("woken, too"));
			this.seen.add("read");
		});

		assertThat(this.seen).containsExactly("woken", "woken, too", "read");
	}

	@Test
	void otherThreadPutsNothingOff() {
		muchToDo();
		Threads.loopGathers(true);
		Threads.wake(() -> this.seen.add("woken"));
		Threads.wake(() -> this.seen.add("woken, too"));

		assertThat(this.seen).containsExactly("woken", "woken, too");
	}

	@Test
	void loopWithMuchToReadDoesNotPutOffForLong() throws Exception {
		onALoop(() -> {
			muchToDo();
			Threads.loopGathers(true);
			for (int i = 0; i < 32; i++) {
				Threads.wake(() -> this.seen.add("woken"));
			}
			this.seen.add("the others wait");
			Threads.wake(() -> this.seen.add("woken"));
			this.seen.add("none waits");
		});

		assertThat(this.seen).startsWith("woken", "the others wait").endsWith("woken", "none waits").hasSize(35);
	}

	@Test
	void loopThatReadsForLongWakesThoseWhoWait() throws Exception {
		onALoop(() -> {
			muchToDo();
			Threads.loopGathers(true);
			Threads.wake(() -> this.seen.add("first"));
			Threads.wake(() -> this.seen.add("second"));
			long begun = System.nanoTime();
			while (System.nanoTime() - begun < TimeUnit.MILLISECONDS.toNanos(1)) {
				Thread.onSpinWait();
			}
			Threads.loopGathers(false);
			this.seen.add("read");
		});

		assertThat(this.seen).containsExactly("first", "second", "read");
	}

	@Test
	void loopThatEndsLeavesNobodyAsleep() throws Exception {
		onALoop(() -> {
			muchToDo();
			Threads.loopGathers(true);
			Threads.wake(() -> this.seen.add("first"));
			Threads.wake(() -> {
				this.seen.add("woken");
				Threads.wake(() -> this.seen.add("woken by it"));
			});
			this.seen.add("ended");
		});

		assertThat(this.seen).containsExactly("first", "ended", "woken", "woken by it");
	}

	@Test
	void wakeUpThatFailsHarmsNoOther() throws Exception {
		onALoop(() -> {
			muchToDo();
			Threads.loopGathers(true);
			Threads.wake(() -> this.seen.add("first"));
			Threads.wake(() -> {
				throw new IllegalStateException("thrown by a wake-up, on purpose");
			});
			Threads.wake(() -> this.seen.add("woken"));
			Threads.loopTurned();
			this.seen.add("waiting");
		});

		assertThat(this.seen).containsExactly("first", "woken", "waiting");
	}

	@Test
	void parkedThreadGoesOnWhenTheLoopHasGoneThroughEverything() throws Exception {
		CompletableFuture<Void> ready = new CompletableFuture<>();
		Thread sleeper = Threads.start("sleeper", () -> {
			while (!ready.isDone()) {
				LockSupport.park(this);
			}
		});
		await().until(() -> sleeper.getState() == Thread.State.WAITING);
		onALoop(() -> {
			muchToDo();
			Threads.loopGathers(true);
			Threads.wake(() -> this.seen.add("first"));
			Threads.unpark(sleeper);
			ready.complete(null);
			Threads.loopTurned();
		});

		sleeper.join(TimeUnit.SECONDS.toMillis(20));
		assertThat(sleeper.isAlive()).isFalse();
	}

	/** The loop goes through so much that the next time it puts off what it can. */
	private static void muchToDo() {
		Threads.loopTurned();
		for (int i = 0; i < 16; i++) {
			Threads.wake(() -> {
			});
		}
		Threads.loopTurned();
	}

	private static void onALoop(Runnable task) throws InterruptedException {
		Thread loop = Threads.loops("loop").newThread(task);
		loop.start();
		loop.join(TimeUnit.SECONDS.toMillis(20));
		assertThat(loop.isAlive()).isFalse();
	}

}
