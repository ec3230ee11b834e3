package io.microspring.client;

import java.time.Duration;
import java.util.List;

import io.microspring.concurrent.Backoff;
import io.microspring.message.Metadata;
import io.microspring.selector.Filter;
import io.microspring.selector.Strategy;
import org.jspecify.annotations.Nullable;

/**
 * What {@link CallOptions} say.
 */
abstract sealed class CallSettings permits CallOptions {

	@Nullable Duration timeout;

	@Nullable Duration attemptTimeout;

	@Nullable Duration dialTimeout;

	@Nullable Duration streamTimeout;

	@Nullable Integer retries;

	@Nullable RetryPolicy retryPolicy;

	@Nullable Backoff backoff;

	@Nullable RetryBudget retryBudget;

	@Nullable Hedging hedging;

	@Nullable Boolean idempotent;

	@Nullable String contentType;

	@Nullable Addresses addresses;

	@Nullable String protocol;

	Metadata metadata = Metadata.empty();

	@Nullable String version;

	List<Filter> filters = List.of();

	/** With that of the version. */
	List<Filter> allFilters = List.of();

	List<CallInterceptor> interceptors = List.of();

	@Nullable Strategy strategy;

	@Nullable String key;

	/**
	 * The time-out of the whole call.
	 * @return the time-out, or null for the client's
	 */
	public @Nullable Duration timeout() {
		return this.timeout;
	}

	/**
	 * The time-out of an attempt after which there could be another.
	 * @return the time-out, zero for a third of what is left, or null for the client's
	 */
	public @Nullable Duration attemptTimeout() {
		return this.attemptTimeout;
	}

	/**
	 * The time-out for opening a connection.
	 * @return the time-out, or null for the client's
	 */
	public @Nullable Duration dialTimeout() {
		return this.dialTimeout;
	}

	/**
	 * The deadline of the whole of a stream.
	 * @return the time-out, or null for the client's, which is none by default
	 */
	public @Nullable Duration streamTimeout() {
		return this.streamTimeout;
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
	 * How many attempts may be added to the calls of the service.
	 * @return the budget, or null for the client's
	 */
	public @Nullable RetryBudget retryBudget() {
		return this.retryBudget;
	}

	/**
	 * When another node is asked as well.
	 * @return the hedging, or null for the client's
	 */
	public @Nullable Hedging hedging() {
		return this.hedging;
	}

	/**
	 * Whether calling twice does no harm.
	 * @return true when it does no harm
	 */
	public boolean idempotent() {
		return Boolean.TRUE.equals(this.idempotent);
	}

	/**
	 * The content type.
	 * @return the content type, empty to choose by the objects, or null for the client's
	 */
	public @Nullable String contentType() {
		return this.contentType;
	}

	/**
	 * The addresses to go to.
	 * @return the addresses, none to ask the selector
	 */
	public List<String> addresses() {
		return given().toList();
	}

	/** The same, to choose from. */
	Addresses given() {
		return (this.addresses != null) ? this.addresses : Addresses.NONE;
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
	 * The version that nodes must have.
	 * @return the version, {@link CallOptions#NEWEST}, empty for any, or null for the
	 * client's
	 */
	public @Nullable String version() {
		return this.version;
	}

	/**
	 * The filters of nodes, that of the version first.
	 * @return the filters, in the order they apply
	 */
	public List<Filter> filters() {
		return this.allFilters;
	}

	/**
	 * The interceptors of the call.
	 * @return the interceptors, the outermost first
	 */
	public List<CallInterceptor> interceptors() {
		return this.interceptors;
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
