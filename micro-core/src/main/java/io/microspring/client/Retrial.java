package io.microspring.client;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.microspring.call.Deadline;
import io.microspring.client.RetryPolicy.Failure;
import io.microspring.errors.MicroException;
import io.microspring.registry.Node;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a call whose attempts fail: whether there is another, when, and where
 * not. To be used by one thread at a time.
 */
final class Retrial {

	/**
	 * So many attempts that never left do not count, nor are they made up for from the
	 * budget: it costs nothing to ask elsewhere.
	 */
	private static final int MOST_NOT_COUNTED = 3;

	private final PreparedCall call;

	private final RetryTokens tokens;

	private volatile List<Node> tried;

	/** Why the last attempt failed. */
	private @Nullable MicroException error;

	private int notCounted;

	/** Whether it is of no use to ask the same node again. */
	private boolean elsewhere;

	/**
	 * After a first attempt.
	 * @param call the call
	 * @param tokens what pays for more
	 */
	Retrial(PreparedCall call, RetryTokens tokens) {
		this(call, tokens, List.of(), false);
	}

	/**
	 * After attempts of others.
	 * @param call the call
	 * @param tokens what pays for more
	 * @param tried the nodes that were asked
	 * @param elsewhere whether it is of no use to ask them again
	 */
	Retrial(PreparedCall call, RetryTokens tokens, List<Node> tried, boolean elsewhere) {
		this.call = call;
		this.tokens = tokens;
		this.tried = tried;
		this.elsewhere = elsewhere;
	}

	/**
	 * Decides after an attempt has failed.
	 * @param node the node that was asked
	 * @param failure how it failed
	 * @param retries how many further attempts there may be
	 * @param deadline until when the call must be over
	 * @return how long to wait before the next attempt, or null when there is none and
	 * the call ends with the {@link #error}
	 */
	@Nullable Duration after(Node node, Failure failure, int retries, Deadline deadline) {
		CallOptions options = this.call.call().options();
		this.error = failure.error();
		boolean free = failure.unsent() && retries > 0 && this.notCounted < MOST_NOT_COUNTED;
		if (free) {
			this.notCounted++;
		}
		if (failure.attempt() > retries + this.notCounted || !CallOptions.set(options.retryPolicy()).retry(failure)) {
			return null;
		}
		this.tried = Stream.concat(this.tried.stream(), Stream.of(node)).toList();
		this.elsewhere = failure.attempt() > retries;
		// Another node may be well: no reason to wait for it.
		boolean atOnce = this.elsewhere || failure.unsent() && failure.attempt() == 1;
		Duration wait = atOnce ? Duration.ZERO : CallOptions.set(options.backoff()).before(failure.attempt());
		if (wait.compareTo(deadline.remaining()) >= 0) {
			return null;
		}
		if (!free && !this.tokens.take(CallOptions.set(options.retryBudget()))) {
			this.call.client().counters().refused();
			this.error = MicroException
				.of(failure.error().id(), failure.error().code(),
						failure.error().detail() + ": not tried again, as the retry budget of " + this.call.service()
								+ " is spent")
				.because(failure.error());
			return null;
		}
		return wait;
	}

	/** How many of the attempts before do not count. */
	int notCounted() {
		return this.notCounted;
	}

	/** The nodes that were asked; from any thread. */
	List<Node> tried() {
		return this.tried;
	}

	/** Whether asking a node is of no use. */
	boolean isInVain(Node node) {
		return this.elsewhere && this.tried.stream().anyMatch((each) -> each.address().equals(node.address()));
	}

	/** Why the call has failed; null before it has. */
	@Nullable MicroException error() {
		return this.error;
	}

}
