package io.microspring.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import io.microspring.broker.Broker;
import io.microspring.client.CallInterceptor;
import io.microspring.client.ClientOptions;
import io.microspring.client.PublishInterceptor;
import io.microspring.codec.Codecs;
import io.microspring.registry.Registry;
import io.microspring.selector.Strategy;
import io.microspring.server.Handler;
import io.microspring.server.HandlerInterceptor;
import io.microspring.server.MicroExceptionHandler;
import io.microspring.server.ServerOptions;
import io.microspring.server.Subscriber;
import io.microspring.server.SubscriberInterceptor;
import io.microspring.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Makes a service. Not thread-safe.
 * <p>
 * What is given here counts unless a flag or a {@code MICRO_*} variable says otherwise,
 * as in go-micro: the same program runs on another registry by {@code --registry=consul}.
 */
public final class MicroServiceBuilder {

	final List<Handler> handlers = new ArrayList<>();

	final List<Subscriber> subscribers = new ArrayList<>();

	final List<CallInterceptor> callInterceptors = new ArrayList<>();

	final List<PublishInterceptor> publishInterceptors = new ArrayList<>();

	final List<HandlerInterceptor> handlerInterceptors = new ArrayList<>();

	final List<SubscriberInterceptor> subscriberInterceptors = new ArrayList<>();

	final List<MicroExceptionHandler> exceptionHandlers = new ArrayList<>();

	final List<Runnable> beforeStart = new ArrayList<>();

	final List<Runnable> afterStart = new ArrayList<>();

	final List<Runnable> beforeStop = new ArrayList<>();

	final List<Runnable> afterStop = new ArrayList<>();

	ServerOptions serverOptions;

	ClientOptions clientOptions = ClientOptions.defaults();

	@Nullable Codecs codecs;

	Catalogue catalogue = Catalogue.embedded();

	@Nullable Registry registry;

	@Nullable Transport transport;

	@Nullable Broker broker;

	@Nullable Strategy strategy;

	List<String> arguments = List.of();

	Map<String, String> environment = System.getenv();

	boolean handleSignals = true;

	MicroServiceBuilder(String name) {
		this.serverOptions = ServerOptions.named(name);
	}

	/**
	 * The version; {@code latest} by default.
	 * @param version the version
	 * @return this
	 */
	public MicroServiceBuilder version(String version) {
		return server((options) -> options.withVersion(version));
	}

	/**
	 * Where it listens; any free port on all interfaces by default.
	 * @param address {@code host:port}
	 * @return this
	 */
	public MicroServiceBuilder address(String address) {
		return server((options) -> options.withAddress(address));
	}

	/**
	 * Metadata of its node.
	 * @param metadata the entries
	 * @return this
	 */
	public MicroServiceBuilder metadata(Map<String, String> metadata) {
		return server((options) -> options.withMetadata(metadata));
	}

	/**
	 * How long a registration lives, and how often it is renewed; 60 s and 30 s by
	 * default.
	 * @param ttl how long it lives unless renewed
	 * @param interval how often it is renewed
	 * @return this
	 */
	public MicroServiceBuilder register(Duration ttl, Duration interval) {
		return server((options) -> options.withRegister(ttl, interval));
	}

	/**
	 * Any option of the server.
	 * @param change from the options so far to those wanted
	 * @return this
	 */
	public MicroServiceBuilder server(UnaryOperator<ServerOptions> change) {
		this.serverOptions = change.apply(this.serverOptions);
		return this;
	}

	/**
	 * Any option of the client.
	 * @param change from the options so far to those wanted
	 * @return this
	 */
	public MicroServiceBuilder client(UnaryOperator<ClientOptions> change) {
		this.clientOptions = change.apply(this.clientOptions);
		return this;
	}

	/**
	 * Where services are found; mDNS by default. Closed with the service only if the
	 * service made it.
	 * @param registry the registry
	 * @return this
	 */
	public MicroServiceBuilder registry(Registry registry) {
		this.registry = registry;
		return this;
	}

	/**
	 * What carries calls; HTTP by default. Closed with the service only if the service
	 * made it.
	 * @param transport the transport
	 * @return this
	 */
	public MicroServiceBuilder transport(Transport transport) {
		this.transport = transport;
		return this;
	}

	/**
	 * What carries messages by topic; HTTP by default. Closed with the service only if
	 * the service made it.
	 * @param broker the broker
	 * @return this
	 */
	public MicroServiceBuilder broker(Broker broker) {
		this.broker = broker;
		return this;
	}

	/**
	 * What chooses among nodes; random by default.
	 * @param strategy the strategy
	 * @return this
	 */
	public MicroServiceBuilder strategy(Strategy strategy) {
		this.strategy = strategy;
		return this;
	}

	/**
	 * The codecs; {@linkplain Catalogue#codecs() those of the catalogue} by default.
	 * @param codecs the codecs
	 * @return this
	 */
	public MicroServiceBuilder codecs(Codecs codecs) {
		this.codecs = codecs;
		return this;
	}

