package io.microspring.server;

import io.microspring.call.Deadline;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Socket;

/**
 * How the one call of a socket is written: its answers are messages of the call, its
 * errors and ends the last one ({@link Headers#END}).
 */
interface CallDialect extends Dialect {

	/**
	 * What the handler is told of the call.
	 * @param socket where it came from
	 * @return the metadata
	 */
	Metadata metadata(Socket socket);

	/**
	 * By when the caller wants its answer.
	 * @return the deadline
	 * @throws MicroException 400 when it cannot be read
	 */
	Deadline deadline();

	/**
	 * Writes the opening of the answer.
	 * @param headers headers that the handler set
	 * @return the message
	 */
	Message opening(Metadata headers);

	/**
	 * The dialect of a call.
	 * @param opening the caller's opening
	 * @param server the server
	 * @return the dialect
	 */
	static CallDialect of(Message opening, RpcServer server) {
		return new GrpcDialect(opening.headers(), server);
	}

}
