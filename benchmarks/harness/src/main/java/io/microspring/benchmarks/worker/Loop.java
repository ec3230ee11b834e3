package io.microspring.benchmarks.worker;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.BlockingCaller;
import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.StreamCaller;

/**
 * Calls that are under way until their window closes.
 */
interface Loop {

	/**
	 * Waits until the last call has ended.
	 * @param timeout how long
	 * @param unit in which unit
	 * @return whether it has
	 * @throws InterruptedException when interrupted
	 */
	boolean awaitEnd(long timeout, TimeUnit unit) throws InterruptedException;

	/**
	 * Calls once and waits.
	 * @param caller who calls
	 * @param payload what to send
	 * @throws Exception when the call fails
	 */
	static void once(Caller caller, Payload payload) throws Exception {
		if (caller instanceof AsyncCaller async) {
			CompletableFuture<Void> answer = new CompletableFuture<>();
			async.call(payload, (failure) -> {
				if (failure != null) {
					answer.completeExceptionally(failure);
				}
				else {
					answer.complete(null);
				}
			});
			answer.get(20, TimeUnit.SECONDS);
		}
		else if (caller instanceof BlockingCaller blocking) {
			blocking.call(payload);
		}
		else {
			((StreamCaller) caller).stream(1, payload);
		}
	}

}
