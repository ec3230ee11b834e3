package io.microspring.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.broker.Broker;
import io.microspring.call.Deadline;
import io.microspring.call.Propagation;
import io.microspring.codec.Codecs;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.message.Metadata;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.server.EndpointHandler.Kind;
import io.microspring.transport.Addresses;
import io.microspring.transport.Listener;
import io.microspring.transport.Multiplexed;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves go-micro's protocols on a transport.
 */
final class RpcServer implements Server {

	private static final Logger log = LoggerFactory.getLogger(Server.class);

	/** How long those who watch its health may take to hear of the end. */
	private static final Duration WATCHERS = Duration.ofSeconds(1);

	final Routes routes;

	final Subscribers subscribers;

	final Codecs codecs;

	final Faults faults;

	final Execution execution = new Execution(this);

	private final GrpcHealth health;

	private final ServerOptions options;

	private final Registry registry;

	private final Transport transport;

	private final boolean ownTransport;

	private final @Nullable Broker broker;

	private final Propagation propagation;

	private final Registrar registrar;

	private final ReentrantLock lifecycle = new ReentrantLock();

	private final Map<ExecutorMode, ExecutorService> executors = new ConcurrentHashMap<>();

	/** By the socket, or the multiplexed connection. */
	private final Map<Object, Connection> connections = new ConcurrentHashMap<>();

	private final AtomicLong inFlight = new AtomicLong();

	private final LongAdder handled = new LongAdder();

	private final LongAdder failed = new LongAdder();

	private volatile @Nullable Listener listener;

	private volatile @Nullable CountDownLatch drained;

	/**
	 * Whether the end has begun: callers are still answered, and told to go elsewhere.
	 */
	private volatile boolean stopping;

	private boolean closed;

	RpcServer(ServerBuilder builder) {
		this.options = builder.options;
		this.registry = builder.registry;
		this.ownTransport = builder.transport == null;
		this.transport = (builder.transport != null) ? builder.transport : Transport.http();
		this.broker = builder.broker;
		this.codecs = builder.codecs;
		this.propagation = new Propagation(builder.propagate);
		this.faults = new Faults(this.options.name(), this.options.includeMessage(), builder.exceptionHandlers);
		this.routes = routes(builder);
		this.health = new GrpcHealth(this);
		if (this.options.grpc().health()) {
			this.routes.addGrpc(GrpcHealth.NAME, this.health.endpoints());
		}
		if (this.options.grpc().reflection()) {
			GrpcReflection reflection = new GrpcReflection(this, this.options.grpc().health());
			this.routes.addGrpc(GrpcReflection.NAME, reflection.endpoints());
			this.routes.addGrpc(GrpcReflection.ALPHA, reflection.endpoints());
		}
		this.subscribers = new Subscribers(this, this.broker, this.codecs, builder.subscriberInterceptors);
		this.registrar = new Registrar(this.registry, this.options, this::service);
	}

	private Routes routes(ServerBuilder builder) {
		DebugOptions debug = this.options.debug();
		RecentCalls calls = (debug.enabled() && debug.calls() > 0) ? new RecentCalls(debug.calls()) : null;
		List<HandlerInterceptor> interceptors = new ArrayList<>(builder.handlerInterceptors);
		if (calls != null) {
			interceptors.add(0, calls);
		}
		Routes made = new Routes(interceptors, this::executorFor);
		if (debug.enabled()) {
			DebugHandler handler = new DebugHandler(this::stats, debug.log(), calls);
			made.addOwn(DebugHandler.NAME, handler.open(), List.of());
			made.addOwn(DebugHandler.NAME, handler.guarded(), builder.handlerInterceptors);
		}
		return made;
	}

	@Override
	public Server handle(Handler handler) {
		locked(() -> this.routes.add(handler));
		this.health.changed();
		return this;
	}

	@Override
	public Server subscribe(Subscriber subscriber) {
		locked(() -> this.subscribers.add(subscriber));
		return this;
	}

