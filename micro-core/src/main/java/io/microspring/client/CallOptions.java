package io.microspring.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.microspring.concurrent.Backoff;
import io.microspring.message.Metadata;
import io.microspring.selector.Filter;
import io.microspring.selector.Strategy;
import org.jspecify.annotations.Nullable;

/**
 * How to make one call. Immutable; what is not set is as the client has it for the
 * endpoint, else for the service, else for all calls. go-micro:
 * {@code client.CallOptions}.
 */
public final class CallOptions extends CallSettings {

	/** Stands for the newest version that has nodes. */
	public static final String NEWEST = "newest";

	private static final CallOptions DEFAULTS = new CallOptions();

	/** Whether nothing is left for others to say. */
	private boolean complete;

	/** What these options were last put over; only that gives {@link #merged}. */
	private @Nullable CallOptions base;

	/** These options over those that calls of one endpoint have, mostly the same. */
	private volatile @Nullable CallOptions merged;

	private CallOptions() {
	}

	private CallOptions(CallOptions other) {
		this.timeout = other.timeout;
		this.attemptTimeout = other.attemptTimeout;
		this.dialTimeout = other.dialTimeout;
		this.streamTimeout = other.streamTimeout;
		this.retries = other.retries;
		this.retryPolicy = other.retryPolicy;
		this.backoff = other.backoff;
		this.retryBudget = other.retryBudget;
		this.hedging = other.hedging;
		this.idempotent = other.idempotent;
		this.contentType = other.contentType;
		this.addresses = other.addresses;
		this.protocol = other.protocol;
		this.metadata = other.metadata;
		this.version = other.version;
		this.filters = other.filters;
		this.allFilters = other.allFilters;
		this.interceptors = other.interceptors;
		this.strategy = other.strategy;
		this.key = other.key;
		this.complete = other.complete;
	}

	/**
	 * As the client has it.
	 * @return the options
	 */
	public static CallOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy with a time-out for the whole call, attempts and waiting included. A nearer
	 * deadline of the call that is being served wins. Given to the call that opens a
	 * stream, or to the interface that does, it is the stream's; what a client has for
	 * its calls is not.
	 * @param timeout the time-out
	 * @return the copy
	 */
	public CallOptions withTimeout(Duration timeout) {
		CallOptions copy = new CallOptions(this);
		copy.timeout = positive(timeout);
		return copy;
	}

	/**
	 * A copy with a time-out for each attempt after which the retry policy would have
	 * another, so that a silent node does not use up the time-out of the call. The last
	 * attempt has all that is left; so has the only one of a call that is not tried again
	 * after a time-out, which by default is every call that is not idempotent.
	 * @param timeout the time-out, zero for a third of what is left
	 * @return the copy
	 */
	public CallOptions withAttemptTimeout(Duration timeout) {
		if (timeout.isNegative()) {
			throw new IllegalArgumentException("The time-out of an attempt cannot be " + timeout);
		}
		CallOptions copy = new CallOptions(this);
		copy.attemptTimeout = timeout;
		return copy;
	}

	/**
	 * A copy with a time-out for opening a connection; a nearer deadline wins.
	 * @param timeout the time-out
	 * @return the copy
	 */
	public CallOptions withDialTimeout(Duration timeout) {
		CallOptions copy = new CallOptions(this);
		copy.dialTimeout = positive(timeout);
		return copy;
	}

	/**
	 * A copy with a deadline for the whole of a stream, from opening to end. A nearer
	 * deadline of the call that is being served wins.
	 * @param timeout the time-out
	 * @return the copy
	 */
	public CallOptions withStreamTimeout(Duration timeout) {
		CallOptions copy = new CallOptions(this);
		copy.streamTimeout = positive(timeout);
		return copy;
	}

	/**
	 * A copy with a number of further attempts.
	 * @param retries how many attempts there may be after the first, 0 for none
	 * @return the copy
	 */
	public CallOptions withRetries(int retries) {
		if (retries < 0) {
			throw new IllegalArgumentException("There cannot be " + retries + " retries: 0 is none");
		}
		CallOptions copy = new CallOptions(this);
		copy.retries = retries;
		return copy;
	}

	/**
	 * A copy with another decision on retries.
	 * @param policy the policy
	 * @return the copy
	 */
	public CallOptions withRetryPolicy(RetryPolicy policy) {
		CallOptions copy = new CallOptions(this);
		copy.retryPolicy = Objects.requireNonNull(policy);
		return copy;
	}

