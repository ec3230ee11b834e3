package io.microspring.client;

import java.time.Duration;
import java.util.List;

import io.microspring.concurrent.ExecutorMode;

/**
 * What calls are like unless their own options say otherwise. Immutable. go-micro:
 * {@code client.Options}.
 *
 * @param timeout the deadline of a call, all its attempts together; 5 s by default
 * @param dialTimeout how long a connection may take to open; 5 s by default
 * @param retries how many attempts there may be after the first; 1 by default
 * @param retryPolicy which failures are tried again; {@link RetryPolicy#safe()} by
 * default
 * @param backoff how long to wait before trying again; {@link Backoff#exponential()} by
 * default
 * @param poolSize how many idle connections are kept for each node; 100 by default
 * @param poolTtl how long a connection is used; 1 min by default
 * @param maxMessageSize the largest message sent or received in bytes; 4 MiB by default
 * @param contentType the content type of calls, empty to choose by the objects
 * @param propagate headers of the call being served that calls made from inside it carry
 * on, in any case; a name that ends with {@code *} stands for all that begin so. By
 * default W3C trace context: {@code traceparent}, {@code tracestate} and {@code baggage}
 * @param protocol what nodes are spoken to in: {@code mucp}, {@code grpc}, or
 * {@link #AUTO} for what each says in its metadata, the default
 * @param executor where that runs which depends on an asynchronous answer, and what else
 * the client has to wait for: virtual threads where the JDK has them, by default.
 * {@link ExecutorMode#DIRECT} completes a {@code callAsync}, a stage or a {@code Mono} on
 * the thread that received the answer, or the timer's when it did not come in time, which
 * saves the hop and must not be blocked
 * @param multiplex whether calls to a node of ours share a connection, where it announces
 * that ({@code micro-mux} in its metadata); true by default. Without, and until the
 * connection is there, they go over pooled connections of HTTP/1.1
 */
