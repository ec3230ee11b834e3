package io.microspring.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;

import io.microspring.call.CallContext;
import org.jspecify.annotations.Nullable;

/**
 * An answer on its way to where the caller's code runs. Cancelling it cancels the call.
 *
 * @param <T> the type of the answer
 */
final class HandedOn<T> extends CompletableFuture<T>
		implements BiConsumer<@Nullable Object, @Nullable Throwable>, Runnable {

	private final CompletableFuture<@Nullable Object> answer;

	private final Class<T> type;

	private final CallContext context;

	private final @Nullable Executor executor;

	private @Nullable Object value;

	private @Nullable Throwable failure;

	/**
	 * An answer to be handed on.
	 * @param answer the answer
	 * @param type what it must be
	 * @param context the context that it is completed in
	 * @param executor where it is completed; null for the thread that brings it
	 */
	HandedOn(CompletableFuture<@Nullable Object> answer, Class<T> type, CallContext context,
			@Nullable Executor executor) {
		this.answer = answer;
		this.type = type;
		this.context = context;
		this.executor = executor;
	}

	CompletableFuture<T> begin() {
		this.answer.whenComplete(this);
		return this;
	}

	@Override
	public void accept(@Nullable Object answered, @Nullable Throwable failed) {
		this.value = answered;
		this.failure = failed;
		if (this.executor == null) {
			run();
			return;
		}
		try {
			this.executor.execute(this);
		}
		catch (RejectedExecutionException ex) {
			run();
		}
	}

	@Override
	public void run() {
		if (this.context == CallContext.NONE && this.executor != null) {
			complete();
			return;
		}
		try (CallContext.Scope scope = this.context.open()) {
			complete();
		}
	}

	@SuppressWarnings("NullAway") // an empty answer is null, whatever its type
	private void complete() {
		if (this.failure != null) {
			completeExceptionally(this.failure);
		}
		else if (this.value == null || this.type.isInstance(this.value)) {
			complete(this.type.cast(this.value));
		}
		else {
			completeExceptionally(new ClassCastException("The answer is a " + this.value.getClass().getName()
					+ ", and a " + this.type.getName() + " was asked for"));
		}
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		boolean cancelled = super.cancel(mayInterruptIfRunning);
		if (cancelled) {
			this.answer.cancel(mayInterruptIfRunning);
		}
		return cancelled;
	}

}
