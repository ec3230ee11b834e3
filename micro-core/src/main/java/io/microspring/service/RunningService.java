package io.microspring.service;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.broker.Broker;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.ClientBuilder;
import io.microspring.client.ClientOptions;
import io.microspring.codec.Codecs;
import io.microspring.concurrent.Threads;
import io.microspring.registry.CacheOptions;
import io.microspring.registry.Registry;
import io.microspring.selector.Selector;
import io.microspring.selector.Strategy;
import io.microspring.server.Server;
import io.microspring.server.ServerBuilder;
import io.microspring.server.ServerOptions;
import io.microspring.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a service together, starts it, and takes it down in the reverse order.
 */
final class RunningService implements MicroService {

	private static final Logger log = LoggerFactory.getLogger(MicroService.class);

	private final MicroServiceBuilder plan;

	private final Server server;

	private final Client client;

	/** What the service made itself, in the order it is closed. */
	private final List<AutoCloseable> owned = new ArrayList<>();

	private final ServerOptions options;

	private final ReentrantLock lock = new ReentrantLock();

	private final CountDownLatch ended = new CountDownLatch(1);

	private boolean started;

	private boolean closed;

	RunningService(MicroServiceBuilder plan) {
		this.plan = plan;
		Flags flags = Flags.parse(plan.arguments, plan.environment);
		this.options = serverOptions(plan.serverOptions, flags);
		ClientOptions clientOptions = clientOptions(plan.clientOptions, flags);
		try {
			Registry registry = registry(flags);
			Transport transport = transport(flags);
			Broker broker = broker(flags, registry);
			Selector selector = own(Selector.of(registry, strategy(flags)));
			this.client = own(client(registry, transport, broker, selector, clientOptions));
			this.server = server(registry, transport, broker, clientOptions.propagate());
		}
		catch (RuntimeException ex) {
			this.owned.forEach(RunningService::closeQuietly);
			throw ex;
		}
	}

	@Override
	public String name() {
		return this.options.name();
	}

	@Override
	public Client client() {
		return this.client;
	}

	@Override
	public Server server() {
		return this.server;
	}