public record ClientOptions(Duration timeout, Duration dialTimeout, int retries, RetryPolicy retryPolicy,
		Backoff backoff, int poolSize, Duration poolTtl, int maxMessageSize, String contentType, List<String> propagate,
		String protocol, ExecutorMode executor, boolean multiplex) {

	/** As each node says. */
	public static final String AUTO = "auto";

	public ClientOptions {
		propagate = List.copyOf(propagate);
		protocol = checkProtocol(protocol);
	}

	/**
	 * The defaults.
	 * @return the options
	 */
	public static ClientOptions defaults() {
		return new ClientOptions(Duration.ofSeconds(5), Duration.ofSeconds(5), 1, RetryPolicy.safe(),
				Backoff.exponential(), 100, Duration.ofMinutes(1), 4 * 1024 * 1024, "",
				List.of("traceparent", "tracestate", "baggage"), AUTO, ExecutorMode.AUTO, true);
	}

	/**
	 * A copy with another deadline.
	 * @param timeout the deadline of a call
	 * @return the copy
	 */
	public ClientOptions withTimeout(Duration timeout) {
		return new ClientOptions(timeout, this.dialTimeout, this.retries, this.retryPolicy, this.backoff, this.poolSize,
				this.poolTtl, this.maxMessageSize, this.contentType, this.propagate, this.protocol, this.executor,
				this.multiplex);
	}

	/**
	 * A copy with another time-out for opening connections.
	 * @param timeout the time-out
	 * @return the copy
	 */
	public ClientOptions withDialTimeout(Duration timeout) {
		return new ClientOptions(this.timeout, timeout, this.retries, this.retryPolicy, this.backoff, this.poolSize,
				this.poolTtl, this.maxMessageSize, this.contentType, this.propagate, this.protocol, this.executor,
				this.multiplex);
	}

	/**
	 * A copy with other retries.
	 * @param retries how many attempts after the first
	 * @param policy which failures are tried again
	 * @param backoff how long to wait before
	 * @return the copy
	 */
	public ClientOptions withRetries(int retries, RetryPolicy policy, Backoff backoff) {
		return new ClientOptions(this.timeout, this.dialTimeout, retries, policy, backoff, this.poolSize, this.poolTtl,
				this.maxMessageSize, this.contentType, this.propagate, this.protocol, this.executor, this.multiplex);
	}

	/**
	 * A copy with another pool.
	 * @param size how many idle connections per node
	 * @param ttl how long a connection is used
	 * @return the copy
	 */
	public ClientOptions withPool(int size, Duration ttl) {
		return new ClientOptions(this.timeout, this.dialTimeout, this.retries, this.retryPolicy, this.backoff, size,
				ttl, this.maxMessageSize, this.contentType, this.propagate, this.protocol, this.executor,
				this.multiplex);
	}

	/**
	 * A copy with another limit of messages.
	 * @param bytes the largest message
	 * @return the copy
	 */
	public ClientOptions withMaxMessageSize(int bytes) {
		return new ClientOptions(this.timeout, this.dialTimeout, this.retries, this.retryPolicy, this.backoff,
				this.poolSize, this.poolTtl, bytes, this.contentType, this.propagate, this.protocol, this.executor,
				this.multiplex);
	}

	/**
	 * A copy with another content type.
	 * @param contentType the content type, empty to choose by the objects
	 * @return the copy
	 */
	public ClientOptions withContentType(String contentType) {
		return new ClientOptions(this.timeout, this.dialTimeout, this.retries, this.retryPolicy, this.backoff,
				this.poolSize, this.poolTtl, this.maxMessageSize, contentType, this.propagate, this.protocol,
				this.executor, this.multiplex);
	}

	/**
	 * A copy with other headers that are carried on.
	 * @param names the names
	 * @return the copy
	 */
	public ClientOptions withPropagate(List<String> names) {
		return new ClientOptions(this.timeout, this.dialTimeout, this.retries, this.retryPolicy, this.backoff,
				this.poolSize, this.poolTtl, this.maxMessageSize, this.contentType, names, this.protocol, this.executor,
				this.multiplex);
	}

	/**
	 * A copy that speaks another protocol.
	 * @param protocol {@code mucp} ({@code rpc} to go-micro v1), {@code grpc} or
	 * {@link #AUTO}
	 * @return the copy
	 */
	public ClientOptions withProtocol(String protocol) {
		return new ClientOptions(this.timeout, this.dialTimeout, this.retries, this.retryPolicy, this.backoff,
				this.poolSize, this.poolTtl, this.maxMessageSize, this.contentType, this.propagate, protocol,
				this.executor, this.multiplex);
	}

	/**
	 * A copy whose answers are completed elsewhere.
	 * @param executor where; {@link ExecutorMode#DIRECT} for those who never block
	 * @return the copy
	 */
	public ClientOptions withExecutor(ExecutorMode executor) {
		return new ClientOptions(this.timeout, this.dialTimeout, this.retries, this.retryPolicy, this.backoff,
				this.poolSize, this.poolTtl, this.maxMessageSize, this.contentType, this.propagate, this.protocol,
				executor, this.multiplex);
	}

	/**
	 * A copy whose calls share connections to nodes of ours, or do not.
	 * @param multiplex whether they do
	 * @return the copy
	 */
	public ClientOptions withMultiplex(boolean multiplex) {
		return new ClientOptions(this.timeout, this.dialTimeout, this.retries, this.retryPolicy, this.backoff,
				this.poolSize, this.poolTtl, this.maxMessageSize, this.contentType, this.propagate, this.protocol,
				this.executor, multiplex);
	}

	static String checkProtocol(String protocol) {
		return switch (protocol) {
			case AUTO, "mucp", "grpc" -> protocol;
			case "rpc" -> "mucp";
			default ->
				throw new IllegalArgumentException("There is no protocol '" + protocol + "': it is auto, mucp or grpc");
		};
	}

}
