package io.microspring.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.message.Metadata;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class CallContextTest {

	private final CallContext outer = new CallContext(Deadline.after(Duration.ofSeconds(5)), Metadata.of("a", "1"));

	private final CallContext inner = new CallContext(Deadline.after(Duration.ofSeconds(1)), Metadata.of("a", "2"));

	@Test
	void outsideACallThereIsNone() {
		assertThat(CallContext.current()).isSameAs(CallContext.NONE);
		assertThat(CallContext.NONE.deadline().isNone()).isTrue();
		assertThat(CallContext.NONE.metadata().isEmpty()).isTrue();
	}

	@Test
	void scopesNestAndRestoreWhatWasBefore() {
		try (CallContext.Scope first = this.outer.open()) {
			try (CallContext.Scope second = this.inner.open()) {
				assertThat(CallContext.current()).isSameAs(this.inner);
				try (CallContext.Scope third = CallContext.NONE.open()) {
					assertThat(CallContext.current()).isSameAs(CallContext.NONE);
				}
				assertThat(CallContext.current()).isSameAs(this.inner);
			}
			assertThat(CallContext.current()).isSameAs(this.outer);
		}
		assertThat(CallContext.current()).isSameAs(CallContext.NONE);
	}

	@Test
	void contextIsRestoredWhenTheTaskThrows() {
		assertThatIllegalStateException().isThrownBy(() -> this.outer.wrap((Runnable) () -> {
			throw new IllegalStateException();
		}).run());

		assertThat(CallContext.current()).isSameAs(CallContext.NONE);
	}

	@Test
	void wrappedTaskSeesItOnAnyThreadAndLeavesNothingBehind() throws Exception {
		ExecutorService executor = Threads.executor(ExecutorMode.POOL, "context");
		try {
			Future<CallContext> during = executor.submit(this.outer.wrap(CallContext::current));
			assertThat(during.get()).isSameAs(this.outer);
			assertThat(executor.submit(CallContext::current).get()).isSameAs(CallContext.NONE);
		}
		finally {
			executor.shutdown();
		}
	}

	@Test
	void propagatingExecutorHandsOnTheContextOfWhoeverHandsInTheTask() {
		List<Runnable> queue = new ArrayList<>();
		List<CallContext> seen = new ArrayList<>();
		Executor executor = CallContext.propagating(queue::add);

		try (CallContext.Scope scope = this.outer.open()) {
			executor.execute(() -> seen.add(CallContext.current()));
		}
		executor.execute(() -> seen.add(CallContext.current()));
		try (CallContext.Scope scope = this.inner.open()) {
			queue.forEach(Runnable::run);
			assertThat(CallContext.current()).isSameAs(this.inner);
		}

		assertThat(seen).containsExactly(this.outer, CallContext.NONE);
	}

}
