package io.microspring.client;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.microspring.call.CallContext;
import io.microspring.call.Deadline;
import io.microspring.client.CallFunction.Outgoing;
import io.microspring.client.RetryPolicy.Failure;
import io.microspring.concurrent.Stages;
import io.microspring.concurrent.Threads;
import io.microspring.concurrent.Timeout;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.registry.Node;
import io.microspring.selector.Outcome;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * One call through all its attempts, without a thread that waits; the future of its
 * answer at the same time. The deadline spans the attempts; each has its own only where
 * another could follow.
 */
final class UnaryCall extends CompletableFuture<@Nullable Object> {

	private static final AtomicIntegerFieldUpdater<UnaryCall> OVER = AtomicIntegerFieldUpdater
		.newUpdater(UnaryCall.class, "over");

	private static final AtomicReferenceFieldUpdater<UnaryCall, @Nullable Thread> WAITING = AtomicReferenceFieldUpdater
		.newUpdater(UnaryCall.class, Thread.class, "waiting");

	private static final Failure LATE = new Failure(Attempt.LATE, 1, false, false);

	private static final Failure LATE_IDEMPOTENT = new Failure(Attempt.LATE, 1, false, true);

	private static final int HEDGE = -1;

	private final RpcClient client;

	private final Outgoing call;

	private final PreparedCall prepared;

	private final Deadline deadline;

	/** How many further attempts there may be; below 0 for a hedge. */
	private final int retries;

	private final CalledService called;

	private final CallContext context = CallContext.current();

	private final Clock clock = new Clock();

	private int attempts;

	/** Null until an attempt has failed. */
	private volatile @Nullable Retrial retrial;

	/** Who waits for the answer without doing anything else. */
	private volatile @Nullable Thread waiting;

	/** The attempt under way. */
	private volatile @Nullable Attempt current;

	/** Whether it has been decided what the answer is. */
	private volatile int over;

	UnaryCall(RpcClient client, Outgoing call) {
		this.client = client;
		this.call = call;
		CallOptions options = call.options();
		this.deadline = Deadline.after(CallOptions.set(options.timeout())).earliest(this.context.deadline());
		this.retries = CallOptions.set(options.retries());
		this.called = client.called(call.request().service());
		this.prepared = new PreparedCall(client, call, this.context);
	}

	private UnaryCall(UnaryCall other, List<Node> asked) {
		this.client = other.client;
		this.call = other.call;
		this.deadline = other.deadline;
		this.retries = HEDGE;
		this.called = other.called;
		this.prepared = new PreparedCall(other.prepared);
		this.retrial = new Retrial(this.prepared, this.called.tokens(), asked, true);
	}

	/**
	 * The same call once more, to be made meanwhile: once, and in the same context.
	 * @param asked nodes that are not to be asked
	 */
	UnaryCall hedge(List<Node> asked) {
		return new UnaryCall(this, asked);
	}

	CompletableFuture<@Nullable Object> start() {
		long left = this.deadline.remainingNanos();
		if (left <= 0) {
			return CompletableFuture.failedFuture(timeout());
		}
		if (!isHedge()) {
			this.client.counters().began();
			this.called.tokens().earn();
		}
		this.clock.start(left);
		if (this.client.knowsNodes(this.call)) {
			attempt();
		}
		else {
			// The first look-up may take longer than the caller has, and it need not be
			// waited for.
			attemptLater();
		}
		return this;
	}

	@Override
	public boolean complete(@Nullable Object value) {
		return end(value, null, null);
	}

	@Override
	public boolean completeExceptionally(Throwable failure) {
		return end(null, Objects.requireNonNull(failure), null);
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		return end(null, new CancellationException(), Outcome.GIVEN_UP);
	}

	/**
	 * Tells whoever waits, once, in the context that the call was made in.
	 * @param givenUp what becomes of the attempt under way, or null when there is none
	 */
	private boolean end(@Nullable Object value, @Nullable Throwable failure, @Nullable Outcome givenUp) {
		if (!OVER.compareAndSet(this, 0, 1)) {
			return false;
		}
		Attempt underWay = this.current;
		if (givenUp != null && underWay != null) {
			underWay.giveUp(givenUp, failure);
		}
		this.clock.stop();
		if (!isHedge()) {
			this.client.counters().ended();
		}
		if (this.context == CallContext.current()) {
			tell(value, failure);
		}
		else {
			try (CallContext.Scope scope = this.context.open()) {
				tell(value, failure);
			}
		}
		return true;
	}