	@Override
	public void start() {
		locked(() -> {
			if (this.closed) {
				throw new IllegalStateException("The server " + name() + " is closed");
			}
			if (this.listener == null) {
				this.listener = this.transport.listen(this.options.address(), this::accept, this::accept);
				if (name().equals("go.micro.server")) {
					log.warn("The service has go-micro's default name {}, by which nobody will look for it", name());
				}
				log.info("{} {} serves {} on {}", name(), this.options.version(), this.routes.paths(), address());
			}
		});
	}

	@Override
	public void startSubscribers() {
		locked(this.subscribers::start);
	}

	@Override
	public void register() {
		address();
		startSubscribers();
		this.registrar.start();
	}

	@Override
	public void deregister() {
		this.registrar.stop();
	}

	@Override
	public void stopSubscribers() {
		this.subscribers.stop(this::locked);
	}

	@Override
	public String address() {
		Listener bound = this.listener;
		if (bound == null) {
			throw new IllegalStateException("The server " + name() + " is not started");
		}
		return Addresses.announced(bound.address(), this.options.advertise());
	}

	@Override
	public Service service() {
		Map<String, String> metadata = new LinkedHashMap<>(this.options.metadata());
		metadata.put("protocol", "mucp");
		metadata.put("server", "mucp");
		metadata.put("transport", this.transport.name());
		metadata.put("registry", this.registry.name());
		metadata.put("broker", (this.broker == null) ? "none" : this.broker.name());
		// By this our clients know that errors are answered whatever the content type.
		metadata.put("micro-runtime", "java");
		String multiplex = this.transport.multiplex();
		if (multiplex != null) {
			// And by this that many calls may share a connection.
			metadata.put("micro-mux", multiplex);
		}
		Node node = new Node(this.options.nodeId(), address(), metadata);
		return new Service(name(), this.options.version(), Map.of(), endpoints(), List.of(node));
	}

	@Override
	public List<Handler> handlers() {
		return this.routes.handlers();
	}

	@Override
	public List<SubscriptionStatus> subscriptions() {
		return this.subscribers.active();
	}

	@Override
	public ServerStats stats() {
		return new ServerStats(this.listener != null, this.registrar.isRegistered(), this.inFlight.get(),
				this.connections.size(), this.handled.sum(), this.failed.sum());
	}

	@Override
	public HealthReport health() {
		if (this.listener == null) {
			return HealthReport.down(name() + " does not listen");
		}
		HealthReport report = this.registrar.health();
		return report.with(Map.of("address", address(), "registered", Boolean.toString(this.registrar.isRegistered())));
	}

	@Override
	public void close() {
		this.stopping = true;
		CompletableFuture<?> told = this.health.changed();
		this.registrar.stop();
		stopSubscribers();
		await(told);
		CountDownLatch latch = new CountDownLatch(1);
		Listener bound;
		this.lifecycle.lock();
		try {
			if (this.closed) {
				return;
			}
			this.closed = true;
			this.drained = latch;
			bound = this.listener;
			this.listener = null;
		}
		finally {
			this.lifecycle.unlock();
		}
		if (bound != null) {
			bound.close();
			drain(latch);
		}
		stopConnections();
		this.executors.values().forEach(ExecutorService::shutdown);
		if (this.ownTransport) {
			this.transport.close();
		}
	}

