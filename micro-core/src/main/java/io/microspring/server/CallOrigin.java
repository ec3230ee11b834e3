package io.microspring.server;

import io.microspring.message.Message;
import io.microspring.transport.Socket;

/**
 * Where a call came from, and where its answers go.
 */
interface CallOrigin {

	/**
	 * The socket.
	 * @return the socket
	 */
	Socket socket();

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