	private void tell(@Nullable Object value, @Nullable Throwable failure) {
		if (failure == null) {
			super.complete(value);
		}
		else {
			super.completeExceptionally(failure);
		}
		Thread waiter = this.waiting;
		if (waiter != null) {
			LockSupport.unpark(waiter);
		}
	}

	/**
	 * Waits for the answer: what {@link #get} does, without objects of its own. One
	 * thread waits so; for any other, as an interceptor may give two callers the same
	 * call, it returns at once and leaves the waiting to {@link #get}. So it does for a
	 * worker of a fork-join pool, which has another one started meanwhile only there.
	 * @throws InterruptedException when the thread is interrupted
	 */
	void await() throws InterruptedException {
		Thread caller = Thread.currentThread();
		if (caller instanceof ForkJoinWorkerThread || !WAITING.compareAndSet(this, null, caller)) {
			return;
		}
		while (!isDone()) {
			if (Thread.interrupted()) {
				throw new InterruptedException();
			}
			LockSupport.park(this);
		}
	}

	private void attempt() {
		if (this.over != 0) {
			return;
		}
		this.attempts++;
		Retrial before = this.retrial;
		Attempt attempt;
		Message body;
		try {
			Node node = this.client.select(this.prepared, (before != null) ? before.tried() : List.of());
			try {
				if (before != null && before.isInVain(node)) {
					throw noOther();
				}
				if (isHedge() && !this.called.tokens().take(CallOptions.set(this.call.options().retryBudget()))) {
					throw MicroException.of(Dialects.ID, 503,
							"no hedge, as the retry budget of " + this.prepared.service() + " is spent");
				}
				Dialect dialect = this.client.dialects.of(node, this.call);
				body = this.prepared.body(dialect);
				attempt = new Attempt(this, node, dialect, attemptDeadline());
			}
			catch (RuntimeException ex) {
				this.client.mark(this.prepared, node, Outcome.GIVEN_UP, 0, ex);
				throw ex;
			}
		}
		catch (MicroException ex) {
			// That the service has gone since says less than why the call failed.
			MicroException error = (before != null) ? before.error() : null;
			completeExceptionally((error != null) ? error : ex);
			return;
		}
		catch (RuntimeException ex) {
			completeExceptionally(MicroException
				.internalServerError(Dialects.ID,
						"error selecting " + this.call.request().service() + " node: " + ex.getMessage())
				.because(ex));
			return;
		}
		count();
		this.current = attempt;
		attempt.start(body);
	}

	/** Whether it is made beside another, for the same answer. */
	private boolean isHedge() {
		return this.retries < 0;
	}

	private void count() {
		if (isHedge()) {
			this.client.counters().hedged();
		}
		else {
			this.client.counters().attempted(this.attempts);
		}
	}

	private MicroException noOther() {
		return MicroException.of(Dialects.ID, 503, "service " + this.call.request().service()
				+ ": none available: there is no node that the call has not asked");
	}

	/** The nodes that it has asked, the one that is asked now among them. */
	List<Node> asked() {
		Retrial before = this.retrial;
		Attempt last = this.current;
		Stream<Node> earlier = (before != null) ? before.tried().stream() : Stream.empty();
		return Stream.concat(earlier, (last != null) ? Stream.of(last.node()) : Stream.empty()).toList();
	}

	/** Whether a node was found for it. */
	boolean hasAsked() {
		return this.current != null;
	}

	boolean isOver() {
		return this.over != 0;
	}

	Deadline deadline() {
		return this.deadline;
	}

	PreparedCall prepared() {
		return this.prepared;
	}

