package io.microspring.server;

import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

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
	 * Reads the request's envelope, if it has one; its body later, when it is asked for.
	 * @param message the request
	 * @return what was read
	 * @throws MicroException 400 when the envelope does not decode
	 */
	default Codec.Incoming read(Message message) {
		return codec().read(Codec.Kind.REQUEST, message);
	}

	/**
	 * What the envelope of an answer says.
	 * @return the header
	 */
	default Codec.Header answer() {
		return Codec.Header.of(Codec.Kind.RESPONSE);
	}

	/**
	 * What the envelope of one message of a stream says.
	 * @return the header
	 */
	default Codec.Header ofPart() {
		return Codec.Header.of(Codec.Kind.RESPONSE);
	}

	/**
	 * Encodes what a handler has answered: as the request was, unless its caller asks for
	 * something else.
	 * @param codec the codec of the request
	 * @param result what was answered, or null
	 * @return the encoded answer
	 */
	default Message encode(Codec codec, @Nullable Object result) {
		return codec.write(answer(), result);
	}

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
	 * What the request's dialect is, in the order of the design's §4.
	 * @param message the request
	 * @param head what its headers say
	 * @param codecs the codecs of the server
	 * @param routes the endpoints of the server
	 * @return the dialect
	 */
	static Dialect of(Message message, RequestHead head, Codecs codecs, Routes routes) {
		if (head.path == null || head.micro) {
			return new MucpDialect(message, head, codecs, MucpDialect.isLegacy(head));
		}
		if (isEnveloped(message, codecs, routes)) {
			return new MucpDialect(message, head, codecs, true);
		}
		return new PlainJsonDialect(message.headers(), codecs);
	}

	/**
	 * Whether a request over http without any of go-micro's headers is one of its older
	 * envelopes: by its content type, by the path that its clients write, or by what it
	 * looks like where the path names nothing.
	 */
	private static boolean isEnveloped(Message message, Codecs codecs, Routes routes) {
		String contentType = message.headers().getOrDefault(Headers.CONTENT_TYPE, Codecs.PROTOBUF);
		String enveloped = Codecs.enveloped(contentType);
		Codec codec = codecs.find(enveloped);
		if (codec == null || !codec.isEnvelope()) {
			return false;
		}
		if (enveloped.equals(contentType)) {
			return true;
		}
		String path = PlainJsonDialect.path(message.headers());
		if (message.body().length == 0 || routes.find(PlainJsonDialect.endpoint(path)) != null) {
			return false;
		}
		return path.equals("/") || names(codec, message);
	}

	private static boolean names(Codec codec, Message message) {
		try {
			return !codec.read(Codec.Kind.REQUEST, message).header().endpoint().isEmpty();
		}
		catch (MicroException notEnveloped) {
			return false;
		}
	}

}
