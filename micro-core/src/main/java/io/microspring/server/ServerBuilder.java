package io.microspring.server;

import java.util.ArrayList;
import java.util.List;

import io.microspring.broker.Broker;
import io.microspring.codec.Codecs;
import io.microspring.registry.Registry;
import io.microspring.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Makes a server. Not thread-safe.
 */
public final class ServerBuilder {

	final Registry registry;

	@Nullable Transport transport;

	@Nullable Broker broker;

	Codecs codecs = Codecs.defaults();

	ServerOptions options = ServerOptions.named("go.micro.server");

	final List<HandlerInterceptor> handlerInterceptors = new ArrayList<>();

	final List<SubscriberInterceptor> subscriberInterceptors = new ArrayList<>();

	final List<MicroExceptionHandler> exceptionHandlers = new ArrayList<>();

	/** Headers of a call that the calls made from inside its handler carry on. */
	List<String> propagate = List.of("traceparent", "tracestate", "baggage");

	ServerBuilder(Registry registry) {
		this.registry = registry;
	}

	/**
	 * What it listens on; HTTP by default. Not closed with the server.
	 * @param transport the transport
	 * @return this
	 */
	public ServerBuilder transport(Transport transport) {
		this.transport = transport;
		return this;
	}

	/**
	 * What brings the subscribers' messages; without one, a subscriber is an error at the
	 * start. Not closed with the server.
	 * @param broker the broker
	 * @return this
	 */
	public ServerBuilder broker(Broker broker) {
		this.broker = broker;
		return this;
	}

	/**
	 * The codecs; protobuf, JSON and bytes by default.
	 * @param codecs the codecs
	 * @return this
	 */
	public ServerBuilder codecs(Codecs codecs) {
		this.codecs = codecs;
		return this;
	}

	/**
	 * What the server is called, where it listens, and how it comes and goes.
	 * @param options the options
	 * @return this
	 */
	public ServerBuilder options(ServerOptions options) {
		this.options = options;
		return this;
	}

	/**
	 * Wraps every handler; the first added is the outermost.
	 * @param interceptor the interceptor
	 * @return this
	 */
	public ServerBuilder intercept(HandlerInterceptor interceptor) {
		this.handlerInterceptors.add(interceptor);
		return this;
	}

	/**
	 * Wraps every subscriber; the first added is the outermost.
	 * @param interceptor the interceptor
	 * @return this
	 */
	public ServerBuilder interceptSubscriber(SubscriberInterceptor interceptor) {
		this.subscriberInterceptors.add(interceptor);
		return this;
	}

	/**
	 * Maps exceptions to errors; the first that answers wins.
	 * @param handler the mapping
	 * @return this
	 */
	public ServerBuilder exceptionHandler(MicroExceptionHandler handler) {
		this.exceptionHandlers.add(handler);
		return this;
	}

	/**
	 * Headers of a call that the calls made from inside its handler carry on.
	 * @param names the names, in any case; one that ends with {@code *} stands for all
	 * that begin so
	 * @return this
	 */
	public ServerBuilder propagate(List<String> names) {
		this.propagate = List.copyOf(names);
		return this;
	}

	/**
	 * Makes the server.
	 * @return the server, not started
	 */
	public Server build() {
		return new RpcServer(this);
	}

}
