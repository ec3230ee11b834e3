package io.microspring.client;

import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.broker.Broker;
import io.microspring.call.CallContext;
import io.microspring.call.Interceptors;
import io.microspring.call.Stream;
import io.microspring.client.CallFunction.Outgoing;
import io.microspring.client.PublishFunction.Publication;
import io.microspring.codec.Codecs;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Stages;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.message.Metadata;
import io.microspring.registry.CacheOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.selector.Outcome;
import io.microspring.selector.Selector;
import io.microspring.selector.Strategy;
import io.microspring.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Calls over a transport, nodes chosen by a selector.
 */
final class RpcClient implements Client {

	final Dialects dialects;

	private volatile CallDefaults defaults;

	private final Codecs codecs;

	/** One for each transport, the client's own first. */
	private final List<ConnectionPool> pools;

	/** Those that calls share. */
	private final MuxPool shared;

	private final GrpcDialect grpc;

	private final Selector selector;

	private final Transport transport;

	private final boolean ownTransport;

	private final @Nullable Registry ownCache;

	private final String name;

	private final CallFunction calls;

	private final PublishFunction publications;

	private final ReentrantLock lock = new ReentrantLock();

	private volatile @Nullable ExecutorService executor;

	private final CalledServices services = new CalledServices();

	private final ClientCounters counters = new ClientCounters();

	private final Set<ClientStream> streams = ConcurrentHashMap.newKeySet();

	private volatile boolean closed;

	RpcClient(ClientBuilder builder) {
		this.defaults = new CallDefaults(builder.options);
		this.name = builder.name;
		this.ownTransport = builder.transport == null;
		this.transport = (builder.transport != null) ? builder.transport : Transport.http();
		if (builder.selector != null) {
			this.ownCache = null;
			this.selector = builder.selector;
		}
		else {
			this.ownCache = Registry.cached(builder.registry, CacheOptions.defaults());
			this.selector = Selector.of(this.ownCache, Strategy.random());
		}
		this.codecs = builder.codecs;
		List<Transport> transports = new ArrayList<>(List.of(this.transport));
		transports.addAll(this.transport.siblings());
		this.pools = transports.stream().map((each) -> new ConnectionPool(each, builder.options)).toList();
		this.grpc = new GrpcDialect(this.codecs, this.transport);
		List<MucpDialect> mucp = this.pools.stream()
			.map((pool) -> new MucpDialect(this.codecs, pool, MucpDialect.Peer.OURS))
			.toList();
		this.shared = new MuxPool(this.transport, () -> CallOptions.set(options().calls().dialTimeout()));
		List<MuxDialect> multiplexed = (this.transport.multiplex() != null)
				? List.of(new MuxDialect(mucp.get(0), this.shared)) : List.of();
		this.dialects = new Dialects(mucp, multiplexed, this.grpc, builder.options.multiplex());
		this.calls = Interceptors.around(this::invoke, builder.callInterceptors);
		this.publications = Interceptors.around(new Publications(this, builder.broker, this.codecs)::publish,
				builder.publishInterceptors);
	}

	@Override
	@SuppressWarnings("NullAway") // an empty answer is null, whatever its type
	public <T> T call(Request request, Class<T> type, CallOptions callOptions) {
		checkMayWait(request);
		return type.cast(await(callAny(request, type, callOptions, false)));
	}

	@Override
	public <T> CompletableFuture<T> callAsync(Request request, Class<T> type, CallOptions callOptions) {
		return handedOn(callAny(request, type, callOptions, false), type, CallContext.current());
	}

	@Override
	@SuppressWarnings("unchecked")
	public <S, R> Stream<S, R> stream(Request request, Class<R> type, CallOptions callOptions) {
		checkMayWait(request);
		return (Stream<S, R>) Objects.requireNonNull(await(callAny(request, type, callOptions, true)));
	}

	@Override
	public void publish(String topic, Object payload, Metadata metadata) {
		this.publications.publish(new Publication(topic, payload, metadata, null));
	}

	@Override
	public void publish(Broker broker, String topic, Object payload, Metadata metadata) {
		this.publications.publish(new Publication(topic, payload, metadata, broker));
	}

