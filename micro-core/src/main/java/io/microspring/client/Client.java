package io.microspring.client;

import java.util.concurrent.CompletableFuture;

import io.microspring.call.Stream;
import io.microspring.call.UnsupportedSignatureException;
import io.microspring.broker.Broker;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import org.jspecify.annotations.Nullable;

/**
 * Calls services by name: selects a node, encodes, sends, waits, decodes; and publishes.
 * Thread-safe. go-micro: {@code client.Client}.
 */
public interface Client extends AutoCloseable {

	/**
	 * Calls and waits for the answer.
	 * @param <T> the type of the answer
	 * @param request what to call, and with what
	 * @param type the type of the answer
	 * @param options how to call
	 * @return the answer; null for an empty one that has no empty form, such as JSON's
	 * @throws io.microspring.errors.MicroException the error that the service answered,
	 * or with the id {@code go.micro.client} why there is no answer: 404 unknown service,
	 * 408 deadline, 503 no node, 500 anything else; {@link NotFound} has the first and
	 * the third otherwise
	 */
	<T> T call(Request request, Class<T> type, CallOptions options);

	/**
	 * Calls with the client's own options and waits for the answer.
	 * @param <T> the type of the answer
	 * @param request what to call, and with what
	 * @param type the type of the answer
	 * @return the answer
	 * @throws io.microspring.errors.MicroException see
	 * {@link #call(Request, Class, CallOptions)}
	 */
	default <T> T call(Request request, Class<T> type) {
		return call(request, type, CallOptions.defaults());
	}

	/**
	 * Calls without waiting. What depends on the answer runs where it may block, in the
	 * context of the call that is being served now.
	 * @param <T> the type of the answer
	 * @param request what to call, and with what
	 * @param type the type of the answer
	 * @param options how to call
	 * @return the answer; fails with a {@link io.microspring.errors.MicroException}.
	 * Cancelling it gives the call up
	 */
	<T> CompletableFuture<T> callAsync(Request request, Class<T> type, CallOptions options);

	/**
	 * Opens a stream on a connection of its own.
	 * @param <S> the type of what is sent
	 * @param <R> the type of what is received
	 * @param request what to call; a body is sent as the first message
	 * @param type the type of what is received
	 * @param options how to call; a time-out is the deadline of the whole stream, and
	 * there is none by default
	 * @return the open stream, to be closed by the caller
	 * @throws io.microspring.errors.MicroException see
	 * {@link #call(Request, Class, CallOptions)}
	 */
	<S, R> Stream<S, R> stream(Request request, Class<R> type, CallOptions options);

	/**
	 * Publishes an object: protobuf for protobuf's messages, bytes for bytes, JSON for
	 * all else.
	 * @param topic the topic
	 * @param payload the object
	 * @param metadata headers to send with it
	 * @throws io.microspring.errors.MicroException when it cannot be encoded, or the
	 * broker refuses
	 */
	void publish(String topic, Object payload, Metadata metadata);

	/**
	 * Publishes an object by another broker than the client's own.
	 * @param broker the broker
	 * @param topic the topic
	 * @param payload the object
	 * @param metadata headers to send with it
	 * @throws io.microspring.errors.MicroException see
	 * {@link #publish(String, Object, Metadata)}
	 */
	void publish(Broker broker, String topic, Object payload, Metadata metadata);

	/**
	 * Publishes an object without headers of its own.
	 * @param topic the topic
	 * @param payload the object
	 * @throws io.microspring.errors.MicroException see
	 * {@link #publish(String, Object, Metadata)}
	 */
	default void publish(String topic, Object payload) {
		publish(topic, payload, Metadata.empty());
	}

	/**
	 * An implementation of an interface that calls a service: method {@code hello} of
	 * {@code Say}, {@code SayClient} or {@code SayService} calls {@code Say.Hello}, and
	 * {@link io.microspring.call.MicroEndpoint} says otherwise. The return type decides
	 * how: the type itself waits, {@code CompletionStage} does not,
	 * {@code Flow.Publisher}, {@code Stream} and Reactor's types stream.
	 * @param <S> the interface
	 * @param service the name of the service
	 * @param api the interface
	 * @param options how to call, where neither a method nor a call says otherwise
	 * @return the implementation
	 * @throws UnsupportedSignatureException when a method has a signature that cannot be
	 * called, naming it and what can
	 */
	<S> S proxy(String service, Class<S> api, CallOptions options);

	/**
	 * An implementation of an interface that calls a service with the client's own
	 * options.
	 * @param <S> the interface
	 * @param service the name of the service
	 * @param api the interface
	 * @return the implementation
	 * @throws UnsupportedSignatureException see
	 * {@link #proxy(String, Class, CallOptions)}
	 */
	default <S> S proxy(String service, Class<S> api) {
		return proxy(service, api, CallOptions.defaults());
	}

	/**
	 * What the client is like, and its calls.
	 * @return the options it was given last
	 */
	ClientOptions options();

	/**
	 * Gives the client other options: the next call is made with them, those under way
	 * keep theirs. What the options say of the executor holds for the client's life, and
	 * what they carry on is read by the server beside it when that is made. go-micro:
	 * {@code Init}.
	 * @param options the options, all of them: start from {@link #options()}
	 * @throws IllegalArgumentException when they name another executor
	 */
	void reconfigure(ClientOptions options);

	/**
	 * Does what the first call of a service would have to wait for: looks the service up,
	 * and opens a connection to one of its nodes.
	 * @param service the name of the service
	 * @return done when the connection is there; fails when there is no service or no
	 * connection, which does no harm to calls. Whoever waits for it says how long
	 */
	CompletableFuture<@Nullable Void> warmUp(String service);

	/**
	 * What the client counts: connections and calls under way.
	 * @return a snapshot
	 */
	ClientStats stats();

	/**
	 * Closes the connections; calls under way fail. Idempotent.
	 */
	@Override
	void close();

	/**
	 * Starts a client.
	 * @param registry where services are found; a cache of the client's own is put before
	 * it, unless a selector is given
	 * @return a builder
	 */
	static ClientBuilder builder(Registry registry) {
		return new ClientBuilder(registry);
	}

	/**
	 * What a client counts.
	 *
	 * @param callsInFlight calls under way
	 * @param connectionsInUse connections that carry a call or stream
	 * @param connectionsIdle connections kept for the next call
	 * @param attempts attempts made since the start
	 * @param retries attempts after one of the same call that failed
	 * @param hedges attempts beside one of the same call that was slow
	 * @param retriesRefused calls that were not tried again as the retry budget was spent
	 * @param serviceName the service this client calls for, or null
	 */
	record ClientStats(long callsInFlight, int connectionsInUse, int connectionsIdle, long attempts, long retries,
			long hedges, long retriesRefused, @Nullable String serviceName) {
	}

}
