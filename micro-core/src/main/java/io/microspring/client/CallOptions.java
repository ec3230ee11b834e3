package io.microspring.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.microspring.message.Metadata;
import io.microspring.selector.Filter;
import io.microspring.selector.Strategy;
import org.jspecify.annotations.Nullable;

/**
 * How to make one call. Immutable; what is not set is as the client has it. go-micro:
 * {@code client.CallOptions}.
 */
public final class CallOptions {

	private static final CallOptions DEFAULTS = new CallOptions();

	private @Nullable Duration timeout;

	private @Nullable Integer retries;

	private @Nullable RetryPolicy retryPolicy;

	private @Nullable Backoff backoff;

	private boolean idempotent;

	private @Nullable String contentType;

	private @Nullable String address;

	private @Nullable String protocol;

	private Metadata metadata = Metadata.empty();

	private List<Filter> filters = List.of();

	private @Nullable Strategy strategy;

	private @Nullable String key;

	private CallOptions() {
	}

	private CallOptions(CallOptions other) {
		this.timeout = other.timeout;
		this.retries = other.retries;
		this.retryPolicy = other.retryPolicy;
		this.backoff = other.backoff;
		this.idempotent = other.idempotent;
		this.contentType = other.contentType;
		this.address = other.address;
		this.protocol = other.protocol;
		this.metadata = other.metadata;
		this.filters = other.filters;
		this.strategy = other.strategy;
		this.key = other.key;
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
	 * deadline of the call that is being served wins.
	 * @param timeout the time-out
	 * @return the copy
	 */
	public CallOptions withTimeout(Duration timeout) {
		CallOptions copy = new CallOptions(this);
		copy.timeout = timeout;
		return copy;
	}

	/**
	 * A copy with a number of further attempts.
	 * @param retries how many attempts there may be after the first, 0 for none
	 * @return the copy
	 */
	public CallOptions withRetries(int retries) {
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
		copy.retryPolicy = policy;
		return copy;
	}

	/**
	 * A copy with another back-off.
	 * @param backoff the back-off
	 * @return the copy
	 */
	public CallOptions withBackoff(Backoff backoff) {
		CallOptions copy = new CallOptions(this);
		copy.backoff = backoff;
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
	 * @param contentType the content type
	 * @return the copy
	 */
	public CallOptions withContentType(String contentType) {
		CallOptions copy = new CallOptions(this);
		copy.contentType = Objects.requireNonNull(contentType);
		return copy;
	}

	/**
	 * A copy that goes to one address, without asking registry and selector.
	 * @param address {@code host:port}
	 * @return the copy
	 */
	public CallOptions withAddress(String address) {
		CallOptions copy = new CallOptions(this);
		copy.address = Objects.requireNonNull(address);
		return copy;
	}

	/**
	 * A copy that speaks one protocol, whatever the nodes say of themselves.
	 * @param protocol {@code mucp}, {@code grpc}, or {@code auto} for what each node says
	 * @return the copy
	 */
	public CallOptions withProtocol(String protocol) {
		CallOptions copy = new CallOptions(this);
		copy.protocol = ClientOptions.checkProtocol(protocol);
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
	 * A copy with one more filter of nodes.
	 * @param filter the filter
	 * @return the copy
	 */
	public CallOptions withFilter(Filter filter) {
		CallOptions copy = new CallOptions(this);
		copy.filters = new ArrayList<>(this.filters);
		copy.filters.add(filter);
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

	/**
	 * These options, and where they leave something open what others say.
	 * @param base the others
	 * @return the options of both
	 */
	CallOptions over(CallOptions base) {
		if (base == DEFAULTS || this == DEFAULTS) {
			return (base == DEFAULTS) ? this : base;
		}
		CallOptions copy = new CallOptions(this);
		copy.timeout = (this.timeout != null) ? this.timeout : base.timeout;
		copy.retries = (this.retries != null) ? this.retries : base.retries;
		copy.retryPolicy = (this.retryPolicy != null) ? this.retryPolicy : base.retryPolicy;
		copy.backoff = (this.backoff != null) ? this.backoff : base.backoff;
		copy.idempotent = this.idempotent || base.idempotent;
		copy.contentType = (this.contentType != null) ? this.contentType : base.contentType;
		copy.address = (this.address != null) ? this.address : base.address;
		copy.protocol = (this.protocol != null) ? this.protocol : base.protocol;
		copy.metadata = base.metadata.withAll(this.metadata);
		copy.filters = new ArrayList<>(base.filters);
		copy.filters.addAll(this.filters);
		copy.strategy = (this.strategy != null) ? this.strategy : base.strategy;
		copy.key = (this.key != null) ? this.key : base.key;
		return copy;
	}

	/**
	 * The time-out of the whole call.
	 * @return the time-out, or null for the client's
	 */
	public @Nullable Duration timeout() {
		return this.timeout;
	}

	/**
	 * The number of further attempts.
	 * @return the number, or null for the client's
	 */
	public @Nullable Integer retries() {
		return this.retries;
	}

	/**
	 * The decision on retries.
	 * @return the policy, or null for the client's
	 */
	public @Nullable RetryPolicy retryPolicy() {
		return this.retryPolicy;
	}

	/**
	 * The back-off.
	 * @return the back-off, or null for the client's
	 */
	public @Nullable Backoff backoff() {
		return this.backoff;
	}

	/**
	 * Whether calling twice does no harm.
	 * @return true when it does no harm
	 */
	public boolean idempotent() {
		return this.idempotent;
	}

	/**
	 * The content type.
	 * @return the content type, or null to choose by the objects
	 */
	public @Nullable String contentType() {
		return this.contentType;
	}

	/**
	 * The address to go to.
	 * @return the address, or null to ask the selector
	 */
	public @Nullable String address() {
		return this.address;
	}

	/**
	 * The protocol to speak.
	 * @return the protocol, or null for the client's
	 */
	public @Nullable String protocol() {
		return this.protocol;
	}

	/**
	 * The headers.
	 * @return the headers
	 */
	public Metadata metadata() {
		return this.metadata;
	}

	/**
	 * The filters of nodes.
	 * @return the filters, in the order they apply
	 */
	public List<Filter> filters() {
		return this.filters;
	}

	/**
	 * How its nodes are chosen.
	 * @return the strategy, or null for the selector's
	 */
	public @Nullable Strategy strategy() {
		return this.strategy;
	}

	/**
	 * What calls that belong together have in common.
	 * @return the key, or null for none
	 */
	public @Nullable String key() {
		return this.key;
	}

}
