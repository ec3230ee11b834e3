package io.microspring.codec;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

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

	/** The content type of text. */
	public static final String TEXT = "text/plain";

	/** The content type of JSON in an envelope, as older go-micro speaks it. */
	public static final String JSON_RPC = "application/json-rpc";

	/** The content type of JSON-RPC 2.0. */
	public static final String JSON_RPC2 = "application/json-rpc2";

	/** The content type of protobuf in an envelope, as older go-micro speaks it. */
	public static final String PROTO_RPC = "application/proto-rpc";

	/** The content type of gRPC's frames around protobuf. */
	public static final String GRPC = "application/grpc";

	/** The same as {@link #GRPC}, written out. */
	public static final String GRPC_PROTO = "application/grpc+proto";

	/** The content type of gRPC's frames around JSON. */
	public static final String GRPC_JSON = "application/grpc+json";

	private static final Codecs DEFAULTS = new Codecs(Map.of()).with(Codec.proto())
		.with(Codec.json())
		.with(Codec.bytes())
		.with(Codec.text())
		.with(Codec.jsonRpc())
		.with(Codec.jsonRpc2())
		.with(Codec.protoRpc())
		.with(GrpcCodec.PROTO)
		.with(GrpcCodec.JSON);

	private final Map<String, Codec> byContentType;

	private Codecs(Map<String, Codec> byContentType) {
		this.byContentType = byContentType;
	}

	/**
	 * Protobuf, JSON, bytes and text; the envelopes json-rpc, json-rpc2 and proto-rpc;
	 * gRPC's frames.
	 * @return the table
	 */
	public static Codecs defaults() {
		return DEFAULTS;
	}

	/**
	 * A copy with one more codec.
	 * @param codec the codec; replaces those that its content types had
	 * @return the copy
	 * @throws IllegalArgumentException when it names no content type of its own
	 */
	public Codecs with(Codec codec) {
		if (codec.contentTypes().isEmpty()) {
			throw new IllegalArgumentException("The codec " + codec.name()
					+ " names no content type: give it one by contentTypes() or under(...)");
		}
		Codecs copy = this;
		for (String contentType : codec.contentTypes()) {
			copy = copy.with(contentType, codec);
		}
		return copy;
	}

	/**
	 * A copy with one more content type.
	 * @param contentType the content type, without parameters
	 * @param codec its codec; replaces the one that was there
	 * @return the copy
	 */
	public Codecs with(String contentType, Codec codec) {
		Map<String, Codec> copy = new LinkedHashMap<>(this.byContentType);
		copy.put(contentType.toLowerCase(Locale.ROOT), codec);
		return new Codecs(Collections.unmodifiableMap(copy));
	}

	/**
	 * A copy whose codecs all write and read objects with a mapper of your own: JSON, its
	 * envelopes, and the formats that are like it.
	 * @param mapper the mapper; its limits on depth and length hold where it reads itself
	 * @return the copy
	 */
	public Codecs withMapper(JsonMapper mapper) {
		Map<Codec, Codec> changed = new HashMap<>();
		Map<String, Codec> copy = new LinkedHashMap<>(this.byContentType);
		copy.replaceAll((contentType, codec) -> changed.computeIfAbsent(codec, (each) -> each.withMapper(mapper)));
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
	 * The content type of an answer, by what its caller accepts (RFC 9110, 12.5.1): the
	 * request's own where that is as welcome as any and can hold the answer, else the
	 * first of the table that can. Envelopes and frames are for those who ask in them.
	 * @param accept the {@code Accept} header, or null for none: everything
	 * @param own the content type of the request, of which there is a codec
	 * @param type the type of the answer
	 * @return the content type, without parameters; null when nothing that is accepted
	 * can hold the answer
	 */
	public @Nullable String answer(@Nullable String accept, String own, Type type) {
		Codec codec = find(own);
		boolean fits = codec != null && (codec.handles(type) || isOpen(type));
		String kept = fits ? bare(own) : null;
		if (kept != null && (accept == null || accept.equals("*/*") || isFirst(kept, accept))) {
			return kept;
		}
		return Accept.parse(accept).choose(candidates(kept, type));
	}

	/** Whether a header begins with a content type that it wants in full. */
	private static boolean isFirst(String contentType, String accept) {
		int end = contentType.length();
		return accept.startsWith(contentType) && (accept.length() == end || accept.charAt(end) == ',');
	}

	/**
	 * Nothing fits everywhere, and what may be anything is not known before it is there.
	 */
	private static boolean isOpen(Type type) {
		return type == Void.class || type == void.class || type == Object.class;
	}

	/**
	 * The content types that can hold an answer.
	 * @param first the one to prefer, or null
	 * @param type the type of the answer
	 * @return the content types, the preferred first
	 */
	Set<String> candidates(@Nullable String first, Type type) {
		Set<String> candidates = new LinkedHashSet<>();
		if (first != null) {
			candidates.add(first);
		}
		this.byContentType.forEach((contentType, codec) -> {
			if (!codec.isEnvelope() && !(codec instanceof GrpcCodec) && codec.handles(type)) {
				candidates.add(contentType);
			}
		});
		return candidates;
	}

	/**
	 * The error of a content type that there is no codec for.
	 * @param id who says so
	 * @param contentType the content type
	 * @return 415, naming those there are
	 */
	public MicroException unsupported(String id, String contentType) {
		return MicroException.of(id, 415,
				"Unsupported Content-Type: " + contentType + "; supported are " + String.join(", ", contentTypes()));
	}

	/**
	 * The error of an answer that a caller would not accept.
	 * @param id who says so
	 * @param accept the {@code Accept} header
	 * @param type the type of the answer
	 * @return 406, naming what it can be
	 */
	public MicroException unacceptable(String id, String accept, Type type) {
		return MicroException.of(id, 406,
				"The answer cannot be " + accept + "; it can be " + String.join(", ", candidates(null, type)));
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

	/** In lower case, and without parameters. */
	static String bare(String contentType) {
		int end = contentType.indexOf(';');
		return ((end < 0) ? contentType : contentType.substring(0, end)).trim().toLowerCase(Locale.ROOT);
	}

}
