package io.microspring.server;

import io.microspring.call.Deadline;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Socket;
import org.jspecify.annotations.Nullable;

/**
 * How the one call of a socket is written: its answers are messages of the call, its
 * errors and ends the last one ({@link Headers#END}).
 */
interface CallDialect extends Dialect {

	/**
	 * What the caller said when it opened the call.
	 * @return its headers
	 */
	Metadata request();

	/**
	 * What the handler is told of the call: what the caller said, but for what tells the
	 * transport where it belongs.
	 * @param socket where it came from
	 * @return the metadata
	 */
	default Metadata metadata(Socket socket) {
		return request().toBuilder()
			.remove(Headers.PATH)
			.remove(Headers.HTTP_METHOD)
			.remove(Headers.CALL_PROTOCOL)
			.set(Headers.LOCAL, socket.local())
			.set(Headers.REMOTE, socket.remote())
			.build();
	}

	/**
	 * By when the caller wants its answer.
	 * @return the deadline
	 * @throws MicroException 400 when it cannot be read
	 */
	default Deadline deadline() {
		return ServerCall.deadline(request());
	}

	/**
	 * Writes the opening of the answer.
	 * @param headers headers that the handler set
	 * @return the message
	 */
	Message opening(Metadata headers);

	/** The end says the rest. */
	@Override
	default Message success(Message body, Metadata headers) {
		return part(body);
	}

	/** There is no other on its socket. */
	@Override
	default boolean ordered() {
		return false;
	}

	@Override
	default boolean streams() {
		return true;
	}

	/**
	 * Whether the caller waits for the opening of the answer before it says more.
	 * @return true when it does, so that it is told before the handler runs
	 */
	default boolean opensAtOnce() {
		return false;
	}

	/**
	 * What stands for the request of a caller that ended without one.
	 * @return the message, or null when such a caller is wrong
	 */
	default @Nullable Message emptyRequest() {
		return null;
	}

	/**
	 * The dialect of a call.
	 * @param opening the caller's opening
	 * @param server the server
	 * @return the dialect
	 */
	static CallDialect of(Message opening, RpcServer server) {
		Metadata headers = opening.headers();
		return switch (headers.getOrDefault(Headers.CALL_PROTOCOL, "")) {
			case WebSocketDialect.PROTOCOL -> new WebSocketDialect(headers, server.codecs);
			case MuxDialect.PROTOCOL -> new MuxDialect(headers, server.codecs);
			default -> new GrpcDialect(headers, server);
		};
	}

}