	@Override
	public void start() {
		this.lock.lock();
		try {
			if (this.closed) {
				throw new IllegalStateException("The service " + name() + " is closed");
			}
			if (this.started) {
				return;
			}
			this.plan.beforeStart.forEach(Runnable::run);
			this.started = true;
			try {
				this.server.start();
				this.server.register();
				this.plan.afterStart.forEach(Runnable::run);
			}
			catch (RuntimeException ex) {
				close();
				throw ex;
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void run() {
		Thread hook = Threads.unstarted("micro-stop-" + name(), this::close);
		if (this.plan.handleSignals) {
			// Before the start: a signal that comes while it registers waits for it, and
			// then takes it back.
			Runtime.getRuntime().addShutdownHook(hook);
		}
		try {
			start();
			this.ended.await();
		}
		catch (InterruptedException ex) {
			close();
			Thread.currentThread().interrupt();
		}
		finally {
			if (this.plan.handleSignals) {
				withdraw(hook);
			}
		}
	}

	@Override
	public void close() {
		this.lock.lock();
		try {
			if (this.closed) {
				return;
			}
			this.closed = true;
			if (this.started) {
				quietly(this.plan.beforeStop);
			}
			for (AutoCloseable part : this.owned) {
				closeQuietly(part);
			}
			if (this.started) {
				quietly(this.plan.afterStop);
			}
		}
		finally {
			this.lock.unlock();
			this.ended.countDown();
		}
	}

	private static void withdraw(Thread hook) {
		try {
			Runtime.getRuntime().removeShutdownHook(hook);
		}
		catch (IllegalStateException ignored) {
			// the process is ending, and the hook is what ended the service
		}
	}

	private Server server(Registry registry, Transport transport, Broker broker, List<String> propagate) {
		ServerBuilder builder = Server.builder(registry)
			.options(this.options)
			.transport(transport)
			.broker(broker)
			.codecs(codecs())
			.propagate(propagate);
		this.plan.handlerInterceptors.forEach(builder::intercept);
		this.plan.subscriberInterceptors.forEach(builder::interceptSubscriber);
		this.plan.exceptionHandlers.forEach(builder::exceptionHandler);
		Server built = own(builder.build());
		this.plan.handlers.forEach(built::handle);
		this.plan.subscribers.forEach(built::subscribe);
		return built;
	}

	private Client client(Registry registry, Transport transport, Broker broker, Selector selector,
			ClientOptions clientOptions) {
		ClientBuilder builder = Client.builder(registry)
			.selector(selector)
			.transport(transport)
			.broker(broker)
			.codecs(codecs())
			.options(clientOptions)
			.name(this.options.name());
		this.plan.callInterceptors.forEach(builder::intercept);
		this.plan.publishInterceptors.forEach(builder::interceptPublish);
		return builder.build();
	}

	private Codecs codecs() {
		return (this.plan.codecs != null) ? this.plan.codecs : this.plan.catalogue.codecs();
	}

	/** A flag or variable wins over what the builder was given. */
	private Registry registry(Flags flags) {
		String type = flags.text(Flags.REGISTRY_TYPE, "");
		Registry registry = (type.isEmpty() && this.plan.registry != null) ? this.plan.registry : own(
				this.plan.catalogue.registry(type.isEmpty() ? "mdns" : type, flags.text(Flags.REGISTRY_ADDRESS, "")));
		return own(Registry.cached(registry, CacheOptions.defaults()));
	}

	private Transport transport(Flags flags) {
		String type = flags.text(Flags.TRANSPORT_TYPE, "");
		return (type.isEmpty() && this.plan.transport != null) ? this.plan.transport : own(
				this.plan.catalogue.transport(type.isEmpty() ? "http" : type, flags.text(Flags.TRANSPORT_ADDRESS, "")));
	}

	private Broker broker(Flags flags, Registry registry) {
		String type = flags.text(Flags.BROKER_TYPE, "");
		return (type.isEmpty() && this.plan.broker != null) ? this.plan.broker : own(this.plan.catalogue
			.broker(type.isEmpty() ? "http" : type, flags.text(Flags.BROKER_ADDRESS, ""), registry));
	}

	private Strategy strategy(Flags flags) {
		String type = flags.text(Flags.SELECTOR_TYPE, "");
		return (type.isEmpty() && this.plan.strategy != null) ? this.plan.strategy
				: this.plan.catalogue.strategy(type.isEmpty() ? "random" : type);
	}

	private <T extends AutoCloseable> T own(T part) {
		this.owned.add(0, part);
		return part;
	}

	private static ServerOptions serverOptions(ServerOptions given, Flags flags) {
		Map<String, String> metadata = new LinkedHashMap<>(given.metadata());
		metadata.putAll(flags.entries(Flags.SERVER_METADATA));
		return given.withName(flags.text(Flags.SERVER_NAME, given.name()))
			.withVersion(flags.text(Flags.SERVER_VERSION, given.version()))
			.withId(flags.text(Flags.SERVER_ID, given.id()))
			.withAddress(flags.text(Flags.SERVER_ADDRESS, given.address()))
			.withAdvertise(flags.text(Flags.SERVER_ADVERTISE, given.advertise()))
			.withRegister(flags.duration(Flags.SERVER_REGISTER_TTL, given.registerTtl()),
					flags.duration(Flags.SERVER_REGISTER_INTERVAL, given.registerInterval()))
			.withMetadata(metadata);
	}

	private static ClientOptions clientOptions(ClientOptions given, Flags flags) {
		CallOptions calls = given.calls();
		return given
			.withCalls(CallOptions.defaults()
				.withTimeout(flags.duration(Flags.CLIENT_TIMEOUT, Objects.requireNonNull(calls.timeout())))
				.withRetries(flags.count(Flags.CLIENT_RETRIES, Objects.requireNonNull(calls.retries())))
				.withProtocol(flags.text(Flags.CLIENT_TYPE, Objects.requireNonNull(calls.protocol()))))
			.withPool(flags.count(Flags.CLIENT_POOL_SIZE, given.poolSize()),
					flags.duration(Flags.CLIENT_POOL_TTL, given.poolTtl()));
	}

	private static void quietly(List<Runnable> hooks) {
		for (Runnable hook : hooks) {
			try {
				hook.run();
			}
			catch (RuntimeException ex) {
				log.warn("A hook failed while stopping", ex);
			}
		}
	}

	private static void closeQuietly(AutoCloseable part) {
		try {
			part.close();
		}
		catch (Exception ex) {
			log.warn("{} could not be closed", part, ex);
		}
	}

}
