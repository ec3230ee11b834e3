package io.microspring.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

import io.microspring.call.CallContext;
import io.microspring.client.CallFunction.Outgoing;
import io.microspring.client.Dialect.Exchange;
import io.microspring.registry.Node;
import io.microspring.selector.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * What the first call of a service would have to wait for, done before it: the look-up,
 * and a connection to one of the nodes.
 */
final class WarmUp implements Runnable {

	private final RpcClient client;

	private final Outgoing call;

	private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();

	WarmUp(RpcClient client, String service) {
		this.client = client;
		this.call = new Outgoing(Request.of(service, "", null), Void.class, client.defaults().of(service, ""), false);
	}

	CompletableFuture<@Nullable Void> begin() {
		try {
			// A look-up may take its time.
			this.client.executor().execute(this);
		}
		catch (RejectedExecutionException ex) {
			this.done.completeExceptionally(ex);
		}
		return this.done;
	}

	@Override
	public void run() {
		try {
			PreparedCall prepared = new PreparedCall(this.client, this.call, CallContext.NONE);
			Node node = this.client.select(prepared, List.of());
			this.client.mark(prepared, node, Outcome.GIVEN_UP, 0, null);
			connect(node);
		}
		catch (RuntimeException ex) {
			this.done.completeExceptionally(ex);
		}
	}

	/** A connection that calls share is dialled as soon as it is asked for. */
	private void connect(Node node) {
		Dialect dialect = this.client.dialects.of(node, this.call);
		Exchange ready = dialect.ready(node.address());
		if (ready != null) {
			ready.release();
			this.done.complete(null);
			return;
		}
		dialect.connect(node.address(), CallOptions.set(this.call.options().dialTimeout()))
			.whenComplete((connected, failure) -> {
				if (failure == null) {
					connected.release();
					this.done.complete(null);
				}
				else {
					this.done.completeExceptionally(failure);
				}
			});
	}

}
