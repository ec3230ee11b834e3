package io.microspring.autoconfigure.client;

import java.time.Duration;
import java.util.List;

import io.microspring.client.CallOptions;
import io.microspring.client.ClientOptions;
import io.microspring.concurrent.ExecutorMode;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What calls are like unless their own options say otherwise.
 *
 * @param type Protocol of calls: mucp, grpc, or auto for what each node serves.
 * @param timeout Deadline of a call, all its attempts together.
 * @param connectTimeout How long a connection may take to open.
 * @param retries How many attempts there may be after the first.
 * @param retryPolicy Which failures are tried again.
 * @param pool Connections kept for each node.
 * @param contentType Content type of calls; empty to choose by the objects.
 * @param maxMessageSize Largest message sent or received.
 * @param propagate Headers of the call being served that calls made from inside it carry
 * on; a name that ends with an asterisk stands for all that begin so.
 * @param executor Which threads run what depends on an asynchronous answer; direct for
 * the one that received it, which must not be blocked.
 * @param multiplex Whether calls to a node of ours share a connection, where it announces
 * that.
 * @param warmUp Whether the services that interfaces call are looked up while the
 * application starts, so that the first call need not.
 */
@ConfigurationProperties("micro.client")
public record ClientProperties(@DefaultValue("auto") String type, @DefaultValue("5s") Duration timeout,
		@DefaultValue("5s") Duration connectTimeout, @DefaultValue("1") int retries,
		@DefaultValue("safe") RetryPolicy retryPolicy, @DefaultValue Pool pool, @DefaultValue("") String contentType,
		@DefaultValue("4MB") DataSize maxMessageSize, @DefaultValue( {
				"traceparent", "tracestate", "baggage" }) List<String> propagate,
		@DefaultValue("auto") ExecutorMode executor, @DefaultValue("true") boolean multiplex,
		@DefaultValue("true") boolean warmUp){

	ClientOptions toOptions() {
		return ClientOptions.defaults()
			.withCalls(CallOptions.defaults()
				.withTimeout(this.timeout)
				.withDialTimeout(this.connectTimeout)
				.withRetries(this.retries)
				.withRetryPolicy(this.retryPolicy.policy)
				.withContentType(this.contentType)
				.withProtocol(this.type))
			.withPool(this.pool.size(), this.pool.ttl())
			.withMaxMessageSize(Math.toIntExact(this.maxMessageSize.toBytes()))
			.withPropagate(this.propagate)
			.withExecutor(this.executor)
			.withMultiplex(this.multiplex);
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
