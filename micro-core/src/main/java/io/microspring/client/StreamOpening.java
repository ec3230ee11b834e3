package io.microspring.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;

import io.microspring.call.CallContext;
import io.microspring.call.Deadline;
import io.microspring.client.CallFunction.Outgoing;
import io.microspring.concurrent.Stages;
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
		Duration timeout = call.options().timeout();
		CallContext context = CallContext.current();
		this.deadline = ((timeout == null) ? Deadline.NONE : Deadline.after(timeout)).earliest(context.deadline());
		this.prepared = new PreparedCall(client, call, context);
	}

	CompletableFuture<@Nullable Object> start() {
		if (this.deadline.isExpired()) {
			return CompletableFuture.failedFuture(timeout());
		}
		boolean anyNode = this.call.options().address() == null;
		if (!anyNode) {
			dial(1, List.of());
		}
		else if (this.client.hasFound(this.call.request().service())) {
			dial(1 + this.client.options.retries(), List.of());
		}
		else {
			dialLater(1 + this.client.options.retries(), List.of());
		}
		return this.result;
	}

	/** Where a look-up may take its time: this may be an event loop. */
	private void dialLater(int attempts, List<Node> tried) {
		try {
			this.client.executor().execute(() -> dial(attempts, tried));
		}
		catch (RejectedExecutionException ex) {
			this.result.completeExceptionally(
					MicroException.internalServerError(Dialects.ID, "the client is closed or too busy to dial")
						.because(ex));
		}
	}

	private void dial(int attempts, List<Node> tried) {
		Node node;
		try {
			node = node(tried);
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
		Duration limit = this.client.options.dialTimeout();
		Duration left = this.deadline.isNone() ? limit : this.deadline.remaining();
		this.client.attempted(1);
		Duration most = (left.compareTo(limit) < 0) ? left : limit;
		dialect.open(this.prepared, node.address(), most).whenComplete((opened, failure) -> {
			if (failure == null) {
				opened(node, opened, body);
				return;
			}
			Throwable cause = Stages.cause(failure);
			this.client.mark(this.prepared, node, RpcClient.outcome(cause), System.nanoTime() - start, cause);
			if (attempts > 1 && !this.deadline.isExpired()) {
				dialLater(attempts - 1, Stream.concat(tried.stream(), Stream.of(node)).toList());
			}
			else {
				failed(cause);
			}
		});
	}

	private Node node(List<Node> tried) {
		String address = this.call.options().address();
		return (address != null) ? Node.of("", address) : this.client.select(this.prepared, tried);
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

	private void failed(Throwable cause) {
		this.result.completeExceptionally(this.deadline.isExpired() ? timeout()
				: MicroException
					.internalServerError(Dialects.ID,
							"connection error: " + cause.getMessage() + " (stream " + this.call.request().service()
									+ " " + this.call.request().endpoint() + ")")
					.because(cause));
	}

	private MicroException timeout() {
		return MicroException.timeout(Dialects.ID, "stream timeout: " + this.call.request().service() + " "
				+ this.prepared.endpoint() + " was not opened in time");
	}

}
