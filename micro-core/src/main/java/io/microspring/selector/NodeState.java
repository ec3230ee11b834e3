package io.microspring.selector;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.microspring.errors.MicroException;
import io.microspring.registry.Node;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a node from the calls made to it. Counters are exact; the averages may
 * lose an update when two calls end at once, which does them no harm.
 */
final class NodeState {

	private static final AtomicIntegerFieldUpdater<NodeState> OWED = AtomicIntegerFieldUpdater
		.newUpdater(NodeState.class, "owed");

	private static final AtomicIntegerFieldUpdater<NodeState> STREAMS = AtomicIntegerFieldUpdater
		.newUpdater(NodeState.class, "streams");

	private static final AtomicIntegerFieldUpdater<NodeState> LAPSED = AtomicIntegerFieldUpdater
		.newUpdater(NodeState.class, "lapsed");

	private static final AtomicIntegerFieldUpdater<NodeState> FAILURES = AtomicIntegerFieldUpdater
		.newUpdater(NodeState.class, "failures");

	/** Whoever has less time than this must not expect an answer. */
	private static final long SHORT = Duration.ofMillis(100).toNanos();

	/** And may expect one in this time, unless answers usually take longer. */
	private static final long LONG = Duration.ofSeconds(1).toNanos();

	/** An answer's share of the average of the latest. */
	private static final int LATEST_ANSWERS = 8;

	/** So long after it fell silent a node is asked again when no call waits for it. */
	private static final long RECALL = Duration.ofSeconds(1).toNanos();

	/** An answer's share of what counts as the longest. */
	private static final int LONGEST_ANSWERS = 64;

	/** A call's share of the error rate. */
	private static final int LATEST_CALLS = 32;

	private final Node node;

	/** When it came, for a node that came after its service was first called; else 0. */
	private final long cameAt;

	/** Calls that are under way and owe an answer. */
	private volatile int owed;

	/** Streams that are open. */
	private volatile int streams;

	/** Calls that ended in vain since the last answer, after more than the usual time. */
	private volatile int lapsed;

	private volatile long lapsedAt;

	/** When it answered last, or the first of the calls that wait was begun. */
	private volatile long quietSince;

	private volatile long answeredAt;

	/** What its answers take, in nanoseconds; 0 before the first. */
	private volatile long latency;

	/** About the longest that its latest answers took, where some take long. */
	private volatile long longest;

	/** Failures in a row. */
	private volatile int failures;

	private volatile long failedAt;

	private volatile float errorRate;

	private volatile Standing standing = Standing.IN;

	/** Changed under the lock of its service: why it is out, and since when. */
	private volatile @Nullable String reason;

	private volatile @Nullable Instant since;

	private volatile long until;

	private boolean silent;

	private int ejections;

	private long returnedAt;

	private long lastDuration;

	NodeState(Node node, long cameAt) {
		this.node = node;
		this.cameAt = cameAt;
	}

	Node node() {
		return this.node;
	}

	/** A process that has the id of another is that one only at the same address. */
	boolean isOf(Node other) {
		return this.node.address().equals(other.address());
	}

	void begin(boolean stream) {
		if (stream) {
			STREAMS.incrementAndGet(this);
			return;
		}
		if (this.owed == 0) {
			this.quietSince = System.nanoTime();
		}
		OWED.incrementAndGet(this);
	}

	/**
	 * What an outcome says of the node: an attempt that hardly had any time left, as the
	 * deadline of whoever is being served was near, says nothing by running out of it.
	 * @param outcome what became of the attempt
	 * @param nanos how long it took
	 * @param failure why it failed
	 * @return what it counts as
	 */
	Outcome told(Outcome outcome, long nanos, @Nullable Throwable failure) {
		long usual = this.latency;
		if (nanos == 0 || nanos >= Math.max(SHORT, Math.max(usual, Math.min(4 * usual, LONG)))) {
			return outcome;
		}
		if (outcome == Outcome.FAULTED && failure instanceof MicroException error && error.code() == 408) {
			return Outcome.ANSWERED;
		}
		return (outcome == Outcome.TIMED_OUT) ? Outcome.GIVEN_UP : outcome;
	}

	/**
	 * Takes in the end of a call.
	 * @param call the call
	 * @param outcome what became of it
	 * @param nanos how long it took
	 * @param now the time
	 * @param patience so long a call must have waited for its end to say anything
	 */
	void end(Selection call, Outcome outcome, long nanos, long now, long patience) {
		if (call.stream()) {
			decrement(STREAMS);
		}
		else {
			decrement(OWED);
			if (outcome.isAnswer()) {
				answered((outcome == Outcome.ANSWERED) ? nanos : 0, now);
			}
			else if (nanos > 0 && nanos >= patience && outcome != Outcome.DISCONNECTED) {
				this.lapsedAt = now;
				LAPSED.incrementAndGet(this);
			}
		}
		if (outcome == Outcome.ANSWERED) {
			if (this.failures != 0) {
				this.failures = 0;
			}
			float rate = this.errorRate;
			if (rate > 0) {
				this.errorRate = (rate < 0.01f) ? 0 : rate - rate / LATEST_CALLS;
			}
		}
	}

