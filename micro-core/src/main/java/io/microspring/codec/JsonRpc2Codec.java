package io.microspring.codec;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.util.ByteArrayBuilder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON-RPC 2.0 as go-micro's plug-in {@code codec/jsonrpc2} writes it: the body is
 * {@code params} itself when it is an object or a list, else its one element. An event
 * has no envelope. The id of a request is answered as it was written; a request without
 * one is answered by nothing.
 * <p>
 * An error is {@code {"code", "message", "data"}}, {@code data} being go-micro's error
 * object where there is one.
 */
final class JsonRpc2Codec implements Codec {

	static final JsonRpc2Codec INSTANCE = new JsonRpc2Codec(JsonCodec.INSTANCE);

	private static final String VERSION = "2.0";

	private static final int METHOD_NOT_FOUND = -32601;

	private static final int SERVER_ERROR = -32000;

	/** What go-micro's router says of an endpoint that it does not have. */
	private static final String[] NOT_FOUND = { "rpc: can't find service", "rpc: can't find method",
			"rpc: service/endpoint request ill-formed" };

	private final JsonCodec json;

	JsonRpc2Codec(JsonCodec json) {
		this.json = json;
	}

	@Override
	public String name() {
		return "json-rpc2";
	}

	@Override
	public List<String> contentTypes() {
		return List.of(Codecs.JSON_RPC2);
	}

	@Override
	public boolean isEnvelope() {
		return true;
	}

	@Override
	public Codec withMapper(JsonMapper mapper) {
		return new JsonRpc2Codec(new JsonCodec(mapper));
	}

	@Override
	public boolean hasOwnMapper() {
		return this.json.hasOwnMapper();
	}

	@Override
	public Message write(Header header, @Nullable Object body) {
		if (header.echo() == Id.NONE) {
			return Message.of(Metadata.empty());
		}
		ByteArrayBuilder bytes = new ByteArrayBuilder(512);
		try (JsonGenerator out = this.json.generator(bytes)) {
			switch (header.kind()) {
				case EVENT -> this.json.writePlain(body, out);
				case REQUEST -> request(header, body, out);
				default -> response(header, body, out);
			}
			out.writeRaw('\n');
		}
		return new Message(Metadata.empty(), bytes.toByteArray());
	}

	private void request(Header header, @Nullable Object body, JsonGenerator out) {
		out.writeStartObject();
		out.writeStringProperty("jsonrpc", VERSION);
		out.writeStringProperty("method", header.endpoint());
		if (body != null) {
			String params = plain(body);
			boolean structured = params.startsWith("{") || params.startsWith("[");
			out.writeName("params");
			out.writeRawValue(structured ? params : "[" + params + "]");
		}
		out.writeStringProperty("id", header.id());
		out.writeEndObject();
	}

	private String plain(Object body) {
		ByteArrayBuilder bytes = new ByteArrayBuilder(512);
		try (JsonGenerator out = this.json.generator(bytes)) {
			this.json.writePlain(body, out);
		}
		return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
	}

	private void response(Header header, @Nullable Object body, JsonGenerator out) {
		out.writeStartObject();
		out.writeStringProperty("jsonrpc", VERSION);
		out.writeName("id");
		if (header.echo() instanceof Id id) {
			out.writeRawValue(id.json);
		}
		else if (header.id().isEmpty() && header.kind() == Kind.ERROR) {
			out.writeNull();
		}
		else {
			out.writeString(header.id());
		}
		if (header.error() == null) {
			out.writeName("result");
			this.json.writePlain(body, out);
		}
		else {
			out.writeName("error");
			error(header.error(), out);
		}
		out.writeEndObject();
	}

	private static void error(String text, JsonGenerator out) {
		MicroException error = MicroException.parse(text);
		boolean unknown = Arrays.stream(NOT_FOUND).anyMatch(error.detail()::startsWith);
		out.writeStartObject();
		out.writeNumberProperty("code", unknown ? METHOD_NOT_FOUND : SERVER_ERROR);
		out.writeStringProperty("message", error.detail());
		if (!error.isPlain()) {
			out.writeName("data");
			out.writeRawValue(error.toText());
		}
		out.writeEndObject();
	}

	@Override
	public Incoming read(Kind kind, Message message) {
		if (kind == Kind.EVENT) {
			return this.json.read(kind, message);
		}
		return new Envelope(this.json, kind, message.body()).parsed();
	}

