package io.microspring.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.microspring.concurrent.Backoff;
import io.microspring.concurrent.ExecutorMode;

/**
 * What a client is like, and its calls unless their own options say otherwise. Immutable.
 * go-micro: {@code client.Options}.
 */
public final class ClientOptions {

	/** As each node says. */
	public static final String AUTO = "auto";

	private static final ClientOptions DEFAULTS = new ClientOptions();

	private CallOptions calls = CallOptions.defaults()
		.withTimeout(Duration.ofSeconds(5))
		.withAttemptTimeout(Duration.ZERO)
		.withDialTimeout(Duration.ofSeconds(5))
		.withRetries(1)
		.withRetryPolicy(RetryPolicy.safe())
		.withBackoff(Backoff.goMicro())
		.withRetryBudget(RetryBudget.defaults())
		.withHedging(Hedging.none())
		.withContentType("")
		.withProtocol(AUTO)
		.complete();

	private Map<String, CallOptions> services = Map.of();

	private Map<String, Map<String, CallOptions>> endpoints = Map.of();

	private int poolSize = 100;

	private Duration poolTtl = Duration.ofMinutes(1);

	private int maxMessageSize = 4 * 1024 * 1024;

	private List<String> propagate = List.of("traceparent", "tracestate", "baggage");

	private ExecutorMode executor = ExecutorMode.AUTO;

	private boolean multiplex = true;

	private NotFound notFound = NotFound.EXPLAIN;

	private ClientOptions() {
	}

	private ClientOptions(ClientOptions other) {
		this.calls = other.calls;
		this.services = other.services;
		this.endpoints = other.endpoints;
		this.poolSize = other.poolSize;
		this.poolTtl = other.poolTtl;
		this.maxMessageSize = other.maxMessageSize;
		this.propagate = other.propagate;
		this.executor = other.executor;
		this.multiplex = other.multiplex;
		this.notFound = other.notFound;
	}

	/**
	 * The defaults.
	 * @return the options
	 */
	public static ClientOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy whose calls are otherwise, where the given options say so.
	 * @param options what calls are like
	 * @return the copy
	 */
	public ClientOptions withCalls(CallOptions options) {
		ClientOptions copy = new ClientOptions(this);
		copy.calls = options.over(this.calls);
		return copy;
	}

	/**
	 * A copy with a deadline of calls.
	 * @param timeout the deadline of a call, all its attempts together
	 * @return the copy
	 */
	public ClientOptions withTimeout(Duration timeout) {
		return withCalls(CallOptions.defaults().withTimeout(timeout));
	}

	/**
	 * A copy with other retries.
	 * @param retries how many attempts after the first
	 * @param policy which failures are tried again
	 * @param backoff how long to wait before
	 * @return the copy
	 */
	public ClientOptions withRetries(int retries, RetryPolicy policy, Backoff backoff) {
		return withCalls(CallOptions.defaults().withRetries(retries).withRetryPolicy(policy).withBackoff(backoff));
	}

	/**
	 * A copy that speaks another protocol.
	 * @param protocol {@code mucp} ({@code rpc} to go-micro v1), {@code grpc} or
	 * {@link #AUTO}
	 * @return the copy
	 */
	public ClientOptions withProtocol(String protocol) {
		return withCalls(CallOptions.defaults().withProtocol(protocol));
	}

	/**
	 * A copy whose calls of one service are otherwise, where the given options say so.
	 * @param service the name of the service
	 * @param options what its calls are like, instead of what was said of them before
	 * @return the copy
	 */
	public ClientOptions withService(String service, CallOptions options) {
		ClientOptions copy = new ClientOptions(this);
		copy.services = with(this.services, service, options);
		return copy;
	}

	/**
	 * A copy whose calls of one endpoint are otherwise, where the given options say so.
	 * @param service the name of the service
	 * @param endpoint the endpoint as calls name it, such as {@code Say.Hello}
	 * @param options what its calls are like, instead of what was said of them before
	 * @return the copy
	 */
	public ClientOptions withEndpoint(String service, String endpoint, CallOptions options) {
		ClientOptions copy = new ClientOptions(this);
		copy.endpoints = with(this.endpoints, service,
				with(this.endpoints.getOrDefault(service, Map.of()), endpoint, options));
		return copy;
	}

	/**
	 * A copy with another pool.
	 * @param size how many idle connections are kept for each node
	 * @param ttl how long a connection is used
	 * @return the copy
	 */
	public ClientOptions withPool(int size, Duration ttl) {
		ClientOptions copy = new ClientOptions(this);
		copy.poolSize = size;
		copy.poolTtl = Objects.requireNonNull(ttl);
		return copy;
	}

