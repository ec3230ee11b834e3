package io.microspring.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;

import io.microspring.call.CallContext;
import io.microspring.call.Deadline;
import io.microspring.client.CallFunction.Outgoing;
import io.microspring.client.RetryPolicy.Failure;
import io.microspring.concurrent.Stages;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.registry.Node;
import io.microspring.selector.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Opens a stream on a socket of its own. Until the connection is there nothing has been
 * sent, so another node can be tried whatever the endpoint does.
 */
final class StreamOpening {

	private final RpcClient client;

	private final Outgoing call;

	private final Deadline deadline;

	private final PreparedCall prepared;

	private final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();

	StreamOpening(RpcClient client, Outgoing call) {
		this.client = client;
		this.call = call;
		Duration timeout = call.options().streamTimeout();
		CallContext context = CallContext.current();
		this.deadline = ((timeout == null) ? Deadline.NONE : Deadline.after(timeout)).earliest(context.deadline());
		this.prepared = new PreparedCall(client, call, context);
	}

	CompletableFuture<@Nullable Object> start() {
		if (this.deadline.isExpired()) {
			return CompletableFuture.failedFuture(timeout());
		}
		if (this.client.knowsNodes(this.call)) {
			dial(List.of());
		}
		else {
			dialLater(List.of());
		}
		return this.result;
	}

	/** Where a look-up may take its time: this may be an event loop. */
	private void dialLater(List<Node> tried) {
		try {
			this.client.executor().execute(() -> dial(tried));
		}
		catch (RejectedExecutionException ex) {
			this.result.completeExceptionally(
					MicroException.internalServerError(Dialects.ID, "the client is closed or too busy to dial")
						.because(ex));
		}
	}

	private void dial(List<Node> tried) {
		Node node;
		try {
			node = this.client.select(this.prepared, tried);
		}
		catch (RuntimeException ex) {
			this.result.completeExceptionally(ex);
			return;
		}
		long start = System.nanoTime();
		Dialect dialect;
		Message body;
		try {
			dialect = this.client.dialects.of(node, this.call);
			body = this.prepared.body(dialect);
		}
		catch (RuntimeException ex) {
			this.client.mark(this.prepared, node, Outcome.GIVEN_UP, 0, ex);
			this.result.completeExceptionally(ex);
			return;
		}
		this.client.attempted(tried.size() + 1);
		Duration most = this.deadline.atMost(CallOptions.set(this.call.options().dialTimeout()));
		dialect.open(this.prepared, node.address(), most).whenComplete((opened, failure) -> {
			if (failure == null) {
				opened(node, opened, body);
				return;
			}
			Throwable cause = Stages.cause(failure);
			this.client.mark(this.prepared, node, RpcClient.outcome(cause), System.nanoTime() - start, cause);
			try {
				failed(error(cause), Stream.concat(tried.stream(), Stream.of(node)).toList());
			}
			catch (RuntimeException ex) {
				// A policy of the user's that fails must leave nobody waiting.
				this.result.completeExceptionally(ex);
			}
		});
	}

	/** Nothing has been sent yet; only whoever allows no retries at all has none. */
	private void failed(MicroException error, List<Node> tried) {
		CallOptions options = this.call.options();
		Failure failure = new Failure(error, tried.size(), true, options.idempotent());
		Duration wait = (tried.size() == 1) ? Duration.ZERO : CallOptions.set(options.backoff()).before(tried.size());
		if (this.deadline.isExpired() || tried.size() > CallOptions.set(options.retries())
				|| !CallOptions.set(options.retryPolicy()).retry(failure)
				|| wait.compareTo(this.deadline.remaining()) >= 0) {
			this.result.completeExceptionally(this.deadline.isExpired() ? timeout() : error);
		}
		else if (wait.isZero()) {
			dialLater(tried);
		}
		else {
			Threads.after(wait, () -> dialLater(tried));
		}
	}

	private void opened(Node node, Dialect.Opened opened, Message body) {
		ClientStream stream = new ClientStream(this.prepared, node, opened, this.deadline);
		try {
			stream.begin((this.call.request().body() == null) ? null : body);
		}
		catch (RuntimeException ex) {
			stream.close();
			this.result.completeExceptionally(ex);
			return;
		}
		if (!this.result.complete(stream)) {
			// Whoever asked for it has given up.
			stream.close();
		}
	}

	private MicroException error(Throwable cause) {
		return MicroException
			.internalServerError(Dialects.ID,
					"connection error: " + cause.getMessage() + " (stream " + this.call.request().service() + " "
							+ this.call.request().endpoint() + ")")
			.because(cause);
	}

	private MicroException timeout() {
		return MicroException.timeout(Dialects.ID, "stream timeout: " + this.call.request().service() + " "
				+ this.prepared.endpoint() + " was not opened in time");
	}

}