	/**
	 * What flags and variables can choose by name, and the codecs unless they are given;
	 * what is embedded by default. With the plug-ins it is {@code Plugins.catalogue()}.
	 * @param catalogue the catalogue
	 * @return this
	 */
	public MicroServiceBuilder catalogue(Catalogue catalogue) {
		this.catalogue = catalogue;
		return this;
	}

	/**
	 * Serves the public methods of an object: method {@code hello} of class {@code Say}
	 * is {@code Say.Hello}.
	 * @param bean the object
	 * @return this
	 */
	public MicroServiceBuilder handle(Object bean) {
		return handle(Handler.of(bean));
	}

	/**
	 * Serves a handler.
	 * @param handler the handler
	 * @return this
	 */
	public MicroServiceBuilder handle(Handler handler) {
		this.handlers.add(handler);
		return this;
	}

	/**
	 * Subscribes to a topic.
	 * @param subscriber the subscriber
	 * @return this
	 */
	public MicroServiceBuilder subscribe(Subscriber subscriber) {
		this.subscribers.add(subscriber);
		return this;
	}

	/**
	 * Wraps every call that is made.
	 * @param interceptor the interceptor
	 * @return this
	 */
	public MicroServiceBuilder interceptCalls(CallInterceptor interceptor) {
		this.callInterceptors.add(interceptor);
		return this;
	}

	/**
	 * Wraps every publication.
	 * @param interceptor the interceptor
	 * @return this
	 */
	public MicroServiceBuilder interceptPublications(PublishInterceptor interceptor) {
		this.publishInterceptors.add(interceptor);
		return this;
	}

	/**
	 * Wraps every handler.
	 * @param interceptor the interceptor
	 * @return this
	 */
	public MicroServiceBuilder interceptHandlers(HandlerInterceptor interceptor) {
		this.handlerInterceptors.add(interceptor);
		return this;
	}

	/**
	 * Wraps every subscriber.
	 * @param interceptor the interceptor
	 * @return this
	 */
	public MicroServiceBuilder interceptSubscribers(SubscriberInterceptor interceptor) {
		this.subscriberInterceptors.add(interceptor);
		return this;
	}

	/**
	 * Maps exceptions of handlers to errors.
	 * @param handler the mapping
	 * @return this
	 */
	public MicroServiceBuilder exceptionHandler(MicroExceptionHandler handler) {
		this.exceptionHandlers.add(handler);
		return this;
	}

	/**
	 * Runs before the server starts; what it throws ends the start.
	 * @param hook the hook
	 * @return this
	 */
	public MicroServiceBuilder beforeStart(Runnable hook) {
		this.beforeStart.add(hook);
		return this;
	}

	/**
	 * Runs once the service is registered; what it throws ends the start, and the service
	 * is closed.
	 * @param hook the hook
	 * @return this
	 */
	public MicroServiceBuilder afterStart(Runnable hook) {
		this.afterStart.add(hook);
		return this;
	}

	/**
	 * Runs before the service is deregistered; what it throws is logged.
	 * @param hook the hook
	 * @return this
	 */
	public MicroServiceBuilder beforeStop(Runnable hook) {
		this.beforeStop.add(hook);
		return this;
	}

	/**
	 * Runs when everything is closed; what it throws is logged.
	 * @param hook the hook
	 * @return this
	 */
	public MicroServiceBuilder afterStop(Runnable hook) {
		this.afterStop.add(hook);
		return this;
	}

	/**
	 * The command line, read for go-micro's flags such as {@code --registry=memory} and
	 * {@code --server_name=greeter}.
	 * @param arguments what the program was started with
	 * @return this
	 */
	public MicroServiceBuilder arguments(String... arguments) {
		this.arguments = List.of(arguments);
		return this;
	}

	/**
	 * The variables, read for {@code MICRO_REGISTRY} and its kind; those of the process
	 * by default.
	 * @param environment names to values
	 * @return this
	 */
	public MicroServiceBuilder environment(Map<String, String> environment) {
		this.environment = Map.copyOf(environment);
		return this;
	}

	/**
	 * Whether {@link MicroService#run} ends at SIGTERM and SIGINT; true by default.
	 * @param handle whether it does
	 * @return this
	 */
	public MicroServiceBuilder handleSignals(boolean handle) {
		this.handleSignals = handle;
		return this;
	}

	/**
	 * Makes the service.
	 * @return the service, not started
	 * @throws IllegalArgumentException when a flag or variable has a value that makes no
	 * sense
	 * @throws UnknownPluginException when a flag or variable names something that is not
	 * in the catalogue
	 * @throws MissingDriverException when what it names lacks its driver
	 */
	public MicroService build() {
		return new RunningService(this);
	}

	/**
	 * Makes a service that handles one call or one message, and then exits. go-micro:
	 * {@code micro.NewFunction}.
	 * @return the function, not started
	 */
	public MicroService buildFunction() {
		return new MicroFunction(this);
	}

}
