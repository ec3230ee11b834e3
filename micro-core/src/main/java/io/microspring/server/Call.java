package io.microspring.server;

import io.microspring.call.Deadline;
import io.microspring.call.Stream;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * A call that is being handled: what the handler may want to know besides the request,
 * and may want to answer besides the response. go-micro: the context of a handler.
 * <p>
 * To be used by the handler and what it starts, until the answer is given.
 */
public interface Call {

	/**
	 * The service that answers.
	 * @return its name
	 */
	String service();

	/**
	 * The endpoint that was called.
	 * @return its name, such as {@code Say.Hello}
	 */
	String endpoint();

	/**
	 * Everything the caller sent along: the headers of the request, and {@code Local} and
	 * {@code Remote} as in go-micro. A header of gRPC whose name ends with {@code -bin}
	 * is there in base64, as it travels:
	 * {@link io.microspring.message.Headers#binary(String)} makes bytes of it.
	 * @return the metadata
	 */
	Metadata metadata();

	/**
	 * By when the answer must be given.
	 * @return the deadline, {@link Deadline#NONE} when the caller set none
	 */
	Deadline deadline();

	/**
	 * The caller's address.
	 * @return {@code host:port}
	 */
	String remote();

	/**
	 * The decoded request.
	 * @return the request, or null for streams and for an empty body
	 */
	@Nullable Object request();

	/**
	 * The stream, for endpoints that stream.
	 * @return the stream
	 * @throws IllegalStateException when the endpoint does not stream
	 */
	Stream<Object, Object> stream();

	/**
	 * Sends a header with the answer; {@code Micro-} and {@code grpc-} headers and those
	 * that describe the message or the connection, such as {@code Content-Type}, are the
	 * server's own. Of a gRPC stream, headers travel with its first message: what is set
	 * later is not sent.
	 * @param name the header's name
	 * @param value its value
	 * @throws IllegalArgumentException for a header of the server's own, or an illegal
	 * character
	 */
	void responseHeader(String name, String value);

	/**
	 * Sends a header behind the answer, where the protocol has trailers (gRPC); elsewhere
	 * it is not sent.
	 * @param name the trailer's name
	 * @param value its value
	 * @throws IllegalArgumentException as {@link #responseHeader} does
	 */
	void responseTrailer(String name, String value);

	/**
	 * Has what is sent from now on compressed, or not, where the protocol and the caller
	 * can (gRPC: gzip). Must be called before the first message is sent to have an effect
	 * on any; then each message is as was said last before it. Without it,
	 * {@link GrpcOptions#compression()} counts.
	 * @param wanted whether to compress
	 */
	void compress(boolean wanted);

	/**
	 * Whether the message that was received last came compressed (gRPC).
	 * @return true when it did; it is decompressed already
	 */
	boolean isCompressed();

	/**
	 * Whether nobody waits for the answer any more: the deadline has passed, the caller
	 * has gone.
	 * @return true when the handler may give up
	 */
	boolean isCancelled();

}
