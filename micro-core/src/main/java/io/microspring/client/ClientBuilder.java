package io.microspring.client;

import java.util.ArrayList;
import java.util.List;

import io.microspring.broker.Broker;
import io.microspring.codec.Codecs;
import io.microspring.registry.Registry;
import io.microspring.selector.Selector;
import io.microspring.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Makes a client. Not thread-safe.
 */
public final class ClientBuilder {

	final Registry registry;

	@Nullable Selector selector;

	@Nullable Transport transport;

	@Nullable Broker broker;

	Codecs codecs = Codecs.defaults();

	ClientOptions options = ClientOptions.defaults();

	String name = "";

	final List<CallInterceptor> callInterceptors = new ArrayList<>();

	final List<PublishInterceptor> publishInterceptors = new ArrayList<>();

	ClientBuilder(Registry registry) {
		this.registry = registry;
	}

	/**
	 * Who picks nodes; random over the registry by default. Not closed with the client.
	 * @param selector the selector
	 * @return this
	 */
	public ClientBuilder selector(Selector selector) {
		this.selector = selector;
		return this;
	}

	/**
	 * What carries calls; HTTP by default. Not closed with the client.
	 * @param transport the transport
	 * @return this
	 */
	public ClientBuilder transport(Transport transport) {
		this.transport = transport;
		return this;
	}

	/**
	 * What carries publications; without one, publishing is an error. Not closed with the
	 * client.
	 * @param broker the broker
	 * @return this
	 */
	public ClientBuilder broker(Broker broker) {
		this.broker = broker;
		return this;
	}

	/**
	 * The codecs; protobuf, JSON and bytes by default.
	 * @param codecs the codecs
	 * @return this
	 */
	public ClientBuilder codecs(Codecs codecs) {
		this.codecs = codecs;
		return this;
	}

	/**
	 * What calls are like by default.
	 * @param options the options
	 * @return this
	 */
	public ClientBuilder options(ClientOptions options) {
		this.options = options;
		return this;
	}

	/**
	 * The service that calls: sent along as {@code Micro-From-Service}.
	 * @param name the name, empty for none
	 * @return this
	 */
	public ClientBuilder name(String name) {
		this.name = name;
		return this;
	}

	/**
	 * Wraps every call; the first added is the outermost.
	 * @param interceptor the interceptor
	 * @return this
	 */
	public ClientBuilder intercept(CallInterceptor interceptor) {
		this.callInterceptors.add(interceptor);
		return this;
	}

	/**
	 * Wraps every publication; the first added is the outermost.
	 * @param interceptor the interceptor
	 * @return this
	 */
	public ClientBuilder interceptPublish(PublishInterceptor interceptor) {
		this.publishInterceptors.add(interceptor);
		return this;
	}

	/**
	 * Makes the client.
	 * @return the client
	 */
	public Client build() {
		return new RpcClient(this);
	}

}
