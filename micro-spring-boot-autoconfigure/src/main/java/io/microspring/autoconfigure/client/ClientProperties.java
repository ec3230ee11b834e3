package io.microspring.autoconfigure.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.microspring.autoconfigure.ByteLimit;
import io.microspring.autoconfigure.retry.BackoffProperties;
import io.microspring.autoconfigure.selector.SelectionProperties;
import io.microspring.autoconfigure.selector.StrategyFactory;
import io.microspring.client.ClientOptions;
import io.microspring.client.NotFound;
import io.microspring.concurrent.ExecutorMode;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * What calls are like unless their own options say otherwise.
 *
 * @param type Protocol of calls: mucp, grpc, or auto for what each node serves.
 * @param timeout Deadline of a call, all its attempts together.
 * @param attemptTimeout How long an attempt may take after which there could be another;
 * zero for a third of what is left of the time-out.
 * @param connectTimeout How long a connection may take to open.
 * @param streamTimeout Deadline of a stream, from opening to end; none by default.
 * @param retries How many attempts there may be after the first.
 * @param retryPolicy Which failures are tried again.
 * @param backoff How long is waited before another attempt.
 * @param retryBudget How many attempts may be added to the calls of a service.
 * @param hedging When another node is asked as well, as the answer to an idempotent call
 * is slow to come.
 * @param pool Connections kept for each node.
 * @param contentType Content type of calls; empty to choose by the objects.
 * @param metadata Headers that calls carry.
 * @param maxMessageSize Largest message sent or received.
 * @param propagate Headers of the call being served that calls made from inside it carry
 * on; a name that ends with an asterisk stands for all that begin so.
 * @param executor Which threads run what depends on an asynchronous answer; direct for
 * the one that received it, which must not be blocked.
 * @param multiplex Whether calls to a node of ours share a connection, where it announces
 * that.
 * @param notFound How a call fails whose service is not there: explained, with 404, or as
 * go-micro has it, with 500.
 * @param warmUp Whether the services that interfaces call, and those named here, are
 * looked up and connected to while the application starts, so that the first call need
 * not.
 * @param warmUpTimeout How long the start waits for that at most; 0 for not at all.
 * @param services What calls of single services are like, by the service's name: the same
 * keys as for all calls, and address, idempotent, selector and endpoints.
 */
@ConfigurationProperties("micro.client")
public record ClientProperties(@DefaultValue("auto") String type, @DefaultValue("5s") Duration timeout,
		@DefaultValue("0s") Duration attemptTimeout, @DefaultValue("5s") Duration connectTimeout,
		@Nullable Duration streamTimeout, @DefaultValue("1") int retries, @DefaultValue("safe") RetryPolicy retryPolicy,
		@NestedConfigurationProperty @DefaultValue BackoffProperties backoff,
		@NestedConfigurationProperty @DefaultValue RetryBudgetProperties retryBudget,
		@NestedConfigurationProperty @DefaultValue HedgingProperties hedging, @DefaultValue Pool pool,
		@DefaultValue("") String contentType, @DefaultValue Map<String, String> metadata,
		@DefaultValue("4MB") DataSize maxMessageSize, @DefaultValue( {
				"traceparent", "tracestate", "baggage" }) List<String> propagate,
		@DefaultValue("auto") ExecutorMode executor, @DefaultValue("true") boolean multiplex,
		@DefaultValue("explain") NotFound notFound, @DefaultValue("true") boolean warmUp,
		@DefaultValue("1s") Duration warmUpTimeout, @DefaultValue Map<String, CallProperties> services){

	ClientOptions toOptions(StrategyFactory strategies) {
		SelectionProperties selector = strategies.forAll();
		ClientOptions options = ClientOptions.defaults()
			.withCalls(new CallProperties(this.type, this.timeout, this.attemptTimeout, this.connectTimeout,
					this.streamTimeout, this.retries, this.retryPolicy, this.backoff, this.retryBudget, this.hedging,
					null, this.contentType, null, this.metadata, null, Map.of())
				.toOptions("micro.client", strategies, selector))
			.withPool(this.pool.size(), this.pool.ttl())
			.withMaxMessageSize(new ByteLimit("micro.client.max-message-size", this.maxMessageSize).bytes())
			.withPropagate(this.propagate)
			.withExecutor(this.executor)
			.withMultiplex(this.multiplex)
			.withNotFound(this.notFound);
		for (Map.Entry<String, CallProperties> service : this.services.entrySet()) {
			options = with(options, service.getKey(), service.getValue(), strategies, selector);
		}
		return options;
	}

	private static ClientOptions with(ClientOptions given, String service, CallProperties calls,
			StrategyFactory strategies, SelectionProperties forAll) {
		String name = "micro.client.services[" + service + "]";
		ClientOptions options = given.withService(service, calls.toOptions(name, strategies, forAll));
		SelectionProperties selector = calls.selectorOver(forAll);
		for (Map.Entry<String, CallProperties> endpoint : calls.endpoints().entrySet()) {
			String of = name + ".endpoints[" + endpoint.getKey() + "]";
			if (!endpoint.getValue().endpoints().isEmpty()) {
				throw new InvalidConfigurationPropertyValueException(of + ".endpoints",
						endpoint.getValue().endpoints().keySet(), "An endpoint has no endpoints of its own.");
			}
			options = options.withEndpoint(service, endpoint.getKey(),
					endpoint.getValue().toOptions(of, strategies, selector));
		}
		return options;
	}

	/** Which failures are tried again. */
	public enum RetryPolicy {

		/** Only where the request cannot have been executed, or may be so twice. */
		SAFE(io.microspring.client.RetryPolicy.safe()),
		/** None. */
		NEVER(io.microspring.client.RetryPolicy.never()),
		/** As go-micro: on 408 and 500, executed or not. */
		GO_MICRO(io.microspring.client.RetryPolicy.goMicro());

		private final io.microspring.client.RetryPolicy policy;

		RetryPolicy(io.microspring.client.RetryPolicy policy) {
			this.policy = policy;
		}

		io.microspring.client.RetryPolicy policy() {
			return this.policy;
		}

	}

	/**
	 * Connections kept for each node.
	 *
	 * @param size How many idle connections are kept for each node.
	 * @param ttl How long a connection is used.
	 */
	public record Pool(@DefaultValue("100") int size, @DefaultValue("1m") Duration ttl) {
	}

}