	/**
	 * A copy with another back-off.
	 * @param backoff the back-off
	 * @return the copy
	 */
	public CallOptions withBackoff(Backoff backoff) {
		CallOptions copy = new CallOptions(this);
		copy.backoff = Objects.requireNonNull(backoff);
		return copy;
	}

	/**
	 * A copy with another budget for further attempts. There is one for all calls of a
	 * service: what others have spent is spent.
	 * @param budget the budget
	 * @return the copy
	 */
	public CallOptions withRetryBudget(RetryBudget budget) {
		CallOptions copy = new CallOptions(this);
		copy.retryBudget = Objects.requireNonNull(budget);
		return copy;
	}

	/**
	 * A copy that asks another node as well when the answer is slow to come, provided
	 * that the call is idempotent. Streams are not hedged.
	 * @param hedging when, and how many
	 * @return the copy
	 */
	public CallOptions withHedging(Hedging hedging) {
		CallOptions copy = new CallOptions(this);
		copy.hedging = Objects.requireNonNull(hedging);
		return copy;
	}

	/**
	 * A copy that says whether calling twice does no harm.
	 * @param idempotent true when it does no harm
	 * @return the copy
	 */
	public CallOptions withIdempotent(boolean idempotent) {
		CallOptions copy = new CallOptions(this);
		copy.idempotent = idempotent;
		return copy;
	}

	/**
	 * A copy with a content type.
	 * @param contentType the content type, empty to choose by the objects
	 * @return the copy
	 */
	public CallOptions withContentType(String contentType) {
		CallOptions copy = new CallOptions(this);
		copy.contentType = Objects.requireNonNull(contentType);
		return copy;
	}

	/**
	 * A copy that goes to one of some addresses, without asking registry and selector: to
	 * any of them at first, then to those that have been tried least often; one that
	 * cannot be connected to is left alone for 5 s. (go-micro's mucp client takes the one
	 * whose turn it is in this second, its gRPC client the first.)
	 * @param addresses {@code host:port} each; none to ask registry and selector although
	 * the client has addresses for the service
	 * @return the copy
	 */
	public CallOptions withAddress(String... addresses) {
		CallOptions copy = new CallOptions(this);
		copy.addresses = new Addresses(addresses);
		return copy;
	}

	/**
	 * A copy that speaks one protocol, whatever the nodes say of themselves.
	 * @param protocol {@code mucp} ({@code rpc} to go-micro v1), {@code grpc}, or
	 * {@link ClientOptions#AUTO} for what each node says
	 * @return the copy
	 */
	public CallOptions withProtocol(String protocol) {
		CallOptions copy = new CallOptions(this);
		copy.protocol = switch (protocol) {
			case ClientOptions.AUTO, "mucp", "grpc" -> protocol;
			case "rpc" -> "mucp";
			default ->
				throw new IllegalArgumentException("There is no protocol '" + protocol + "': it is auto, mucp or grpc");
		};
		return copy;
	}

	/**
	 * A copy with one more header.
	 * @param name the name
	 * @param value the value
	 * @return the copy
	 */
	public CallOptions withMetadata(String name, String value) {
		CallOptions copy = new CallOptions(this);
		copy.metadata = this.metadata.with(name, value);
		return copy;
	}

	/**
	 * A copy with more headers.
	 * @param metadata the headers; their values win
	 * @return the copy
	 */
	public CallOptions withMetadata(Metadata metadata) {
		CallOptions copy = new CallOptions(this);
		copy.metadata = this.metadata.withAll(metadata);
		return copy;
	}

	/**
	 * A copy whose nodes are of one version. This takes the place of the version that is
	 * said for the endpoint, the service or all calls, where a {@link #withFilter filter}
	 * would come on top of it.
	 * @param version the version, {@link #NEWEST}, or empty for any
	 * @return the copy
	 */
	public CallOptions withVersion(String version) {
		CallOptions copy = new CallOptions(this);
		copy.version = Objects.requireNonNull(version);
		copy.allFilters = copy.putTogether();
		return copy;
	}

	/**
	 * A copy with one more filter of nodes.
	 * @param filter the filter
	 * @return the copy
	 */
	public CallOptions withFilter(Filter filter) {
		CallOptions copy = new CallOptions(this);
		copy.filters = both(this.filters, List.of(filter));
		copy.allFilters = copy.putTogether();
		return copy;
	}

	/**
	 * A copy with one more interceptor, inside those that there are and those of the
	 * client. go-micro: {@code client.WithCallWrapper}.
	 * @param interceptor the interceptor
	 * @return the copy
	 */
	public CallOptions withInterceptor(CallInterceptor interceptor) {
		CallOptions copy = new CallOptions(this);
		copy.interceptors = both(this.interceptors, List.of(interceptor));
		return copy;
	}