	/**
	 * A copy with another limit of messages.
	 * @param bytes the largest message sent or received
	 * @return the copy
	 */
	public ClientOptions withMaxMessageSize(int bytes) {
		ClientOptions copy = new ClientOptions(this);
		copy.maxMessageSize = bytes;
		return copy;
	}

	/**
	 * A copy with other headers that are carried on.
	 * @param names the names, in any case; one that ends with {@code *} stands for all
	 * that begin so
	 * @return the copy
	 */
	public ClientOptions withPropagate(List<String> names) {
		ClientOptions copy = new ClientOptions(this);
		copy.propagate = List.copyOf(names);
		return copy;
	}

	/**
	 * A copy whose answers are completed elsewhere.
	 * @param executor where; {@link ExecutorMode#DIRECT} for those who never block
	 * @return the copy
	 */
	public ClientOptions withExecutor(ExecutorMode executor) {
		ClientOptions copy = new ClientOptions(this);
		copy.executor = Objects.requireNonNull(executor);
		return copy;
	}

	/**
	 * A copy whose calls share connections to nodes of ours, or do not.
	 * @param multiplex whether they do
	 * @return the copy
	 */
	public ClientOptions withMultiplex(boolean multiplex) {
		ClientOptions copy = new ClientOptions(this);
		copy.multiplex = multiplex;
		return copy;
	}

	/**
	 * A copy whose calls fail otherwise when a service is not there.
	 * @param notFound how they fail
	 * @return the copy
	 */
	public ClientOptions withNotFound(NotFound notFound) {
		ClientOptions copy = new ClientOptions(this);
		copy.notFound = Objects.requireNonNull(notFound);
		return copy;
	}

	private static <T> Map<String, T> with(Map<String, T> map, String key, T value) {
		Map<String, T> copy = new HashMap<>(map);
		copy.put(key, value);
		return Map.copyOf(copy);
	}

	/**
	 * What calls are like unless something else is said of their service, their endpoint
	 * or the call itself. By default: a deadline of 5 s, 5 s to open a connection, no
	 * deadline of streams, one further attempt where {@link RetryPolicy#safe()} allows it
	 * after {@link Backoff#goMicro()}, a content type by the objects, and what each node
	 * speaks.
	 * @return the options, of which none but the deadline of streams is open
	 */
	public CallOptions calls() {
		return this.calls;
	}

	/**
	 * What else is said of the calls of a service.
	 * @return the options by the service's name
	 */
	public Map<String, CallOptions> services() {
		return this.services;
	}

	/**
	 * What else is said of the calls of an endpoint.
	 * @return the options by the endpoint's name, by the service's name
	 */
	public Map<String, Map<String, CallOptions>> endpoints() {
		return this.endpoints;
	}

	/**
	 * How many idle connections are kept for each node.
	 * @return the number; 100 by default
	 */
	public int poolSize() {
		return this.poolSize;
	}

	/**
	 * How long a connection is used.
	 * @return the time; 1 min by default
	 */
	public Duration poolTtl() {
		return this.poolTtl;
	}

	/**
	 * The largest message sent or received.
	 * @return its size in bytes; 4 MiB by default
	 */
	public int maxMessageSize() {
		return this.maxMessageSize;
	}

	/**
	 * Headers of the call being served that calls made from inside it carry on.
	 * @return the names, in any case; one that ends with {@code *} stands for all that
	 * begin so. By default W3C trace context: {@code traceparent}, {@code tracestate} and
	 * {@code baggage}
	 */
	public List<String> propagate() {
		return this.propagate;
	}

	/**
	 * Where that runs which depends on an asynchronous answer, and what else the client
	 * has to wait for. {@link ExecutorMode#DIRECT} completes a {@code callAsync}, a stage
	 * or a {@code Mono} on the thread that received the answer, or the timer's when it
	 * did not come in time, which saves the hop and must not be blocked.
	 * @return where; virtual threads where the JDK has them, by default
	 */
	public ExecutorMode executor() {
		return this.executor;
	}

	/**
	 * Whether calls to a node of ours share a connection, where it announces that
	 * ({@code micro-mux} in its metadata). Without, and until the connection is there,
	 * they go over pooled connections of HTTP/1.1.
	 * @return whether they do; true by default
	 */
	public boolean multiplex() {
		return this.multiplex;
	}

	/**
	 * How a call fails whose service is not there.
	 * @return how; explained by default
	 */
	public NotFound notFound() {
		return this.notFound;
	}

}
