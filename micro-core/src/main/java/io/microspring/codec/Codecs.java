package io.microspring.codec;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import org.jspecify.annotations.Nullable;

/**
 * Which codec a content type means. Immutable and thread-safe. go-micro: the tables
 * {@code DefaultCodecs} of client and server (protocol reference §3.2).
 */
public final class Codecs {

	/** The content type of protobuf. */
	public static final String PROTOBUF = "application/protobuf";

	/** The content type of JSON. */
	public static final String JSON = "application/json";

	/** The content type of bytes. */
	public static final String BYTES = "application/octet-stream";

	/** The content type of JSON in an envelope, as older go-micro speaks it. */
	public static final String JSON_RPC = "application/json-rpc";

	/** The content type of protobuf in an envelope, as older go-micro speaks it. */
	public static final String PROTO_RPC = "application/proto-rpc";

	/** The content type of gRPC's frames around protobuf. */
	public static final String GRPC = "application/grpc";

	/** The same as {@link #GRPC}, written out. */
	public static final String GRPC_PROTO = "application/grpc+proto";

	/** The content type of gRPC's frames around JSON. */
	public static final String GRPC_JSON = "application/grpc+json";

	private static final Codecs DEFAULTS = new Codecs(Map.of()).with(PROTOBUF, Codec.proto())
		.with(JSON, Codec.json())
		.with(BYTES, Codec.bytes())
		.with(JSON_RPC, Codec.jsonRpc())
		.with(PROTO_RPC, Codec.protoRpc())
		.with(GRPC, GrpcCodec.PROTO)
		.with(GRPC_PROTO, GrpcCodec.PROTO)
		.with(GRPC_JSON, GrpcCodec.JSON);

	private final Map<String, Codec> byContentType;

	private Codecs(Map<String, Codec> byContentType) {
		this.byContentType = byContentType;
	}

	/**
	 * Protobuf, JSON and bytes; the envelopes json-rpc and proto-rpc; gRPC's frames.
	 * @return the table
	 */
	public static Codecs defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy with one more content type. A {@linkplain Codec#json() JSON codec} for
	 * {@link #JSON} also writes and reads the bodies within {@link #JSON_RPC} and
	 * {@link #GRPC_JSON}.
	 * @param contentType the content type, without parameters
	 * @param codec its codec; replaces the one that was there
	 * @return the copy
	 */
	public Codecs with(String contentType, Codec codec) {
		Map<String, Codec> copy = new LinkedHashMap<>(this.byContentType);
		copy.put(contentType.toLowerCase(Locale.ROOT), codec);
		if (codec instanceof JsonCodec json && contentType.equalsIgnoreCase(JSON)) {
			copy.put(JSON_RPC, new JsonRpcCodec(json));
			copy.put(GRPC_JSON, new GrpcCodec(json));
		}
		return new Codecs(Collections.unmodifiableMap(copy));
	}

	/**
	 * The codec of a content type.
	 * @param contentType the content type; parameters such as {@code charset=utf-8} are
	 * passed over
	 * @return the codec, or null when there is none
	 */
	public @Nullable Codec find(String contentType) {
		Codec codec = this.byContentType.get(contentType);
		if (codec != null) {
			return codec;
		}
		return this.byContentType.get(bare(contentType));
	}

	/**
	 * The content type of the envelope in which older go-micro speaks a content type:
	 * what is written to a node that names no protocol, and what a request is read as
	 * that names no endpoint beside its body (protocol reference §3.2).
	 * @param contentType the content type; parameters are passed over
	 * @return the envelope's content type, or the content type itself when it has none
	 */
	public static String enveloped(String contentType) {
		return switch (bare(contentType)) {
			case JSON -> JSON_RPC;
			case PROTOBUF, BYTES -> PROTO_RPC;
			default -> contentType;
		};
	}

	/**
	 * The content types there are codecs for.
	 * @return the content types
	 */
	public Set<String> contentTypes() {
		return this.byContentType.keySet();
	}

	/**
	 * The content type for an object when nobody says otherwise: protobuf for protobuf's
	 * messages, bytes for bytes, JSON for all else.
	 * @param body the object, or null
	 * @param type the type of the expected answer, which decides when there is no object;
	 * or null
	 * @return the content type
	 */
	public static String contentTypeOf(@Nullable Object body, @Nullable Type type) {
		if (body == null) {
			return Messages.isMessage(type) ? PROTOBUF : (type == byte[].class) ? BYTES : JSON;
		}
		if (body instanceof MessageLite) {
			return PROTOBUF;
		}
		return (body instanceof byte[] || body instanceof ByteBuffer || body instanceof ByteString) ? BYTES : JSON;
	}

	private static String bare(String contentType) {
		int end = contentType.indexOf(';');
		return ((end < 0) ? contentType : contentType.substring(0, end)).trim().toLowerCase(Locale.ROOT);
	}

}
