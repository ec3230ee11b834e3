package io.microspring.codec;

import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;

import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns one call message into one transport message, and back.
 * <p>
 * Stateless and thread-safe. Simple codecs (protobuf, JSON, bytes) only look at the body,
 * and the server or client writes the header beside it; codecs with an envelope of their
 * own (json-rpc, proto-rpc) put the header into the body. go-micro: {@code codec.Codec}.
 */
public interface Codec {

	/**
	 * The codec's name, such as {@code proto} or {@code json}.
	 * @return the name
	 */
	String name();

	/**
	 * The content types that mean this codec, its own first: where
	 * {@link Codecs#with(Codec)} puts it.
	 * @return the content types, in lower case and without parameters; none by default
	 */
	default List<String> contentTypes() {
		return List.of();
	}

	/**
	 * Whether it puts the header into the body, so that a request needs nothing beside it
	 * to say what is called.
	 * @return false by default
	 */
	default boolean isEnvelope() {
		return false;
	}

	/**
	 * Whether it can write and read objects of a type: what an answer's content type is
	 * chosen by when a caller accepts several.
	 * @param type the type
	 * @return true by default
	 */
	default boolean handles(Type type) {
		return true;
	}

	/**
	 * The same codec with a mapper of your own for objects, where it uses one.
	 * @param mapper the mapper
	 * @return the codec; this one when it has no use for a mapper, as by default
	 */
	default Codec withMapper(JsonMapper mapper) {
		return this;
	}

	/**
	 * Whether it was given a mapper, which then is not to be replaced by one that is
	 * meant for all.
	 * @return false by default
	 */
	default boolean hasOwnMapper() {
		return false;
	}

	/**
	 * The same codec for other content types, such as those that a fleet has given it.
	 * @param contentTypes the content types, the one it is to be known by first
	 * @return the codec
	 */
	default Codec under(String... contentTypes) {
		return new RenamedCodec(this, List.of(contentTypes));
	}

	/**
	 * Writes a message.
	 * @param header what kind of message it is and whom it is for
	 * @param body the object to encode, or null for none
	 * @return the message: its body, and such headers as the codec itself needs
	 * @throws io.microspring.errors.MicroException 500 with the id {@code go.micro.codec}
	 * when the codec cannot encode the object
	 */
	Message write(Header header, @Nullable Object body);

	/**
	 * Reads a message: its header now, its body once its type is known.
	 * @param kind what kind of message it must be
	 * @param message the message
	 * @return what was read
	 * @throws io.microspring.errors.MicroException 400 with the id {@code go.micro.codec}
	 * when an envelope does not decode
	 */
	Incoming read(Kind kind, Message message);

	/**
	 * A message of which the header has been read.
	 */
	interface Incoming {

		/**
		 * The header of an envelope; for codecs without one, empty strings.
		 * @return the header
		 */
		Header header();

		/**
		 * Decodes the body.
		 * @param type the type to decode to; {@code Void} passes it over
		 * @return the object; an empty body is the type's empty message where it has one
		 * (protobuf), no bytes for bytes, else null
		 * @throws io.microspring.errors.MicroException 400 with the id
		 * {@code go.micro.codec} when it does not decode, and the detail says why
		 */
		@Nullable Object body(Type type);

	}

	/**
	 * What an envelope says about a message.
	 *
	 * @param kind what kind of message it is
	 * @param id the caller's sequence number
	 * @param service the service called
	 * @param endpoint the endpoint called
	 * @param error the text of an error, or null
	 * @param echo what the codec wants to see again in the header of the answer, such as
	 * an id that is no text; null for nothing
	 */
	record Header(Kind kind, String id, String service, String endpoint, @Nullable String error,
			@Nullable Object echo) {

		private static final Header[] EMPTY = Arrays.stream(Kind.values())
			.map((kind) -> new Header(kind, "", "", "", null))
			.toArray(Header[]::new);

		/**
		 * A header with nothing to be repeated.
		 * @param kind what kind of message it is
		 * @param id the caller's sequence number
		 * @param service the service called
		 * @param endpoint the endpoint called
		 * @param error the text of an error, or null
		 */
		public Header(Kind kind, String id, String service, String endpoint, @Nullable String error) {
			this(kind, id, service, endpoint, error, null);
		}

		/**
		 * A header that says nothing but its kind.
		 * @param kind the kind
		 * @return the header
		 */
		public static Header of(Kind kind) {
			return EMPTY[kind.ordinal()];
		}

	}

	/**
	 * The kinds of message, in go-micro's order.
	 */
	enum Kind {

		/** An error. */
		ERROR,
		/** A request. */
		REQUEST,
		/** A response. */
		RESPONSE,
		/** An event of a topic. */
		EVENT

	}

	/**
	 * Protobuf, bare messages, nested up to 100 deep: {@code application/protobuf}.
	 * @return the codec
	 */
	static Codec proto() {
		return ProtoCodec.INSTANCE;
	}

	/**
	 * JSON: protobuf's own JSON for messages, nested up to 100 deep, Jackson for objects,
	 * nested up to 200 deep: {@code application/json}. Unknown fields are passed over.
	 * @return the codec
	 */
	static Codec json() {
		return JsonCodec.INSTANCE;
	}

	/**
	 * JSON with a mapper of your own for objects; messages keep protobuf's own JSON.
	 * @param mapper the mapper; its limits on depth and length hold
	 * @return the codec
	 */
	static Codec json(JsonMapper mapper) {
		return new JsonCodec(mapper);
	}

	/**
	 * JSON in go-micro's older envelope: {@code application/json-rpc}. Bodies are written
	 * as Go's plain encoder does, numbers and enums of messages as numbers, and read as
	 * by {@link #json()}.
	 * @return the codec
	 */
	static Codec jsonRpc() {
		return JsonRpcCodec.INSTANCE;
	}

	/**
	 * JSON-RPC 2.0, as go-micro's plug-in {@code jsonrpc2} and everybody else speaks it:
	 * {@code application/json-rpc2}. Bodies are those of {@link #jsonRpc()}. Batches are
	 * refused.
	 * @return the codec
	 */
	static Codec jsonRpc2() {
		return JsonRpc2Codec.INSTANCE;
	}

	/**
	 * Protobuf in go-micro's older envelope: {@code application/proto-rpc}.
	 * @return the codec
	 */
	static Codec protoRpc() {
		return ProtoRpcCodec.INSTANCE;
	}

	/**
	 * Protobuf in gRPC's framing, for go-micro's own protocol: {@code application/grpc}.
	 * gRPC over HTTP/2 needs no codec of its own.
	 * @return the codec
	 */
	static Codec grpc() {
		return GrpcCodec.PROTO;
	}

	/**
	 * Bytes as they are, from and to {@code byte[]}, {@code ByteBuffer} and
	 * {@code ByteString}: {@code application/octet-stream}.
	 * @return the codec
	 */
	static Codec bytes() {
		return BytesCodec.INSTANCE;
	}

	/**
	 * Text as it is, from and to {@code String}: {@code text/plain}. It is written in
	 * UTF-8 and read in the {@code charset} that the content type names, else UTF-8.
	 * @return the codec
	 */
	static Codec text() {
		return TextCodec.INSTANCE;
	}

	/**
	 * A codec for a format that has JSON's kinds of value, and bytes: objects are turned
	 * into values and back by Jackson, messages as by {@link #jsonRpc()}; both nested up
	 * to 200 deep, messages up to 100.
	 * @param format the format
	 * @return the codec
	 */
	static Codec of(Format format) {
		return new FormatCodec(format, JsonCodec.INSTANCE);
	}

}
