package io.microspring.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

import io.microspring.call.CallContext;
import io.microspring.call.Deadline;
import io.microspring.client.CallFunction.Outgoing;
import io.microspring.client.Dialect.Exchange;
import io.microspring.client.RetryPolicy.Failure;
import io.microspring.concurrent.Stages;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.registry.Node;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * One call through all its attempts, without a thread that waits. The deadline spans them
 * all; each attempt has its own only where another could follow.
 */
final class UnaryCall {

	private final RpcClient client;

	private final Outgoing call;

	private final PreparedCall prepared;

	private final Deadline deadline;

	private final int retries;

	private final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();

	/** The nodes of the attempts that failed. */
	private List<Node> tried = List.of();

	/** Why the last of them failed. */
	private @Nullable MicroException failure;

	private int attempt;

	/** Gives the exchange under way up. */
	private volatile @Nullable Runnable abandon;

	private volatile @Nullable String lastAddress;

	UnaryCall(RpcClient client, Outgoing call) {
		this.client = client;
		this.call = call;
		Duration timeout = call.options().timeout();
		this.deadline = Deadline.after((timeout != null) ? timeout : client.options.timeout())
			.earliest(CallContext.current().deadline());
		Integer wanted = call.options().retries();
		this.retries = (wanted != null) ? wanted : client.options.retries();
		this.prepared = new PreparedCall(client, call);
	}

	CompletableFuture<@Nullable Object> start() {
		if (this.deadline.isExpired()) {
			return CompletableFuture.failedFuture(timeout());
		}
		Threads.Scheduled timer = Threads.after(this.deadline.remaining(), () -> {
			if (this.result.completeExceptionally(timeout())) {
				giveUp();
			}
		});
		this.client.began();
		this.result.whenComplete((value, failure) -> {
			timer.cancel();
			if (this.result.isCancelled()) {
				giveUp();
			}
			this.client.ended();
		});
		if (this.call.options().address() != null || this.client.hasFound(this.call.request().service())) {
			attempt();
		}
		else {
			// The first look-up may take longer than the caller has, and it need not be
			// waited for.
			attemptLater();
		}
		return this.result;
	}

	private void attempt() {
		if (this.result.isDone()) {
			return;
		}
		this.attempt++;
		this.client.attempted(this.attempt);
		Node node;
		Dialect dialect;
		Message body;
		try {
			node = node();
			dialect = this.client.dialects.of(node, this.call);
			body = this.prepared.body(dialect);
		}
		catch (MicroException ex) {
			// That the service has gone since says less than why the call failed.
			this.result.completeExceptionally((this.failure != null) ? this.failure : ex);
			return;
		}
		catch (RuntimeException ex) {
			this.result
				.completeExceptionally(MicroException
					.internalServerError(Dialects.ID,
							"error selecting " + this.call.request().service() + " node: " + ex.getMessage())
					.because(ex));
			return;
		}
		this.lastAddress = node.address();
		Deadline limit = attemptDeadline();
		dialect.connect(node.address(), dialTime(limit))
			.thenCompose((acquired) -> exchange(acquired, dialect, body, limit))
			.whenComplete((answer, failure) -> {
				if (failure == null) {
					answered(node, dialect.error(answer), answer);
				}
				else {
					failed(node, toFailure(node, failure));
				}
			});
	}

	private Node node() {
		String address = this.call.options().address();
		if (address != null) {
			return Node.of("", address);
		}
		Node node = this.client.select(this.call, this.tried);
		if (this.attempt == 1) {
			this.client.found(this.call.request().service());
		}
		return node;
	}

	private static List<Node> plus(List<Node> tried, Node node) {
		List<Node> more = new ArrayList<>(tried);
		more.add(node);
		return more;
	}

	private CompletableFuture<Message> exchange(Exchange acquired, Dialect dialect, Message body, Deadline limit) {
		if (this.result.isDone()) {
			acquired.release();
			return CompletableFuture.failedFuture(timeout());
		}
		CompletableFuture<Message> answer = acquired.exchange(dialect, this.prepared, body, limit);
		this.abandon = () -> acquired.abandon(answer);
		if (this.result.isDone()) {
			giveUp();
		}
		if (limit == this.deadline) {
			return answer;
		}
		Threads.Scheduled timer = Threads.after(limit.remaining(), () -> {
			if (answer
				.completeExceptionally(MicroException.timeout(Dialects.ID, "no answer in the time of one attempt"))) {
				acquired.abandon(answer);
			}
		});
		return answer.whenComplete((message, failure) -> timer.cancel());
	}