	/** Who watches its health hears of the end before the connection goes. */
	private void await(CompletableFuture<?> told) {
		try {
			told.get(WATCHERS.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			log.debug("Not everybody who watches {} was told of its end", name(), ex);
		}
	}

	String name() {
		return this.options.name();
	}

	/** The deadline of a call whose caller names none. */
	Deadline deadline() {
		return this.options.timeout().isZero() ? Deadline.NONE : Deadline.after(this.options.timeout());
	}

	int maxMessageSize() {
		return this.transport.maxMessageSize();
	}

	/** Whether it answers, and will for a while. */
	boolean isServing() {
		return this.listener != null && !this.stopping;
	}

	boolean isDraining() {
		return this.drained != null;
	}

	Metadata propagated(Metadata metadata) {
		return this.propagation.select(metadata);
	}

	/** Whether what travels on can be chosen from a request as it came. */
	boolean propagatesNamedOnly() {
		return this.propagation.isNamedOnly();
	}

	boolean compresses() {
		return this.options.grpc().compression();
	}

	/** Calls of the server's own, which may watch for ever, are not waited for. */
	void began(Route route) {
		if (!route.internal()) {
			began();
		}
	}

	void ended(Route route) {
		if (!route.internal()) {
			ended();
		}
	}

	void began() {
		this.inFlight.incrementAndGet();
	}

	void ended() {
		CountDownLatch latch = this.drained;
		if (this.inFlight.decrementAndGet() == 0 && latch != null) {
			latch.countDown();
		}
	}

	void counted(boolean wasFailure) {
		this.handled.increment();
		if (wasFailure) {
			this.failed.increment();
		}
	}

	/** It is known what a socket carries. */
	void arrived(Socket socket, Connection connection) {
		this.connections.replace(socket, connection);
	}

	/** A connection is closed. */
	void left(Object connection) {
		this.connections.remove(connection);
	}

	/** Where user code runs that may block. */
	Executor executor() {
		ExecutorMode mode = this.options.executor();
		return executor((mode == ExecutorMode.DIRECT) ? ExecutorMode.AUTO : mode);
	}

	private @Nullable Executor executorFor(EndpointHandler endpoint) {
		if (endpoint.kind() != Kind.UNARY) {
			// A stream waits for its peer, whatever its method promises.
			return executor();
		}
		ExecutorMode mode = (endpoint.executor() == ExecutorMode.AUTO) ? this.options.executor() : endpoint.executor();
		return (mode == ExecutorMode.DIRECT) ? null : executor(mode);
	}

	private Executor executor(ExecutorMode mode) {
		return this.executors.computeIfAbsent(mode, (m) -> Threads.executor(m, "micro-" + name()));
	}

	private void accept(Socket socket) {
		Arrival arrival = new Arrival(this, socket);
		this.connections.put(socket, arrival);
		socket.receive(arrival);
	}

	private Multiplexed.Receiver accept(Multiplexed connection) {
		SharedConnection shared = new SharedConnection(this, connection);
		this.connections.put(connection, shared);
		return shared;
	}

	/** Streams are told why before the connection goes that they share with others. */
	private void stopConnections() {
		List<Connection> open = List.copyOf(this.connections.values());
		open.stream().filter((each) -> !(each instanceof SharedConnection)).forEach(Connection::stop);
		open.stream().filter(SharedConnection.class::isInstance).forEach(Connection::stop);
	}

	private void drain(CountDownLatch latch) {
		this.connections.values().forEach(Connection::closeWhenIdle);
		if (this.inFlight.get() == 0) {
			return;
		}
		log.info("{} waits for {} calls under way", name(), this.inFlight.get());
		try {
			if (!latch.await(this.options.drainTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
				log.warn("{} gives up {} calls that did not end within {}", name(), this.inFlight.get(),
						this.options.drainTimeout());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** In go-micro's order: endpoints by name, then subscribers by topic, descending. */
	private List<Endpoint> endpoints() {
		List<Endpoint> endpoints = new ArrayList<>();
		for (Handler handler : this.routes.handlers()) {
			if (!handler.internal()) {
				handler.endpoints().forEach((e) -> endpoints.add(ValueTrees.endpoint(handler.name(), e)));
			}
		}
		endpoints.sort(Comparator.comparing(Endpoint::name));
		this.subscribers.all()
			.stream()
			.sorted(Comparator.comparing(Subscriber::topic).reversed())
			.map(ValueTrees::endpoint)
			.forEach(endpoints::add);
		return endpoints;
	}

	private void locked(Runnable action) {
		this.lifecycle.lock();
		try {
			action.run();
		}
		finally {
			this.lifecycle.unlock();
		}
	}

}
