package io.microspring.autoconfigure.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.microspring.autoconfigure.retry.BackoffProperties;
import io.microspring.autoconfigure.selector.SelectionProperties;
import io.microspring.autoconfigure.selector.StrategyFactory;
import io.microspring.concurrent.Backoff;
import io.microspring.client.CallOptions;
import io.microspring.client.Hedging;
import io.microspring.client.RetryBudget;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * What calls of one service or endpoint are like; what is not set is as for all calls.
 *
 * @param type Protocol of calls: mucp, grpc, or auto for what each node serves.
 * @param timeout Deadline of a call, all its attempts together.
 * @param attemptTimeout How long an attempt may take after which there could be another;
 * zero for a third of what is left of the time-out.
 * @param connectTimeout How long a connection may take to open.
 * @param streamTimeout Deadline of a stream, from opening to end.
 * @param retries How many attempts there may be after the first.
 * @param retryPolicy Which failures are tried again.
 * @param backoff How long is waited before another attempt.
 * @param retryBudget How many attempts may be added to the calls of a service.
 * @param hedging When another node is asked as well, as the answer to an idempotent call
 * is slow to come.
 * @param idempotent Whether calling twice does no harm.
 * @param contentType Content type of calls; empty to choose by the objects.
 * @param address Addresses to go to, without asking the registry.
 * @param metadata Headers that calls carry.
 * @param selector How nodes are chosen.
 * @param endpoints What calls of single endpoints of a service are like.
 */
public record CallProperties(@Nullable String type, @Nullable Duration timeout, @Nullable Duration attemptTimeout,
		@Nullable Duration connectTimeout, @Nullable Duration streamTimeout, @Nullable Integer retries,
		ClientProperties.@Nullable RetryPolicy retryPolicy, @Nullable BackoffProperties backoff,
		@Nullable RetryBudgetProperties retryBudget, @Nullable HedgingProperties hedging, @Nullable Boolean idempotent,
		@Nullable String contentType, @Nullable List<String> address, @DefaultValue Map<String, String> metadata,
		@Nullable SelectionProperties selector, @DefaultValue Map<String, CallProperties> endpoints) {

	/** go-micro's names of its protocols; its first generation said rpc for mucp. */
	private static final Set<String> TYPES = Set.of("auto", "mucp", "rpc", "grpc");

	/**
	 * The options.
	 * @param name the name of the property that these are of
	 * @param strategies makes what chooses nodes
	 * @param farther how nodes are chosen where nothing is said of it here
	 * @return what is said, without the endpoints
	 */
	CallOptions toOptions(String name, StrategyFactory strategies, SelectionProperties farther) {
		if (this.type != null && !TYPES.contains(this.type)) {
			throw new InvalidConfigurationPropertyValueException(name + ".type", this.type,
					"There is no such client; there are auto, mucp and grpc.");
		}
		CallOptions options = CallOptions.defaults().withMetadata(Metadata.from(this.metadata));
		try {
			options = (this.timeout != null) ? options.withTimeout(this.timeout) : options;
			options = (this.attemptTimeout != null) ? options.withAttemptTimeout(this.attemptTimeout) : options;
			options = (this.connectTimeout != null) ? options.withDialTimeout(this.connectTimeout) : options;
			options = (this.streamTimeout != null) ? options.withStreamTimeout(this.streamTimeout) : options;
			options = (this.retries != null) ? options.withRetries(this.retries) : options;
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(name, this, String.valueOf(ex.getMessage()));
		}
		options = (this.retryPolicy != null) ? options.withRetryPolicy(this.retryPolicy.policy()) : options;
		Backoff wait = (this.backoff != null) ? this.backoff.toBackoff(name + ".backoff") : null;
		options = (wait != null) ? options.withBackoff(wait) : options;
		RetryBudget budget = (this.retryBudget != null) ? this.retryBudget.toBudget(name + ".retry-budget") : null;
		options = (budget != null) ? options.withRetryBudget(budget) : options;
		Hedging hedges = (this.hedging != null) ? this.hedging.toHedging(name + ".hedging") : null;
		options = (hedges != null) ? options.withHedging(hedges) : options;
		options = (this.idempotent != null) ? options.withIdempotent(this.idempotent) : options;
		options = (this.contentType != null) ? options.withContentType(this.contentType) : options;
		options = (this.address != null) ? options.withAddress(this.address.toArray(String[]::new)) : options;
		options = (this.selector != null) ? this.selector.applyTo(options, farther, strategies, name + ".selector")
				: options;
		return (this.type != null) ? options.withProtocol(this.type) : options;
	}

	/**
	 * How nodes are chosen.
	 * @param farther how they are where nothing is said of it here
	 * @return how they are
	 */
	SelectionProperties selectorOver(SelectionProperties farther) {
		return (this.selector != null) ? this.selector.over(farther) : farther;
	}

}