	private void decrement(AtomicIntegerFieldUpdater<NodeState> counter) {
		// Someone may tell of a call for which nothing was picked.
		if (counter.decrementAndGet(this) < 0) {
			counter.incrementAndGet(this);
		}
	}

	/** An error comes fast, and says nothing of what answers take. */
	private void answered(long nanos, long now) {
		this.quietSince = now;
		if (this.lapsed != 0) {
			this.lapsed = 0;
		}
		if (nanos > 0) {
			long usual = this.latency;
			this.latency = (usual == 0) ? nanos : Math.max(1, usual + (nanos - usual) / LATEST_ANSWERS);
			long most = this.longest;
			// Shorter hiccups, as of a garbage collection, are no slow endpoints.
			this.longest = (nanos >= most && nanos >= SHORT) ? nanos : most + (nanos - most) / LONGEST_ANSWERS;
			this.answeredAt = now;
		}
	}

	/**
	 * Counts a failure.
	 * @param now the time
	 * @param memory how long a failure counts in a row; in the error rate, twice as long
	 * @return how many there are in a row
	 */
	int failed(long now, long memory) {
		if (now - this.failedAt > memory) {
			this.failures = 0;
		}
		float rate = ((now - this.failedAt) / 2 > memory) ? 0 : this.errorRate;
		this.errorRate = rate + (1 - rate) / LATEST_CALLS;
		this.failedAt = now;
		return FAILURES.incrementAndGet(this);
	}

	/** Forgets calls that ended in vain long ago. */
	void forgetLapsed(long now, long memory) {
		if (this.lapsed != 0 && now - this.lapsedAt > memory) {
			this.lapsed = 0;
		}
	}

	/** Whether a call waits for its answer. */
	boolean isAwaited() {
		return this.owed > 0;
	}

	/** How many calls have no answer since the last one came. */
	int debt() {
		return this.owed + this.lapsed;
	}

	long quietSince() {
		return this.quietSince;
	}

	int inFlight() {
		return this.owed + this.streams;
	}

	long latency() {
		return this.latency;
	}

	/** What an answer may well take: with slow endpoints more than the average. */
	long longest() {
		return Math.max(this.latency, this.longest);
	}

	long answeredAt() {
		return this.answeredAt;
	}

	int failures() {
		return this.failures;
	}

	long failedAt() {
		return this.failedAt;
	}

	float errorRate() {
		return this.errorRate;
	}

	long cameAt() {
		return this.cameAt;
	}

	Standing standing() {
		return this.standing;
	}

	boolean isOut() {
		return this.standing == Standing.OUT || this.standing == Standing.PROBED;
	}

	long until() {
		return this.until;
	}

	@Nullable String reason() {
		return this.reason;
	}

	@Nullable Instant since() {
		return this.since;
	}

	/** Whether it is out for its silence alone. */
	boolean isSilent() {
		return this.silent;
	}

	/** Leaves it out; the time doubles when it was let in only a short while ago. */
	long eject(String why, boolean silence, EjectionOptions options, long now) {
		if (this.standing == Standing.IN && now - this.returnedAt > 2 * this.lastDuration) {
			this.ejections = 0;
		}
		long first = options.duration().toNanos();
		long most = options.maxDuration().toNanos();
		int doublings = silence ? 0 : Math.min(this.ejections++, 30);
		this.lastDuration = (first > (most >> doublings)) ? most : first << doublings;
		this.silent = silence;
		this.reason = why;
		this.since = Instant.now();
		this.until = now + this.lastDuration;
		this.standing = Standing.OUT;
		if (silence && !isAwaited()) {
			recall(now);
		}
		return this.lastDuration;
	}

	/** No call waits that it could answer: it must be asked again to come back. */
	void recall(long now) {
		if (this.until - now > RECALL) {
			this.until = now + RECALL;
		}
		this.standing = Standing.OUT;
	}

	/** Its time is over: the next call may be a probe. */
	void due() {
		this.standing = Standing.DUE;
	}

	/** One call finds out how it is; another may when nobody tells what became of it. */
	void probe(long until) {
		this.until = until;
		this.standing = Standing.PROBED;
	}

	/** It is well. */
	void restore(long now) {
		if (!this.silent) {
			this.failures = 0;
			this.errorRate = 0;
		}
		this.standing = Standing.IN;
		this.silent = false;
		this.reason = null;
		this.since = null;
		this.returnedAt = now;
	}

	/** Forgets everything but what is under way. */
	void reset(long now) {
		this.silent = false;
		restore(now);
		this.ejections = 0;
		this.lapsed = 0;
		this.latency = 0;
		this.longest = 0;
		this.quietSince = now;
	}

	/** Whether it may be picked. */
	enum Standing {

		/** As any other. */
		IN,
		/** Left out until its time is over. */
		OUT,
		/** Its time is over: the next call that can be spared finds out how it is. */
		DUE,
		/** Left out until that call is over. */
		PROBED

	}

}