	@Override
	public <S> S proxy(String service, Class<S> api, CallOptions callOptions) {
		ClientMethods methods = ClientMethods.of(this, service, api, callOptions);
		return api.cast(Proxy.newProxyInstance(api.getClassLoader(), new Class<?>[] { api }, methods));
	}

	@Override
	public ClientOptions options() {
		return this.defaults.options();
	}

	@Override
	public void reconfigure(ClientOptions options) {
		this.lock.lock();
		try {
			if (options.executor() != options().executor()) {
				throw new IllegalArgumentException("A client keeps its executor, which is " + options().executor()
						+ ": it cannot be " + options.executor() + " from now on");
			}
			this.pools.forEach((pool) -> pool.options(options));
			this.dialects.share(options.multiplex());
			this.defaults = new CallDefaults(options);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public CompletableFuture<@Nullable Void> warmUp(String service) {
		return new WarmUp(this, service).begin();
	}

	@Override
	public ClientStats stats() {
		int idle = this.pools.stream().mapToInt(ConnectionPool::idleCount).sum();
		int open = this.pools.stream().mapToInt(ConnectionPool::openCount).sum();
		return new ClientStats(this.counters.inFlight(),
				Math.max(0, open - idle) + this.shared.openCount(true) + this.grpc.openCount() + this.streams.size(),
				idle + this.shared.openCount(false), this.counters.attempts(), this.counters.retries(),
				this.counters.hedges(), this.counters.refusals(), this.name.isEmpty() ? null : this.name);
	}

	@Override
	public void close() {
		this.closed = true;
		this.pools.forEach(ConnectionPool::close);
		this.grpc.close();
		this.streams.forEach(ClientStream::close);
		this.shared.close();
		if (this.ownCache != null) {
			this.selector.close();
			this.ownCache.close();
		}
		if (this.ownTransport) {
			this.transport.close();
		}
		ExecutorService running = this.executor;
		if (running != null) {
			running.shutdown();
		}
	}

	CompletableFuture<@Nullable Object> callAny(Request request, Type type, CallOptions callOptions, boolean stream) {
		try {
			CallOptions options = stream ? callOptions.forStream() : callOptions;
			return this.calls.call(new Outgoing(request, request.answerType(type), complete(options, request), stream));
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private CallOptions complete(CallOptions own, Request request) {
		return own.isComplete() ? own : own.over(this.defaults.of(request.service(), request.endpoint()));
	}

	/** What calls are like that say nothing themselves. */
	CallDefaults defaults() {
		return this.defaults;
	}

	/**
	 * An answer whose dependents run where the options have them, in the context of the
	 * call that was being served when it was asked for.
	 */
	@SuppressWarnings("unchecked")
	<T> CompletableFuture<T> handedOn(CompletableFuture<@Nullable Object> answer, Class<T> type, CallContext context) {
		boolean direct = options().executor() == ExecutorMode.DIRECT;
		if (direct && answer instanceof UnaryCall) {
			// Of the type that it was asked for, and told in its context.
			return (CompletableFuture<T>) (CompletableFuture<?>) answer;
		}
		return new HandedOn<>(answer, type, context, direct ? null : executor()).begin();
	}

	/**
	 * An event loop that waited could wait for an answer that it has to read itself, and
	 * the timer for a time-out that it has to bring.
	 * @param request what is asked
	 */
	static void checkMayWait(Request request) {
		if (Threads.isLoop()) {
			throw new IllegalStateException("The thread " + Thread.currentThread().getName()
					+ " cannot wait for the answer of " + request.service() + " " + request.endpoint()
					+ ": call asynchronously, or from a handler or completion that is not on the executor 'direct'");
		}
	}

	@Nullable Object await(CompletableFuture<@Nullable Object> answer) {
		try {
			if (answer instanceof UnaryCall call) {
				call.await();
			}
			return answer.get();
		}
		catch (ExecutionException ex) {
			throw unwrap(ex.getCause());
		}
		catch (CancellationException ex) {
			throw MicroException.of(Dialects.ID, 499, "the call was cancelled").because(ex);
		}
		catch (InterruptedException ex) {
			answer.cancel(true);
			Thread.currentThread().interrupt();
			throw MicroException.of(Dialects.ID, 499, "the call was interrupted").because(ex);
		}
	}

	String contentType(Outgoing call) {
		return contentType(call.options(), call.request().body(), call.type());
	}

	static String contentType(CallOptions options, @Nullable Object body, @Nullable Type type) {
		String chosen = CallOptions.set(options.contentType());
		return chosen.isEmpty() ? Codecs.contentTypeOf(body, type) : chosen;
	}

	/**
	 * Whether a node can be chosen without waiting: by its address, or as a look-up of
	 * the service has succeeded, so that the next is from memory.
	 */
	boolean knowsNodes(Outgoing call) {
		return !call.options().given().isEmpty() || this.services.of(call.request().service()).isFound();
	}

	/**
	 * Chooses a node, which may take a look-up. While these fail, the next call does not
	 * count on memory.
	 */
	Node select(PreparedCall call, List<Node> tried) {
		Addresses given = call.call().options().given();
		if (!given.isEmpty()) {
			return given.choose(tried);
		}
		String service = call.service();
		Node node;
		try {
			node = this.selector.select(call, tried);
		}
		catch (RuntimeException ex) {
			this.services.found(service, false);
			throw (ex instanceof MicroException error) ? options().notFound().told(service, error) : ex;
		}
		this.services.found(service, true);
		return node;
	}

	/** Tells whoever chose a node, once for each. */
	void mark(PreparedCall call, Node node, Outcome outcome, long nanos, @Nullable Throwable failure) {
		if (node.id().isEmpty()) {
			call.call().options().given().mark(node, outcome);
		}
		else {
			this.selector.mark(call, node, outcome, nanos, failure);
		}
	}

	/** What a failure says of the node. */
	static Outcome outcome(Throwable failure) {
		if (failure instanceof MicroException error) {
			return error.isAnswer() ? Outcome.ANSWERED : Outcome.FAULTED;
		}
		return Outcome.DISCONNECTED;
	}

	/**
	 * Where what may block runs: later attempts, and streams read as publishers. Made
	 * when first needed.
	 */
	ExecutorService executor() {
		ExecutorService running = this.executor;
		if (running != null) {
			return running;
		}
		this.lock.lock();
		try {
			running = this.executor;
			if (running == null) {
				ExecutorMode mode = options().executor();
				mode = (mode == ExecutorMode.DIRECT) ? ExecutorMode.AUTO : mode;
				running = Threads.executor(mode, "micro-client");
				this.executor = running;
			}
			return running;
		}
		finally {
			this.lock.unlock();
		}
	}

	String name() {
		return this.name;
	}

	ClientCounters counters() {
		return this.counters;
	}

	CalledService called(String service) {
		return this.services.of(service);
	}

	void opened(ClientStream stream) {
		this.streams.add(stream);
		if (this.closed) {
			stream.close();
		}
	}

	/** Its socket has closed. */
	void ended(ClientStream stream, Outcome outcome, @Nullable Throwable cause) {
		if (this.streams.remove(stream)) {
			mark(stream.call(), stream.node(), outcome, 0, cause);
		}
	}

	private CompletableFuture<@Nullable Object> invoke(Outgoing call) {
		if (this.closed) {
			throw MicroException.internalServerError(Dialects.ID, "the client is closed");
		}
		Outgoing complete = completed(call);
		List<CallInterceptor> own = complete.options().interceptors();
		return own.isEmpty() ? start(complete) : Interceptors.around(this::start, own).call(complete);
	}

	private CompletableFuture<@Nullable Object> start(Outgoing call) {
		Outgoing complete = completed(call);
		if (complete.stream()) {
			return new StreamOpening(this, complete).start();
		}
		CallOptions options = complete.options();
		boolean hedged = options.idempotent() && CallOptions.set(options.hedging()).most() > 0;
		return hedged ? new HedgedCall(this, complete).start() : new UnaryCall(this, complete).start();
	}

	/** An interceptor may have put options of its own in the place of what there was. */
	private Outgoing completed(Outgoing call) {
		return call.options().isComplete() ? call : call.withOptions(complete(call.options(), call.request()));
	}

	static RuntimeException unwrap(@Nullable Throwable thrown) {
		Throwable cause = (thrown == null) ? null : Stages.cause(thrown);
		if (cause instanceof MicroException error) {
			return error.rethrown();
		}
		if (cause instanceof RuntimeException runtime) {
			return runtime;
		}
		return MicroException.internalServerError(Dialects.ID, String.valueOf(cause));
	}

}
