package io.microspring.server;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Socket;
import org.jspecify.annotations.Nullable;

/**
 * Where a call came from, and where its answers go.
 */
interface CallOrigin {

	/**
	 * The socket, where the call or its connection is one.
	 * @return the socket
	 * @throws IllegalStateException for a call that shares its connection and does not
	 * stream
	 */
	Socket socket();

	/**
	 * Where it came from.
	 * @return {@code host:port}
	 */
	default String remote() {
		return socket().remote();
	}

	/**
	 * Whether the caller still waits, as far as known.
	 * @param call the call
	 * @return false once it has gone
	 */
	default boolean isWaiting(ServerCall call) {
		return socket().isOpen();
	}

	/**
	 * What the handler is told of the call, where it is made only for those who ask.
	 * @param call the call
	 * @return the metadata
	 */
	default Metadata metadata(ServerCall call) {
		return Metadata.empty();
	}

	/**
	 * Which of it the calls carry on that are made from inside.
	 * @param call the call
	 * @return the metadata, or null when that is still to be chosen
	 */
	default @Nullable Metadata propagated(ServerCall call) {
		return null;
	}

	/**
	 * Sends a message of a stream.
	 * @param call the stream's call
	 * @param body the encoded message
	 * @throws io.microspring.transport.TransportException when the caller has gone
	 */
	void send(ServerCall call, Message body);

	/**
	 * The call has its answer: sends it and lets go.
	 * @param call the call
	 * @param answer the answer
	 * @param failed whether it is an error
	 */
	void finish(ServerCall call, Message answer, boolean failed);

}
