package io.microspring.codec;

import java.lang.reflect.Type;
import java.util.List;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TreeNode;
import tools.jackson.core.util.ByteArrayBuilder;
import tools.jackson.databind.json.JsonMapper;

/**
 * go-micro's older JSON (protocol reference §3.4, {@code json-rpc}): one object that
 * names the method and holds the body, as JSON-RPC 1.0 does. The body is what Go's plain
 * encoder writes; every form is read. An event has no envelope. Names of an envelope that
 * mean nothing are passed over.
 */
final class JsonRpcCodec implements Codec {

	static final JsonRpcCodec INSTANCE = new JsonRpcCodec(JsonCodec.INSTANCE);

	private final JsonCodec json;

	JsonRpcCodec(JsonCodec json) {
		this.json = json;
	}

	@Override
	public String name() {
		return "json-rpc";
	}

	@Override
	public List<String> contentTypes() {
		return List.of(Codecs.JSON_RPC);
	}

	@Override
	public boolean isEnvelope() {
		return true;
	}

	@Override
	public Codec withMapper(JsonMapper mapper) {
		return new JsonRpcCodec(new JsonCodec(mapper));
	}

	@Override
	public boolean hasOwnMapper() {
		return this.json.hasOwnMapper();
	}

	@Override
	public Message write(Header header, @Nullable Object body) {
		ByteArrayBuilder bytes = new ByteArrayBuilder(512);
		try (JsonGenerator out = this.json.generator(bytes)) {
			if (header.kind() == Kind.EVENT) {
				this.json.writePlain(body, out);
			}
			else {
				envelope(header, body, out);
			}
			out.writeRaw('\n');
		}
		return new Message(Metadata.empty(), bytes.toByteArray());
	}

	@Override
	public Incoming read(Kind kind, Message message) {
		if (kind == Kind.EVENT) {
			return this.json.read(kind, message);
		}
		return new Envelope(this.json, kind, message.body()).parsed();
	}

	private void envelope(Header header, @Nullable Object body, JsonGenerator out) {
		out.writeStartObject();
		if (header.kind() == Kind.REQUEST) {
			out.writeStringProperty("method", header.endpoint());
			out.writeName("params");
			out.writeStartArray();
			this.json.writePlain(body, out);
			out.writeEndArray();
			out.writeStringProperty("id", header.id());
		}
		else {
			out.writeStringProperty("id", header.id());
			out.writeName("result");
			this.json.writePlain(body, out);
			out.writeName("error");
			if (header.error() == null) {
				out.writeNull();
			}
			else {
				out.writeString(header.error());
			}
		}
		out.writeEndObject();
	}

	/**
	 * What an envelope says, and where in it the body lies.
	 */
	private static final class Envelope extends JsonEnvelope {

		Envelope(JsonCodec json, Kind kind, byte[] bytes) {
			super(Codecs.JSON_RPC, json, kind, bytes);
		}

		@Override
		public Header header() {
			return new Header(this.kind, this.id, "", this.method, this.error);
		}

		@Override
		public @Nullable Object body(Type type) {
			if (type == Void.class || type == void.class) {
				return null;
			}
			return this.json.decode(body(), type);
		}

		@Override
		void read(JsonParser in) {
			if (in.nextToken() != JsonToken.START_OBJECT) {
				throw undecodable("it is no object");
			}
			while (in.nextToken() == JsonToken.PROPERTY_NAME) {
				String name = in.currentName();
				JsonToken value = in.nextToken();
				switch (name) {
					case "id" -> this.id = text(in, value);
					case "method" -> this.method = text(in, value);
					case "error" -> this.error = (value == JsonToken.VALUE_NULL) ? null : error(in, value);
					case "params" -> params(in, value);
					case "result" -> slice(in, value);
					default -> in.skipChildren();
				}
			}
			if (in.nextToken() != null) {
				throw undecodable("something stands behind it");
			}
		}

		/** go-micro's server takes a list of one. */
		private void params(JsonParser in, JsonToken value) {
			if (value != JsonToken.START_ARRAY) {
				slice(in, value);
				return;
			}
			JsonToken first = in.nextToken();
			if (first == JsonToken.END_ARRAY) {
				return;
			}
			slice(in, first);
			if (in.nextToken() != JsonToken.END_ARRAY) {
				throw undecodable("params has more than one element");
			}
		}

		private void slice(JsonParser in, JsonToken value) {
			if (value == JsonToken.VALUE_NULL) {
				noBody();
				return;
			}
			bodyIsHere(in);
		}

		private String text(JsonParser in, JsonToken value) {
			if (value == JsonToken.VALUE_NULL) {
				return "";
			}
			if (!value.isScalarValue()) {
				throw undecodable(in.currentName() + " is no text");
			}
			return in.getString();
		}

		/** JSON-RPC 2.0 has an object here, which is shown as it is. */
		private static String error(JsonParser in, JsonToken value) {
			if (!value.isScalarValue()) {
				TreeNode tree = in.readValueAsTree();
				return tree.toString();
			}
			String text = in.getString();
			return text.isEmpty() ? "unspecified error" : text;
		}

	}

}