	/**
	 * Its own where its end would not be that of the call, else all that is left: what
	 * must not be executed twice may use the whole time that its caller gives it.
	 */
	private Deadline attemptDeadline() {
		if (isLast() || !CallOptions.set(this.call.options().retryPolicy()).retry(late())) {
			return this.deadline;
		}
		long own = CallOptions.set(this.call.options().attemptTimeout()).toNanos();
		long left = this.deadline.remainingNanos();
		return (own >= left) ? this.deadline : Deadline.afterNanos(Math.max(1, (own > 0) ? own : left / 3));
	}

	/** What it would be to the policy if the attempt had no answer in its time. */
	private Failure late() {
		boolean idempotent = this.call.options().idempotent();
		return (this.attempts > 1) ? new Failure(Attempt.LATE, this.attempts, false, idempotent)
				: idempotent ? LATE_IDEMPOTENT : LATE;
	}

	/** A dial can always be tried elsewhere, so it never takes all the time there is. */
	Duration dialTime(Deadline limit) {
		Duration most = limit.atMost(CallOptions.set(this.call.options().dialTimeout()));
		Duration third = this.deadline.remaining().dividedBy(3);
		return (!isLast() && third.compareTo(most) < 0) ? third : most;
	}

	/** Whether there is no attempt after this one, unless it does not count itself. */
	private boolean isLast() {
		Retrial before = this.retrial;
		return this.attempts > this.retries + ((before != null) ? before.notCounted() : 0);
	}

	/** An attempt was answered, by an error maybe. */
	void answered(Attempt attempt, Message answer) {
		MicroException error = attempt.error(answer);
		if (error != null) {
			failed(attempt.node(), new Failure(error, this.attempts, false, this.call.options().idempotent()));
			return;
		}
		Node node = attempt.node();
		MicroException tooLarge = this.prepared.tooLarge(answer, node.address());
		if (tooLarge != null) {
			completeExceptionally(tooLarge);
			return;
		}
		complete(this.prepared.decode(answer, node.address()));
	}

	/** An attempt came to nothing. */
	void failed(Node node, Throwable thrown) {
		failed(node, toFailure(node, thrown));
	}

	private void failed(Node node, Failure failure) {
		if (this.deadline.isExpired()) {
			// A node may give up a moment before our own clock says so.
			completeExceptionally(timeout().because(failure.error()));
			return;
		}
		Retrial next = this.retrial;
		if (next == null) {
			next = new Retrial(this.prepared, this.called.tokens());
			this.retrial = next;
		}
		Duration wait = (this.over != 0) ? null : next.after(node, failure, this.retries, this.deadline);
		if (wait == null) {
			MicroException error = next.error();
			completeExceptionally((error != null) ? error : failure.error());
		}
		else if (wait.isZero()) {
			// This may be an event loop, and what the registry told may have run out.
			attemptLater();
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
			completeExceptionally(
					MicroException.internalServerError(Dialects.ID, "the client is closed or too busy to try again")
						.because(ex));
		}
	}

	private Failure toFailure(Node node, Throwable thrown) {
		Throwable cause = Stages.cause(thrown);
		String where = " (" + this.call.request().service() + " " + this.call.request().endpoint() + " at "
				+ node.address() + ", attempt " + this.attempts + ")";
		boolean unsent = cause instanceof TransportException transport && transport.isUnsent();
		MicroException error = (cause instanceof MicroException own)
				? MicroException.of(own.id(), own.code(), own.detail() + where)
				: MicroException.internalServerError(Dialects.ID, "connection error: " + cause.getMessage() + where);
		return new Failure(error.because(cause), this.attempts, unsent, this.call.options().idempotent());
	}

	private MicroException timeout() {
		Attempt last = this.current;
		String where = (last == null) ? "" : " at " + last.node().address();
		return MicroException.timeout(Dialects.ID, "call timeout: no answer from " + this.call.request().service() + " "
				+ this.call.request().endpoint() + where + " in time, attempt " + this.attempts);
	}

	/**
	 * The deadline.
	 */
	private final class Clock extends Timeout {

		void start(long nanos) {
			expireAfter(nanos);
		}

		void stop() {
			callOff();
		}

		@Override
		protected void expired() {
			end(null, timeout(), Outcome.TIMED_OUT);
		}

	}

}
