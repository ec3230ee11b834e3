package io.microspring.plugins.registry.gossip;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Mailbox;
import io.microspring.concurrent.Stages;
import io.microspring.concurrent.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does on another thread, one after the other, what would keep the thread of the sockets
 * from all else. Used by that thread.
 */
final class LargeTasks implements AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(LargeTasks.class);

	private final Executor loop;

	private final ExecutorService executor = Threads.executor(ExecutorMode.AUTO, "micro-registry-gossip-large");

	private final Mailbox<Runnable> tasks = new Mailbox<>("What is large in gossip", Integer.MAX_VALUE, this.executor,
			Runnable::run);

	/** How much waits. */
	private final Backlog waiting = new Backlog(Backlog.MOST);

	/**
	 * None yet.
	 * @param loop the thread of the sockets
	 */
	LargeTasks(Executor loop) {
		this.loop = loop;
	}

	/**
	 * Has something done, here and now unless it is large.
	 * @param size how many bytes it is about
	 * @param task what to do
	 * @return what it gives or throws, on the thread of the sockets; what is small throws
	 * at once
	 * @throws MalformedException when there is too much to do already
	 */
	<T> CompletionStage<T> run(int size, Supplier<T> task) {
		if (size <= Backlog.FREE) {
			return CompletableFuture.completedStage(task.get());
		}
		this.waiting.take(size);
		CompletableFuture<T> done = new CompletableFuture<>();
		this.tasks.offer(() -> {
			CompletableFuture<T> result = CompletableFuture.supplyAsync(task, Runnable::run);
			try {
				this.loop.execute(() -> {
					this.waiting.give(size);
					tell(result, done);
				});
			}
			catch (RejectedExecutionException ex) {
				log.debug("Gossip was closed meanwhile");
			}
		});
		return done;
	}

	private static <T> void tell(CompletableFuture<T> result, CompletableFuture<T> done) {
		result.whenComplete((value, failure) -> {
			if (failure == null) {
				done.complete(value);
			}
			else {
				done.completeExceptionally(Stages.cause(failure));
			}
		});
	}

	@Override
	public void close() {
		this.tasks.close();
		this.executor.shutdown();
	}

}