	/** A third of what is left while another attempt could follow, else all of it. */
	private Deadline attemptDeadline() {
		boolean another = this.call.options().idempotent() && this.attempt <= this.retries;
		return another ? Deadline.afterNanos(Math.max(1, this.deadline.remainingNanos() / 3)) : this.deadline;
	}

	/** A dial can always be tried elsewhere, so it never takes all the time there is. */
	private Duration dialTime(Deadline limit) {
		Duration left = limit.remaining();
		Duration third = this.deadline.remaining().dividedBy(3);
		return (this.attempt <= this.retries && third.compareTo(left) < 0) ? third : left;
	}

	private void answered(Node node, @Nullable MicroException error, Message answer) {
		if (error != null) {
			failed(node, new Failure(error, this.attempt, false, this.call.options().idempotent()));
			return;
		}
		this.client.mark(this.call, node, null);
		MicroException tooLarge = this.prepared.tooLarge(answer, node.address());
		if (tooLarge != null) {
			this.result.completeExceptionally(tooLarge);
			return;
		}
		try {
			this.result.complete(this.prepared.decode(answer, node.address()));
		}
		catch (MicroException ex) {
			this.result.completeExceptionally(ex);
		}
	}

	private void failed(Node node, Failure failure) {
		this.client.mark(this.call, node, failure.error());
		RetryPolicy policy = this.call.options().retryPolicy();
		policy = (policy != null) ? policy : this.client.options.retryPolicy();
		if (this.deadline.isExpired()) {
			// A node may give up a moment before our own clock says so.
			this.result.completeExceptionally(timeout().because(failure.error()));
			return;
		}
		if (this.result.isDone() || this.attempt > this.retries || !policy.retry(failure)) {
			this.result.completeExceptionally(failure.error());
			return;
		}
		this.tried = plus(this.tried, node);
		this.failure = failure.error();
		Backoff backoff = this.call.options().backoff();
		Duration wait = ((backoff != null) ? backoff : this.client.options.backoff()).before(this.attempt);
		if (this.attempt == 1 && failure.unsent()) {
			// Another node may be well: no reason to wait for it.
			wait = Duration.ZERO;
		}
		if (wait.compareTo(this.deadline.remaining()) >= 0) {
			this.result.completeExceptionally(failure.error());
		}
		else if (wait.isZero()) {
			attempt();
		}
		else {
			Threads.after(wait, this::attemptLater);
		}
	}

	private void attemptLater() {
		try {
			this.client.executor().execute(this::attempt);
		}
		catch (RejectedExecutionException ex) {
			this.result.completeExceptionally(
					MicroException.internalServerError(Dialects.ID, "the client is closed or too busy to try again")
						.because(ex));
		}
	}

	private Failure toFailure(Node node, Throwable thrown) {
		Throwable cause = Stages.cause(thrown);
		String where = " (" + this.call.request().service() + " " + this.call.request().endpoint() + " at "
				+ node.address() + ", attempt " + this.attempt + ")";
		boolean unsent = cause instanceof TransportException transport && transport.isUnsent();
		MicroException error = (cause instanceof MicroException own)
				? MicroException.of(own.id(), own.code(), own.detail() + where)
				: MicroException.internalServerError(Dialects.ID, "connection error: " + cause.getMessage() + where);
		return new Failure(error.because(cause), this.attempt, unsent, this.call.options().idempotent());
	}

	private MicroException timeout() {
		String where = (this.lastAddress == null) ? "" : " at " + this.lastAddress;
		return MicroException.timeout(Dialects.ID, "call timeout: no answer from " + this.call.request().service() + " "
				+ this.call.request().endpoint() + where + " in time, attempt " + this.attempt);
	}

	private void giveUp() {
		Runnable underWay = this.abandon;
		if (underWay != null) {
			underWay.run();
		}
	}

}