	/** The id of a request, as JSON. */
	private record Id(String json) {

		/** Of a notification. */
		static final Id NONE = new Id("");

	}

	/** What an envelope says, and where in it the body lies. */
	private static final class Envelope extends JsonEnvelope {

		private String version = "";

		private @Nullable Id echo;

		Envelope(JsonCodec json, Kind kind, byte[] bytes) {
			super(Codecs.JSON_RPC2, json, kind, bytes);
		}

		@Override
		public Header header() {
			return new Header(this.kind, this.id, "", this.method, this.error, this.echo);
		}

		@Override
		public @Nullable Object body(Type type) {
			if (type == Void.class || type == void.class) {
				return null;
			}
			byte[] body = body();
			boolean inList = this.kind == Kind.REQUEST && body.length > 0 && body[0] == '[' && !isList(type);
			return this.json.decode(inList ? only(body) : body, type);
		}

		/** What a list of one holds: an object that is no object or list in JSON. */
		private byte[] only(byte[] list) {
			try (JsonParser in = parser(list)) {
				in.nextToken();
				if (in.nextToken() == JsonToken.END_ARRAY) {
					return new byte[0];
				}
				int begin = (int) in.currentTokenLocation().getByteOffset();
				in.skipChildren();
				in.finishToken();
				int end = (int) in.currentLocation().getByteOffset();
				if (in.nextToken() != JsonToken.END_ARRAY) {
					throw undecodable("params has more than one element");
				}
				return Arrays.copyOfRange(list, begin, end);
			}
		}

		private boolean isList(Type type) {
			if (Messages.isMessage(type)) {
				return false;
			}
			Class<?> raw = this.json.mapper().constructType(type).getRawClass();
			return raw == Object.class || JsonNode.class.isAssignableFrom(raw) || Iterable.class.isAssignableFrom(raw)
					|| (raw.isArray() && raw != byte[].class && raw != char[].class);
		}

		@Override
		void read(JsonParser in) {
			JsonToken first = in.nextToken();
			if (first != JsonToken.START_OBJECT) {
				throw undecodable((first == JsonToken.START_ARRAY) ? "batches are not taken" : "it is no object");
			}
			boolean notification = true;
			while (in.nextToken() == JsonToken.PROPERTY_NAME) {
				String name = in.currentName();
				JsonToken value = in.nextToken();
				switch (name) {
					case "jsonrpc" -> this.version = text(in, value);
					case "method" -> this.method = text(in, value);
					case "id" -> {
						notification = false;
						id(in, value);
					}
					case "params", "result" -> body(in, value);
					case "error" -> this.error = (value == JsonToken.VALUE_NULL) ? null : error(in, value);
					default -> in.skipChildren();
				}
			}
			if (in.nextToken() != null) {
				throw undecodable("something stands behind it");
			}
			if (!this.version.equals(VERSION)) {
				throw undecodable("jsonrpc is not \"2.0\"");
			}
			if (notification && this.kind == Kind.REQUEST) {
				this.echo = Id.NONE;
			}
		}

		private void id(JsonParser in, JsonToken value) {
			switch (value) {
				case VALUE_STRING -> this.id = in.getString();
				case VALUE_NULL -> echo("null");
				case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
					this.id = in.getString();
					echo(this.id);
				}
				default -> throw undecodable("id is no text and no number");
			}
		}

		private void echo(String json) {
			this.echo = (this.kind == Kind.REQUEST) ? new Id(json) : null;
		}

		private void body(JsonParser in, JsonToken value) {
			if (value == JsonToken.VALUE_NULL) {
				return;
			}
			if (this.kind == Kind.REQUEST && !value.isStructStart()) {
				throw undecodable("params is no object and no list");
			}
			bodyIsHere(in);
		}

		private String text(JsonParser in, JsonToken value) {
			if (value != JsonToken.VALUE_STRING) {
				throw undecodable(in.currentName() + " is no text");
			}
			return in.getString();
		}

		/** go-micro's own error in {@code data} says more than the message. */
		private String error(JsonParser in, JsonToken value) {
			if (value != JsonToken.START_OBJECT) {
				throw undecodable("error is no object");
			}
			JsonNode error = in.readValueAsTree();
			JsonNode data = error.path("data");
			String text = data.isObject() && data.has("detail") ? data.toString() : error.path("message").asString("");
			return text.isEmpty() ? "unspecified error" : text;
		}

	}

}
