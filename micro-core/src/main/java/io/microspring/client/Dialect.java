package io.microspring.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.microspring.call.Deadline;
import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.transport.Socket;
import org.jspecify.annotations.Nullable;

/**
 * How a node is spoken to: what carries a call, and how its messages are written and
 * read. One instance for all calls of a client. Thread-safe.
 */
interface Dialect {

	/**
	 * The codec that a content type means in this dialect.
	 * @param contentType the content type of the call
	 * @return the codec
	 * @throws MicroException 500 when there is none
	 */
	Codec codec(String contentType);

	/**
	 * What can carry a request at once.
	 * @param address the address of the node
	 * @return what carries it, or null when a connection must be opened first
	 */
	default @Nullable Exchange ready(String address) {
		return null;
	}

	/**
	 * Gets ready for one request.
	 * @param address the address of the node
	 * @param timeout how long connecting may take
	 * @return what carries the request; fails with a
	 * {@link io.microspring.transport.TransportException}
	 */
	CompletableFuture<? extends Exchange> connect(String address, Duration timeout);

	/**
	 * Writes a request.
	 * @param call the call
	 * @param body what {@link PreparedCall#body} has encoded
	 * @param limit the deadline of the attempt
	 * @return the message
	 */
	Message request(PreparedCall call, Message body, Deadline limit);

	/**
	 * The error in an answer.
	 * @param answer the answer
	 * @return the error, or null when the answer is none
	 */
	@Nullable MicroException error(Message answer);

	/**
	 * Opens what carries a stream.
	 * @param address the address of the node
	 * @param timeout how long connecting may take
	 * @return the socket; fails with a
	 * {@link io.microspring.transport.TransportException}
	 */
	CompletableFuture<Socket> open(String address, Duration timeout);

	/**
	 * How the messages of a stream are written and read.
	 * @param call the call that opens it
	 * @return the conversation
	 */
	Conversation conversation(PreparedCall call);

	/**
	 * Opens what carries a stream, and says how to speak on it.
	 * @param call the call that opens it
	 * @param address the address of the node
	 * @param timeout how long connecting may take
	 * @return both; fails as {@link #open(String, Duration)}
	 */
	default CompletableFuture<Opened> open(PreparedCall call, String address, Duration timeout) {
		return open(address, timeout).thenApply((socket) -> new Opened(socket, conversation(call)));
	}

	/**
	 * What carries a stream.
	 *
	 * @param socket the socket
	 * @param conversation what is spoken on it
	 */
	record Opened(Socket socket, Conversation conversation) {
	}

	/**
	 * What carries a request and its answer; one request, or many at a time.
	 */
	interface Exchange {

		/**
		 * Sends a request.
		 * @param request the request
		 * @param answer is told what becomes of it, on any thread, maybe before this
		 * returns
		 */
		void exchange(Message request, Answer answer);

		/**
		 * Writes and sends a request: as a message, where the connection knows no better.
		 * @param dialect writes it
		 * @param call the call
		 * @param body its encoded body
		 * @param limit the deadline of the attempt
		 * @param answer is told what becomes of it, as by
		 * {@link #exchange(Message, Answer)}
		 */
		default void exchange(Dialect dialect, PreparedCall call, Message body, Deadline limit, Answer answer) {
			exchange(dialect.request(call, body, limit), answer);
		}

		/** Gives back what has not been used. */
		void release();

		/**
		 * Gives an exchange up: whoever waits for its answer does so no more.
		 * @param answer what {@link #exchange} was given; one that has been told already,
		 * or was never given, is passed over
		 */
		void abandon(Answer answer);

	}

	/**
	 * Waits for the answer to one request, on a thread that must not be blocked. What it
	 * is told first counts, all else is passed over.
	 */
	interface Answer {

		/**
		 * The answer has come.
		 * @param message the answer
		 */
		void answered(Message message);

		/**
		 * There will be none.
		 * @param failure why; a {@link io.microspring.transport.TransportException} says
		 * whether the request can have been executed
		 */
		void failed(Throwable failure);

	}

	/**
	 * The messages of one stream.
	 */
	interface Conversation {

		/**
		 * The message that only says what the stream is.
		 * @param deadline the deadline of the stream
		 * @return the message
		 */
		Message opening(Deadline deadline);

		/**
		 * A message of the caller's.
		 * @param encoded the encoded object
		 * @return the message
		 */
		Message message(Message encoded);

		/**
		 * The message that stands for a request where the caller has none.
		 * @return the message, or null when none is needed
		 */
		default @Nullable Message nothing() {
			return null;
		}

		/**
		 * How long the handler may take to end what its caller has closed.
		 * @return the time, zero when closing the socket is to the handler what the end
		 * of sending is
		 */
		default Duration grace() {
			return Duration.ZERO;
		}

		/**
		 * The message that says that nothing more is sent.
		 * @return the message
		 */
		Message end();

		/**
		 * The message that says that something went wrong here.
		 * @param error the error
		 * @return the message, or null when closing the socket says it
		 */
		@Nullable Message failure(MicroException error);

		/**
		 * Tells a stream what a message of the handler's is to it.
		 * @param message the message
		 * @param stream the stream
		 */
		void received(Message message, ClientStream stream);

	}

}
