package io.microspring.client;

import io.microspring.errors.MicroException;

/**
 * Whether a failed call is tried again, on another node. go-micro:
 * {@code client.RetryFunc}.
 */
@FunctionalInterface
public interface RetryPolicy {

	/**
	 * Decides. It is asked before an attempt, too, whether there would be another after a
	 * time-out (408) of that one: only then it has a time-out of its own.
	 * @param failure what is known of the failure
	 * @return true to try again, as long as attempts and time are left
	 */
	boolean retry(Failure failure);

	/**
	 * Only where the request cannot have been executed, and for idempotent endpoints also
	 * where it may have been: the default. Never what is an
	 * {@linkplain MicroException#isAnswer() answer}.
	 * @return the policy
	 */
	static RetryPolicy safe() {
		return (failure) -> failure.unsent() || failure.idempotent() && !failure.error().isAnswer();
	}

	/**
	 * Never.
	 * @return the policy
	 */
	static RetryPolicy never() {
		return (failure) -> false;
	}

	/**
	 * go-micro's {@code RetryOnError}: on 408 and 500, executed or not; as in Go, also on
	 * a plain error over gRPC, which is a 500 there.
	 * @return the policy
	 */
	static RetryPolicy goMicro() {
		return (failure) -> !failure.error().isPlain()
				&& (failure.unsent() || failure.error().code() == 408 || failure.error().code() == 500);
	}

	/**
	 * A failed attempt.
	 *
	 * @param error the error
	 * @param attempt which attempt failed, 1 for the first
	 * @param unsent whether it is certain that the request was not executed: no
	 * connection, refused, node gone
	 * @param idempotent whether the caller or the endpoint says that executing it twice
	 * does no harm
	 */
	record Failure(MicroException error, int attempt, boolean unsent, boolean idempotent) {
	}

}