	/**
	 * A copy whose nodes are chosen otherwise. go-micro: {@code selector.WithStrategy}.
	 * @param strategy the strategy
	 * @return the copy
	 */
	public CallOptions withStrategy(Strategy strategy) {
		CallOptions copy = new CallOptions(this);
		copy.strategy = Objects.requireNonNull(strategy);
		return copy;
	}

	/**
	 * A copy with what calls that belong together have in common, such as the id of a
	 * user: strategies that go by a key send calls of one key to one node.
	 * @param key the key
	 * @return the copy
	 */
	public CallOptions withKey(String key) {
		CallOptions copy = new CallOptions(this);
		copy.key = Objects.requireNonNull(key);
		return copy;
	}

	/** These options, with nothing left for others to say. */
	CallOptions complete() {
		CallOptions copy = new CallOptions(this);
		copy.complete = true;
		return copy;
	}

	/** These options, whose time-out is meant for the stream that they open. */
	CallOptions forStream() {
		return (this.complete || this.timeout == null || this.streamTimeout != null) ? this
				: withStreamTimeout(this.timeout);
	}

	/**
	 * These options, and where they leave something open what others say. Headers,
	 * filters and interceptors are those of both.
	 * @param others the others
	 * @return the options of both
	 */
	CallOptions over(CallOptions others) {
		if (this == DEFAULTS || this.complete || others == DEFAULTS) {
			return (this == DEFAULTS) ? others : this;
		}
		CallOptions known = this.merged;
		if (known != null && known.base == others) {
			return known;
		}
		CallOptions copy = new CallOptions(this);
		copy.timeout = (this.timeout != null) ? this.timeout : others.timeout;
		copy.attemptTimeout = (this.attemptTimeout != null) ? this.attemptTimeout : others.attemptTimeout;
		copy.dialTimeout = (this.dialTimeout != null) ? this.dialTimeout : others.dialTimeout;
		copy.streamTimeout = (this.streamTimeout != null) ? this.streamTimeout : others.streamTimeout;
		copy.retries = (this.retries != null) ? this.retries : others.retries;
		copy.retryPolicy = (this.retryPolicy != null) ? this.retryPolicy : others.retryPolicy;
		copy.backoff = (this.backoff != null) ? this.backoff : others.backoff;
		copy.retryBudget = (this.retryBudget != null) ? this.retryBudget : others.retryBudget;
		copy.hedging = (this.hedging != null) ? this.hedging : others.hedging;
		copy.idempotent = (this.idempotent != null) ? this.idempotent : others.idempotent;
		copy.contentType = (this.contentType != null) ? this.contentType : others.contentType;
		copy.addresses = (this.addresses != null) ? this.addresses : others.addresses;
		copy.protocol = (this.protocol != null) ? this.protocol : others.protocol;
		copy.metadata = others.metadata.withAll(this.metadata);
		copy.version = (this.version != null) ? this.version : others.version;
		copy.filters = both(others.filters, this.filters);
		copy.allFilters = copy.putTogether();
		copy.interceptors = both(others.interceptors, this.interceptors);
		copy.strategy = (this.strategy != null) ? this.strategy : others.strategy;
		copy.key = (this.key != null) ? this.key : others.key;
		copy.complete = others.complete;
		copy.base = others;
		this.merged = copy;
		return copy;
	}

	private List<Filter> putTogether() {
		if (this.version == null || this.version.isEmpty()) {
			return this.filters;
		}
		return both(List.of(this.version.equals(NEWEST) ? Filter.newestVersion() : Filter.version(this.version)),
				this.filters);
	}

	private static <T> List<T> both(List<T> first, List<T> second) {
		if (first.isEmpty() || second.isEmpty()) {
			return first.isEmpty() ? second : first;
		}
		List<T> all = new ArrayList<>(first);
		all.addAll(second);
		return List.copyOf(all);
	}

	private static Duration positive(Duration timeout) {
		if (timeout.isNegative() || timeout.isZero()) {
			throw new IllegalArgumentException("A time-out is longer than nothing, which " + timeout + " is not");
		}
		return timeout;
	}

	/** Whether nothing is left for others to say. */
	boolean isComplete() {
		return this.complete;
	}

	/** What somebody must have said. */
	static <T> T set(@Nullable T value) {
		return Objects.requireNonNull(value, "the options of a call are not complete");
	}

}
