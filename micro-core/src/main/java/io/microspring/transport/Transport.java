package io.microspring.transport;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Connections between two services. go-micro: {@code transport.Transport}.
 * <p>
 * Thread-safe. Nothing is opened or started before the first {@link #dial} or
 * {@link #listen}.
 */
public interface Transport extends AutoCloseable {

	/**
	 * The transport's name, such as {@code http}: it stands in the metadata of every node
	 * that serves on it.
	 * @return the name
	 */
	String name();

	/**
	 * Opens a connection without blocking.
	 * @param address {@code host:port}
	 * @param timeout how long it may take
	 * @return the socket; fails with a {@link TransportException} of which
	 * {@link TransportException#isUnsent()} is true
	 */
	CompletableFuture<Socket> dial(String address, Duration timeout);

	/**
	 * Opens a socket that carries a single call, without blocking: a stream of HTTP/2 on
	 * a connection that is shared with other calls to the address.
	 * <p>
	 * Either end speaks in this order: one opening message, which has headers and no body
	 * (the caller's names {@link io.microspring.message.Headers#CALL_PROTOCOL} and
	 * {@link io.microspring.message.Headers#PATH}, the answer's
	 * {@link io.microspring.message.Headers#HTTP_STATUS}); any number of messages of the
	 * call; one that is marked by {@link io.microspring.message.Headers#END}, whose other
	 * headers are trailers, and whose body, where a caller's has one, is the last of
	 * these messages. A callee may leave out all but the last. Closing the socket before
	 * both ends have ended cancels the call, and the peer's {@link Receiver#onClosed} is
	 * given a cause.
	 * @param address {@code host:port}
	 * @param timeout how long connecting may take
	 * @return the socket; fails with a {@link TransportException} of which
	 * {@link TransportException#isUnsent()} is true, also when the transport has no such
	 * sockets
	 */
	default CompletableFuture<Socket> openStream(String address, Duration timeout) {
		return CompletableFuture.failedFuture(
				new TransportException("the " + name() + " transport has no streams of single calls", true, null));
	}

	/**
	 * Accepts connections.
	 * @param address {@code host:port}; port 0 for any free one, {@code host:min-max} for
	 * the first free one of a range, empty host for all interfaces
	 * @param onAccept is given each new socket, on a thread that must not be blocked, and
	 * installs a receiver there and then; it may be called only once the peer has sent
	 * something
	 * @return the listener
	 * @throws TransportException when the address cannot be had; the message names it,
	 * and the cause is a {@link java.net.BindException} when the port is taken
	 */
	Listener listen(String address, Consumer<Socket> onAccept);

	/**
	 * Accepts connections, those included that carry many calls at a time
	 * ({@link #multiplex()}).
	 * @param address as of {@link #listen(String, Consumer)}
	 * @param onAccept is given each new socket, and one for each stream of a multiplexed
	 * connection
	 * @param onMultiplex is given each new multiplexed connection, on a thread that must
	 * not be blocked, and gives back what takes its calls
	 * @return the listener
	 * @throws TransportException as {@link #listen(String, Consumer)}
	 */
	default Listener listen(String address, Consumer<Socket> onAccept,
			Function<Multiplexed, Multiplexed.Receiver> onMultiplex) {
		return listen(address, onAccept);
	}

	/**
	 * How many calls share one connection between two services of ours, which both
	 * announce it: by the entry {@code micro-mux} of a node's metadata.
	 * @return a name, or null when they do not
	 */
	default @Nullable String multiplex() {
		return null;
	}

	/**
	 * Opens a connection that carries many calls at a time, without blocking.
	 * @param address {@code host:port}
	 * @param timeout how long it may take
	 * @return the connection; fails with a {@link TransportException} when it cannot be
	 * had, or whoever listens there does not know such connections
	 */
	default CompletableFuture<Multiplex> dialMultiplex(String address, Duration timeout) {
		return CompletableFuture.failedFuture(
				new TransportException("the " + name() + " transport has no multiplexed connections", true, null));
	}

	/**
	 * The largest message body that can be sent or received.
	 * @return the limit in bytes
	 */
	default int maxMessageSize() {
		return HttpOptions.defaults().maxMessageSize();
	}

	/**
	 * The other transports that this one's engine dials as well, so that a client reaches
	 * a node on the transport which the node announces. They are closed with this one.
	 * @return the transports, none by default
	 */
	default List<Transport> siblings() {
		return List.of();
	}

	/**
	 * Closes what was opened. Idempotent.
	 */
	@Override
	void close();

	/**
	 * HTTP/1.1 on Netty, as go-micro's default.
	 * @return a new transport with the default limits
	 */
	static Transport http() {
		return http(HttpOptions.defaults());
	}

	/**
	 * HTTP/1.1 on Netty, as go-micro's default.
	 * @param options its limits and time-outs
	 * @return a new transport
	 */
	static Transport http(HttpOptions options) {
		return new HttpTransport(options);
	}

	/**
	 * Calls of gRPC that carry go-micro's messages, as go-micro's grpc transport. Nodes
	 * of go-micro v1 have another path than newer ones; which is found out.
	 * @return a new transport with the default limits
	 */
	static Transport grpc() {
		return grpc(HttpOptions.defaults());
	}

	/**
	 * Calls of gRPC that carry go-micro's messages, as go-micro's grpc transport. A
	 * listener serves all that the http transport serves.
	 * @param options its limits and time-outs
	 * @return a new transport
	 */
	static Transport grpc(HttpOptions options) {
		return new HttpTransport(options).grpc();
	}

	/**
	 * Inside the process: no socket, no event loop. Transports of one process share their
	 * addresses.
	 * @return a new transport
	 */
	static Transport memory() {
		return new MemoryTransport();
	}

}
