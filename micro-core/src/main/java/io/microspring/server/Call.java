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
	 * {@code Remote} as in go-micro.
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
	 * Sends a header with the answer; {@code Micro-} headers and those that describe the
	 * message or the connection, such as {@code Content-Type}, are the server's own.
	 * @param name the header's name
	 * @param value its value
	 * @throws IllegalArgumentException for a header of the server's own, or an illegal
	 * character
	 */
	void responseHeader(String name, String value);

	/**
	 * Whether nobody waits for the answer any more: the deadline has passed, the caller
	 * has gone.
	 * @return true when the handler may give up
	 */
	boolean isCancelled();

}
