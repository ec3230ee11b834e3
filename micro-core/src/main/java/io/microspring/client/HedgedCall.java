package io.microspring.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.call.CallContext;
import io.microspring.client.CallFunction.Outgoing;
import io.microspring.concurrent.Stages;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;

/**
 * A call that asks another node as well when the answer is slow to come. Whoever answers
 * first wins, and the others are cancelled.
 */
final class HedgedCall extends CompletableFuture<@Nullable Object> {

	private final RpcClient client;

	private final Hedging hedging;

	private final Latencies latencies;

	private final UnaryCall first;

	private final CallContext context = CallContext.current();

	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by the lock: the first, and the hedges. */
	private final List<UnaryCall> made = new ArrayList<>(2);

	/** Guarded by the lock: how many of them are not over. */
	private int underWay;

	/** Guarded by the lock: why the first failed, which says most. */
	private @Nullable Throwable failure;

	private volatile Threads.@Nullable Scheduled next;

	HedgedCall(RpcClient client, Outgoing call) {
		this.client = client;
		this.hedging = CallOptions.set(call.options().hedging());
		this.latencies = client.called(call.request().service()).latencies(call.request().endpoint());
		this.first = new UnaryCall(client, call);
		whenComplete((answer, failed) -> giveUpOthers());
	}

	CompletableFuture<@Nullable Object> start() {
		begin(this.first);
		hedgeLater();
		return this;
	}

	private void begin(UnaryCall call) {
		this.lock.lock();
		try {
			this.made.add(call);
			this.underWay++;
		}
		finally {
			this.lock.unlock();
		}
		long start = System.nanoTime();
		call.start().whenComplete((answer, failed) -> {
			if (failed == null || failed instanceof CancellationException) {
				// Of one that was overtaken it is known at least that it took so long.
				this.latencies.add(System.nanoTime() - start);
			}
			if (failed == null) {
				complete(answer);
			}
			else {
				failed(call, Stages.cause(failed));
			}
		});
		if (isDone()) {
			call.cancel(false);
		}
	}

	private void failed(UnaryCall call, Throwable cause) {
		if (cause instanceof CancellationException) {
			return;
		}
		Throwable last;
		this.lock.lock();
		try {
			this.underWay--;
			this.failure = (call == this.first) ? cause : this.failure;
			last = (this.underWay == 0) ? this.failure : null;
		}
		finally {
			this.lock.unlock();
		}
		if (last != null) {
			completeExceptionally(last);
		}
		else if (isAnswer(cause) && (call == this.first || call.hasAsked())) {
			// A hedge that found nobody to ask says nothing of the call.
			completeExceptionally(cause);
		}
	}

	/** Whether others would say the same. */
	private static boolean isAnswer(Throwable cause) {
		return !(cause instanceof MicroException error) || error.isAnswer();
	}

	private void hedgeLater() {
		Duration delay = this.hedging.delay();
		double percentile = this.hedging.percentile();
		long nanos = (percentile > 0) ? this.latencies.percentile(percentile) : -1;
		nanos = (nanos < 0 && delay != null) ? delay.toNanos() : nanos;
		if (nanos < 0 || nanos >= this.first.deadline().remainingNanos()) {
			return;
		}
		this.next = Threads.after(Duration.ofNanos(nanos), this::hedge);
		if (isDone()) {
			this.next.cancel();
		}
	}

	/** On the timer's thread, where choosing a node may take too long. */
	private void hedge() {
		if (isDone()) {
			return;
		}
		try {
			this.client.executor().execute(this.context.wrap(this::ask));
		}
		catch (RejectedExecutionException ignored) {
			// too busy for more than the first, or closed
		}
	}

	private void ask() {
		UnaryCall hedge;
		boolean more;
		this.lock.lock();
		try {
			if (isDone() || this.underWay == 0) {
				return;
			}
			hedge = this.first.hedge(this.made.stream().flatMap((call) -> call.asked().stream()).toList());
			more = this.made.size() < this.hedging.most();
		}
		finally {
			this.lock.unlock();
		}
		begin(hedge);
		if (more) {
			hedgeLater();
		}
	}

	private void giveUpOthers() {
		Threads.Scheduled scheduled = this.next;
		if (scheduled != null) {
			scheduled.cancel();
		}
		List<UnaryCall> others;
		this.lock.lock();
		try {
			others = List.copyOf(this.made);
		}
		finally {
			this.lock.unlock();
		}
		others.forEach((call) -> call.cancel(false));
	}

}
