package io.microspring.server;

import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;

/**
 * How a request is written and its answer is to be: what tells the protocols of one port
 * apart above the transport. One instance per request.
 */
interface Dialect {

	/**
	 * The endpoint that is called.
	 * @param routes the endpoints of the server
	 * @return the endpoint
	 * @throws MicroException in the words of the protocol, when there is no such thing
	 */
	Route route(Routes routes);

	/**
	 * The codec of the request and of its answer.
	 * @return the codec
	 * @throws MicroException 415 when there is none for the content type
	 */
	Codec codec();

	/**
	 * Writes an answer.
	 * @param body the encoded answer
	 * @param headers headers that the handler set
	 * @return the message
	 */
	Message success(Message body, Metadata headers);

	/**
	 * Writes an error.
	 * @param error the error
	 * @return the message
	 */
	Message failure(MicroException error);

	/**
	 * Writes one message of a stream.
	 * @param body the encoded message
	 * @return the message
	 */
	Message part(Message body);

	/**
	 * Writes the good end of a stream.
	 * @return the message
	 */
	Message end();

	/**
	 * Whether answers of one connection must come in the order of their requests.
	 * @return true when they must
	 */
	boolean ordered();

	/**
	 * Whether the protocol has streams.
	 * @return true when it has
	 */
	boolean streams();

	/**
	 * Has what is sent from now on compressed, or not, if the protocol and the caller
	 * can.
	 * @param wanted whether to compress
	 */
	default void compress(boolean wanted) {
	}

	/**
	 * What the request's dialect is, in the order of the design's §4. The legacy
	 * envelopes come before plain JSON once they are there.
	 * @param message the request
	 * @param codecs the codecs of the server
	 * @return the dialect
	 */
	static Dialect of(Message message, Codecs codecs) {
		Metadata headers = message.headers();
		if (isMucp(headers)) {
			return new MucpDialect(headers, codecs);
		}
		return new PlainJsonDialect(headers, codecs);
	}

	private static boolean isMucp(Metadata headers) {
		return headers.get(Headers.PATH) == null || headers.hasPrefix("Micro-") || headers.hasPrefix("X-Micro-");
	}

}
