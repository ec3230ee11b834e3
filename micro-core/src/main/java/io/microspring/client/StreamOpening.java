package io.microspring.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

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

	private final CalledService called;

	private final Retrial retrial;

	private int attempts;

	private final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();

	StreamOpening(RpcClient client, Outgoing call) {
		this.client = client;
		this.call = call;
		Duration timeout = call.options().streamTimeout();
		CallContext context = CallContext.current();
		this.deadline = ((timeout == null) ? Deadline.NONE : Deadline.after(timeout)).earliest(context.deadline());
		this.prepared = new PreparedCall(client, call, context);
		this.called = client.called(call.request().service());
		this.retrial = new Retrial(this.prepared, this.called.tokens());
	}

	CompletableFuture<@Nullable Object> start() {
		if (this.deadline.isExpired()) {
			return CompletableFuture.failedFuture(timeout());
		}
		this.called.tokens().earn();
		if (this.client.knowsNodes(this.call)) {
			dial();
		}
		else {
			dialLater();
		}
		return this.result;
	}

	/** Where a look-up may take its time: this may be an event loop. */
	private void dialLater() {
		try {
			this.client.executor().execute(this::dial);
		}
		catch (RejectedExecutionException ex) {
			this.result.completeExceptionally(
					MicroException.internalServerError(Dialects.ID, "the client is closed or too busy to dial")
						.because(ex));
		}
	}

	private void dial() {
		MicroException before = this.retrial.error();
		Node node;
		try {
			node = this.client.select(this.prepared, this.retrial.tried());
		}
		catch (RuntimeException ex) {
			this.result.completeExceptionally((before != null) ? before : ex);
			return;
		}
		if (before != null && this.retrial.isInVain(node)) {
			this.client.mark(this.prepared, node, Outcome.GIVEN_UP, 0, before);
			this.result.completeExceptionally(before);
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
		this.client.counters().attempted(++this.attempts);
		Duration most = this.deadline.atMost(CallOptions.set(this.call.options().dialTimeout()));
		dialect.open(this.prepared, node.address(), most).whenComplete((opened, failure) -> {
			if (failure == null) {
				opened(node, opened, body);
				return;
			}
			Throwable cause = Stages.cause(failure);
			this.client.mark(this.prepared, node, RpcClient.outcome(cause), System.nanoTime() - start, cause);
			try {
				failed(node, error(cause));
			}
			catch (RuntimeException ex) {
				// A policy of the user's that fails must leave nobody waiting.
				this.result.completeExceptionally(ex);
			}
		});
	}

	/** Nothing has been sent yet; only whoever allows no retries at all has none. */
	private void failed(Node node, MicroException error) {
		CallOptions options = this.call.options();
		Failure failure = new Failure(error, this.attempts, true, options.idempotent());
		Duration wait = this.deadline.isExpired() ? null
				: this.retrial.after(node, failure, CallOptions.set(options.retries()), this.deadline);
		if (wait == null) {
			MicroException last = this.retrial.error();
			this.result.completeExceptionally(this.deadline.isExpired() ? timeout() : (last != null) ? last : error);
		}
		else if (wait.isZero()) {
			dialLater();
		}
		else {
			Threads.after(wait, this::dialLater);
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
