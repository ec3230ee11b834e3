package io.microspring.plugins.codec.bson;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * bson-rpc as go-micro's plug-in writes it (protocol reference §3.4): the document
 * {@code {ServiceMethod, Seq}}, in answers with {@code Error}, and behind it the body, if
 * there is one. Go's writer gives the texts as binary, and reads them either way. An
 * event is bare.
 *
 * @param body the codec of bodies
 */
record BsonRpcCodec(Codec body) implements Codec {

	private static final String CONTENT_TYPE = "application/bson-rpc";

	private static final String ENDPOINT = "ServiceMethod";

	private static final String ID = "Seq";

	private static final String ERROR = "Error";

	/** {@code {_Val_: null}}, which is nothing to Go's reader too. */
	private static final byte[] NOTHING = { 12, 0, 0, 0, 10, '_', 'V', 'a', 'l', '_', 0, 0 };

	/** A length and an end. */
	private static final int SHORTEST = 5;

	@Override
	public String name() {
		return "bson-rpc";
	}

	@Override
	public List<String> contentTypes() {
		return List.of(CONTENT_TYPE);
	}

	@Override
	public boolean isEnvelope() {
		return true;
	}

	@Override
	public Codec withMapper(JsonMapper mapper) {
		return new BsonRpcCodec(this.body.withMapper(mapper));
	}

	@Override
	public boolean hasOwnMapper() {
		return this.body.hasOwnMapper();
	}

	@Override
	public Message write(Header header, @Nullable Object object) {
		if (header.kind() == Kind.EVENT) {
			return this.body.write(header, object);
		}
		Map<String, byte[]> fields = new LinkedHashMap<>();
		fields.put(ENDPOINT, utf8(header.endpoint()));
		fields.put(ID, utf8(header.id()));
		if (header.kind() != Kind.REQUEST) {
			fields.put(ERROR, utf8((header.error() == null) ? "" : header.error()));
		}
		byte[] head = this.body.write(Header.of(Kind.EVENT), fields).body();
		byte[] encoded = (object == null) ? NOTHING : this.body.write(Header.of(Kind.EVENT), object).body();
		byte[] both = Arrays.copyOf(head, head.length + encoded.length);
		System.arraycopy(encoded, 0, both, head.length, encoded.length);
		return new Message(Metadata.empty(), both);
	}

	@Override
	public Incoming read(Kind kind, Message message) {
		byte[] bytes = message.body();
		if (kind == Kind.EVENT) {
			return this.body.read(kind, message);
		}
		if (bytes.length == 0) {
			return new Envelope(Header.of(kind), bytes, this.body);
		}
		int length = (bytes.length < Integer.BYTES) ? -1
				: ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
		if (length < SHORTEST || length > bytes.length) {
			throw undecodable("its header is said to have " + length + " bytes, and " + bytes.length + " are there");
		}
		Map<?, ?> fields = (Map<?, ?>) decode(Arrays.copyOf(bytes, length), Map.class);
		if (fields == null) {
			throw undecodable("it has no header");
		}
		String error = text(fields, ERROR);
		Header header = new Header(kind, text(fields, ID), "", text(fields, ENDPOINT), error.isEmpty() ? null : error);
		return new Envelope(header, Arrays.copyOfRange(bytes, length, bytes.length), this.body);
	}

	private @Nullable Object decode(byte[] document, Type type) {
		return this.body.read(Kind.EVENT, new Message(Metadata.empty(), document)).body(type);
	}

	private static String text(Map<?, ?> fields, String name) {
		Object value = fields.get(name);
		if (value == null) {
			return "";
		}
		if (value instanceof byte[] bytes) {
			return new String(bytes, StandardCharsets.UTF_8);
		}
		if (value instanceof String || value instanceof Number) {
			return value.toString();
		}
		throw undecodable(name + " is no text");
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static MicroException undecodable(String reason) {
		return MicroException.badRequest("go.micro.codec", CONTENT_TYPE + " envelope does not decode: " + reason);
	}

	private record Envelope(Header header, byte[] bytes, Codec codec) implements Incoming {

		@Override
		public @Nullable Object body(Type type) {
			return this.codec.read(Kind.EVENT, new Message(Metadata.empty(), this.bytes)).body(type);
		}

	}

}
