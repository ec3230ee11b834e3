package io.microspring.client;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.microspring.call.Deadline;
import io.microspring.client.Dialect.Answer;
import io.microspring.client.Dialect.Exchange;
import io.microspring.concurrent.Stages;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.registry.Node;
import io.microspring.selector.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at one node: told once how it went.
 */
final class Attempt implements Answer {

	private static final AtomicIntegerFieldUpdater<Attempt> TOLD = AtomicIntegerFieldUpdater.newUpdater(Attempt.class,
			"told");

	static final MicroException LATE = MicroException.timeout(Dialects.ID, "no answer in the time of one attempt");

	private final UnaryCall call;

	private final Node node;

	private final Dialect dialect;

	private final Deadline limit;

	private final long start = System.nanoTime();

	private volatile @Nullable Exchange exchange;

	private volatile int told;

	private Threads.@Nullable Scheduled timer;

	Attempt(UnaryCall call, Node node, Dialect dialect, Deadline limit) {
		this.call = call;
		this.node = node;
		this.dialect = dialect;
		this.limit = limit;
	}

	void start(Message body) {
		Exchange ready = this.dialect.ready(this.node.address());
		if (ready != null) {
			send(ready, body);
			return;
		}
		this.dialect.connect(this.node.address(), this.call.dialTime(this.limit)).whenComplete((connected, failure) -> {
			if (failure == null) {
				send(connected, body);
			}
			else {
				failed(failure);
			}
		});
	}

	private void send(Exchange connected, Message body) {
		if (this.call.isOver()) {
			connected.release();
			giveUp(Outcome.GIVEN_UP, null);
			return;
		}
		if (this.limit != this.call.deadline()) {
			this.timer = Threads.after(this.limit.remaining(), this::expired);
		}
		this.exchange = connected;
		try {
			connected.exchange(this.dialect, this.call.prepared(), body, this.limit, this);
		}
		catch (RuntimeException ex) {
			connected.release();
			failed(ex);
		}
		if (this.call.isOver() || this.told != 0) {
			abandon();
		}
	}

	private void expired() {
		failed(LATE, Outcome.TIMED_OUT);
		abandon();
	}

	@Override
	public void answered(Message message) {
		if (tell()) {
			try {
				this.call.answered(this, message);
			}
			catch (RuntimeException ex) {
				this.call.completeExceptionally(ex);
			}
		}
	}

	@Override
	public void failed(Throwable failure) {
		failed(failure, RpcClient.outcome(Stages.cause(failure)));
	}

	private void failed(Throwable failure, Outcome outcome) {
		if (tell()) {
			try {
				mark(outcome, failure);
				this.call.failed(this.node, failure);
			}
			catch (RuntimeException ex) {
				// A policy of the user's that fails must leave nobody waiting.
				this.call.completeExceptionally(ex);
			}
		}
	}

	Node node() {
		return this.node;
	}

	/** The error in an answer, if it is one; the node has said its word. */
	@Nullable MicroException error(Message answer) {
		MicroException error = null;
		Outcome outcome = Outcome.FAULTED;
		try {
			error = this.dialect.error(answer);
			outcome = (error == null) ? Outcome.ANSWERED : RpcClient.outcome(error);
			return error;
		}
		finally {
			mark(outcome, error);
		}
	}

	/** Nobody wants the answer any more. */
	void giveUp(Outcome outcome, @Nullable Throwable why) {
		if (tell()) {
			mark(outcome, why);
		}
		abandon();
	}

	private void mark(Outcome outcome, @Nullable Throwable failure) {
		this.call.prepared()
			.client()
			.mark(this.call.prepared(), this.node, outcome, System.nanoTime() - this.start, failure);
	}

	private boolean tell() {
		if (!TOLD.compareAndSet(this, 0, 1)) {
			return false;
		}
		Threads.Scheduled scheduled = this.timer;
		if (scheduled != null) {
			scheduled.cancel();
		}
		return true;
	}

	/** What was told already is passed over by the exchange. */
	void abandon() {
		Exchange underWay = this.exchange;
		if (underWay != null) {
			underWay.abandon(this);
		}
	}

}
