package io.microspring.call;

import java.util.concurrent.Callable;
import java.util.concurrent.Executor;

import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * What a call that is being served hands on to the calls made from inside it: what is
 * left of its deadline, and the metadata chosen to travel on. The only thread local of
 * the project, so that a proxy called inside {@code R m(T)} knows both; it is set around
 * a handler and restored on every hand-off made by {@link #wrap}.
 * <p>
 * Immutable. go-micro: {@code context.Context}, which its handlers pass by hand.
 *
 * @param deadline the deadline of the call that is being served
 * @param metadata what calls made from inside it carry besides their own metadata
 * @param caller who made the call that is being served: the peer's address, empty when
 * there is none
 */
public record CallContext(Deadline deadline, Metadata metadata, String caller) {

	/** Outside any call. */
	public static final CallContext NONE = new CallContext(Deadline.NONE, Metadata.empty());

	private static final ThreadLocal<@Nullable CallContext> CURRENT = new ThreadLocal<>();

	/**
	 * A context without a caller.
	 * @param deadline the deadline of the call that is being served
	 * @param metadata what calls made from inside it carry besides their own metadata
	 */
	public CallContext(Deadline deadline, Metadata metadata) {
		this(deadline, metadata, "");
	}

	/**
	 * The context of the call that this thread serves.
	 * @return the context, {@link #NONE} outside any call
	 */
	public static CallContext current() {
		CallContext context = CURRENT.get();
		return (context == null) ? NONE : context;
	}

	/**
	 * Makes this the current context of the thread until the scope is closed.
	 * @return the scope, to be closed by the same thread
	 */
	public Scope open() {
		CallContext before = CURRENT.get();
		set(this);
		return () -> set(before);
	}

	/**
	 * A task that runs in this context, whichever thread runs it.
	 * @param task the task
	 * @return the task in this context
	 */
	public Runnable wrap(Runnable task) {
		return () -> {
			try (Scope scope = open()) {
				task.run();
			}
		};
	}

	/**
	 * A task with a result that runs in this context, whichever thread runs it.
	 * @param <T> the type of the result
	 * @param task the task
	 * @return the task in this context
	 */
	public <T> Callable<T> wrap(Callable<T> task) {
		return () -> {
			try (Scope scope = open()) {
				return task.call();
			}
		};
	}

	/**
	 * An executor that runs each task in the context of the thread that handed it in.
	 * @param executor the executor to use
	 * @return the executor that hands on the context
	 */
	public static Executor propagating(Executor executor) {
		return (task) -> executor.execute(current().wrap(task));
	}

	private static void set(@Nullable CallContext context) {
		// Not removed: a thread that serves call after call would make an entry for each.
		CURRENT.set((context == NONE) ? null : context);
	}

	/** Ends with the context that was current before. */
	@FunctionalInterface
	public interface Scope extends AutoCloseable {

		@Override
		void close();

	}

}
