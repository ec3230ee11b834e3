package io.microspring.transport;

import java.time.Duration;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Limits and time-outs of the HTTP transport. Immutable.
 *
 * @param maxMessageSize the largest body in bytes, sent or received; 4 MiB by default. A
 * larger one is refused with 413; up to eight times as much is read and dropped, so that
 * the connection stays usable, beyond that it is closed
 * @param maxHeaderSize the largest request line, and the largest header section, in
 * bytes; 64 KiB by default. A larger one is answered with 431 and the connection closed
 * @param readTimeout how long the rest of a message may take once its first byte is
 * there; 30 s by default
 * @param idleTimeout how long a connection may be open without anything sent, received or
 * under way; 5 min by default. A stream on which neither end says anything for so long is
 * idle too; a WebSocket, and a stream of HTTP/2, is kept as long as its peer answers
 * pings
 * @param webSocketOrigins which origins' pages may open WebSockets, such as
 * {@code https://example.com}, beside those of the server's own host; {@code *} for any.
 * None by default. Callers that are no browsers send no origin, and are not asked
 * @param serverTls TLS of what is listened on; null, the default, for none. Nodes do not
 * announce it: all that call each other are configured alike
 * @param clientTls TLS of what is dialled; null, the default, for none
 * @param eventLoops how many threads wait for the network; zero, the default, for one for
 * every two processors
 * @param nativeTransport whether to wait for the network with epoll where
 * {@code netty-transport-native-epoll} is on the class path and fits the system, which is
 * the default; Java's selectors serve otherwise
 */
public record HttpOptions(int maxMessageSize, int maxHeaderSize, Duration readTimeout, Duration idleTimeout,
		Set<String> webSocketOrigins, @Nullable TlsOptions serverTls, @Nullable TlsOptions clientTls, int eventLoops,
		boolean nativeTransport) {

	public HttpOptions {
		webSocketOrigins = Set.copyOf(webSocketOrigins);
		if (maxMessageSize < 1 || maxHeaderSize < 1) {
			throw new IllegalArgumentException(
					"Limits are positive: maxMessageSize=" + maxMessageSize + ", maxHeaderSize=" + maxHeaderSize);
		}
		if (eventLoops < 0) {
			throw new IllegalArgumentException("A number of event loops is not negative: " + eventLoops);
		}
		if (!isPositive(readTimeout) || !isPositive(idleTimeout)) {
			throw new IllegalArgumentException(
					"Time-outs are positive: readTimeout=" + readTimeout + ", idleTimeout=" + idleTimeout);
		}
	}

	/**
	 * The defaults.
	 * @return the options
	 */
	public static HttpOptions defaults() {
		return new HttpOptions(4 * 1024 * 1024, 64 * 1024, Duration.ofSeconds(30), Duration.ofMinutes(5), Set.of(),
				null, null, 0, true);
	}

	/**
	 * A copy with another limit of the body.
	 * @param bytes the largest body
	 * @return the copy
	 */
	public HttpOptions withMaxMessageSize(int bytes) {
		return new HttpOptions(bytes, this.maxHeaderSize, this.readTimeout, this.idleTimeout, this.webSocketOrigins,
				this.serverTls, this.clientTls, this.eventLoops, this.nativeTransport);
	}

	/**
	 * A copy with another limit of the header section.
	 * @param bytes the largest header section
	 * @return the copy
	 */
	public HttpOptions withMaxHeaderSize(int bytes) {
		return new HttpOptions(this.maxMessageSize, bytes, this.readTimeout, this.idleTimeout, this.webSocketOrigins,
				this.serverTls, this.clientTls, this.eventLoops, this.nativeTransport);
	}

	/**
	 * A copy with another time-out for the rest of a message.
	 * @param timeout how long it may take
	 * @return the copy
	 */
	public HttpOptions withReadTimeout(Duration timeout) {
		return new HttpOptions(this.maxMessageSize, this.maxHeaderSize, timeout, this.idleTimeout,
				this.webSocketOrigins, this.serverTls, this.clientTls, this.eventLoops, this.nativeTransport);
	}

	/**
	 * A copy with another time-out for idle connections.
	 * @param timeout how long a connection may do nothing
	 * @return the copy
	 */
	public HttpOptions withIdleTimeout(Duration timeout) {
		return new HttpOptions(this.maxMessageSize, this.maxHeaderSize, this.readTimeout, timeout,
				this.webSocketOrigins, this.serverTls, this.clientTls, this.eventLoops, this.nativeTransport);
	}

	/**
	 * A copy with other origins of WebSockets.
	 * @param origins those allowed beside the server's own host
	 * @return the copy
	 */
	public HttpOptions withWebSocketOrigins(Set<String> origins) {
		return new HttpOptions(this.maxMessageSize, this.maxHeaderSize, this.readTimeout, this.idleTimeout, origins,
				this.serverTls, this.clientTls, this.eventLoops, this.nativeTransport);
	}

	/**
	 * A copy with TLS on what is listened on.
	 * @param tls the certificate and its key, or null for no TLS
	 * @return the copy
	 */
	public HttpOptions withServerTls(@Nullable TlsOptions tls) {
		return new HttpOptions(this.maxMessageSize, this.maxHeaderSize, this.readTimeout, this.idleTimeout,
				this.webSocketOrigins, tls, this.clientTls, this.eventLoops, this.nativeTransport);
	}

	/**
	 * A copy with TLS on what is dialled.
	 * @param tls whom to believe, or null for no TLS
	 * @return the copy
	 */
	public HttpOptions withClientTls(@Nullable TlsOptions tls) {
		return new HttpOptions(this.maxMessageSize, this.maxHeaderSize, this.readTimeout, this.idleTimeout,
				this.webSocketOrigins, this.serverTls, tls, this.eventLoops, this.nativeTransport);
	}

	/**
	 * A copy with another number of event loops.
	 * @param count how many threads wait for the network; zero for one for every two
	 * processors
	 * @return the copy
	 */
	public HttpOptions withEventLoops(int count) {
		return new HttpOptions(this.maxMessageSize, this.maxHeaderSize, this.readTimeout, this.idleTimeout,
				this.webSocketOrigins, this.serverTls, this.clientTls, count, this.nativeTransport);
	}

	/**
	 * A copy that says whether to use epoll.
	 * @param wanted false for Java's selectors in any case
	 * @return the copy
	 */
	public HttpOptions withNativeTransport(boolean wanted) {
		return new HttpOptions(this.maxMessageSize, this.maxHeaderSize, this.readTimeout, this.idleTimeout,
				this.webSocketOrigins, this.serverTls, this.clientTls, this.eventLoops, wanted);
	}

	private static boolean isPositive(Duration duration) {
		return !duration.isZero() && !duration.isNegative();
	}

}
