package io.microspring.codec;

import java.io.IOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;

import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.util.JsonGeneratorDelegate;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.deser.jdk.StringDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.util.TokenBuffer;

/**
 * Objects and messages in a {@link Format}: by way of Jackson's tokens, messages as in
 * {@link GoJson}, so that what JSON can carry the format can.
 */
final class FormatCodec implements BodyCodec {

	private static final int DEEPEST = 200;

	private final Format format;

	private final JsonCodec values;

	/**
	 * Creates the codec.
	 * @param format how values are written
	 * @param json how objects become values
	 */
	FormatCodec(Format format, JsonCodec json) {
		this.format = format;
		this.values = new JsonCodec(new Mapped(json), json.hasOwnMapper());
	}

	@Override
	public String name() {
		return this.format.name();
	}

	@Override
	public String contentType() {
		return contentTypes().get(0);
	}

	@Override
	public List<String> contentTypes() {
		return this.format.contentTypes();
	}

	@Override
	public Codec withMapper(JsonMapper mapper) {
		return new FormatCodec(this.format, new JsonCodec(mapper));
	}

	@Override
	public boolean hasOwnMapper() {
		return this.values.hasOwnMapper();
	}

	@Override
	public byte[] encode(Object object) {
		if (object instanceof MessageLite && !(object instanceof Message)) {
			throw unencodable(object, "it is a lite message, which has no fields to name; choose " + Codecs.PROTOBUF);
		}
		TokenBuffer tokens = TokenBuffer.forGeneration();
		try {
			JsonGenerator out = new Nesting(tokens);
			if (object instanceof Message message) {
				GoJson.write(message, out);
			}
			else {
				this.values.writer().writeValue(out, object);
			}
			JsonNode value = this.values.reader(JsonNode.class).readValue(tokens.asParser());
			return this.format.write(value);
		}
		catch (IOException ex) {
			throw unencodable(object, ex.getMessage()).because(ex);
		}
		catch (JacksonException ex) {
			throw unencodable(object, ex.getOriginalMessage()).because(ex);
		}
	}

	@Override
	public @Nullable Object decode(byte[] body, Type type) {
		MessageLite empty = Messages.isMessage(type) ? Messages.empty(type) : null;
		if (body.length == 0) {
			return empty;
		}
		TokenBuffer tokens = TokenBuffer.forGeneration();
		try {
			this.format.read(body, new Nesting(tokens));
			JsonParser parser = tokens.asParser();
			if (empty == null) {
				return this.values.reader(type).readValue(parser);
			}
			if (!(empty instanceof Message message)) {
				throw undecodable(type, "it is a lite message, which has no fields to name; send " + Codecs.PROTOBUF);
			}
			return MessageReader.read(parser, message.newBuilderForType());
		}
		catch (IOException ex) {
			throw undecodable(type, ex.getMessage()).because(ex);
		}
		catch (JacksonException ex) {
			throw undecodable(type, ex.getOriginalMessage()).because(ex);
		}
	}

	/** Refuses what is nested too deep before anything recurses that far. */
	private static final class Nesting extends JsonGeneratorDelegate {

		private int depth;

		Nesting(TokenBuffer tokens) {
			super(tokens, false);
		}

		@Override
		public JsonGenerator writeStartArray() {
			return deeper(super.writeStartArray());
		}

		@Override
		public JsonGenerator writeStartArray(Object value) {
			return deeper(super.writeStartArray(value));
		}

		@Override
		public JsonGenerator writeStartArray(Object value, int size) {
			return deeper(super.writeStartArray(value, size));
		}

		@Override
		public JsonGenerator writeStartObject() {
			return deeper(super.writeStartObject());
		}

		@Override
		public JsonGenerator writeStartObject(Object value) {
			return deeper(super.writeStartObject(value));
		}

		@Override
		public JsonGenerator writeStartObject(Object value, int size) {
			return deeper(super.writeStartObject(value, size));
		}

		@Override
		public JsonGenerator writeEndArray() {
			this.depth--;
			return super.writeEndArray();
		}

		@Override
		public JsonGenerator writeEndObject() {
			this.depth--;
			return super.writeEndObject();
		}

		private JsonGenerator deeper(JsonGenerator started) {
			this.depth++;
			if (this.depth > DEEPEST) {
				throw new StreamConstraintsException("nested more than " + DEEPEST + " deep");
			}
			return this;
		}

	}

	/** The mapper of JSON, for values that have bytes and exact numbers; made once. */
	private static final class Mapped implements Supplier<JsonMapper> {

		/** Some of Go's writers give text as bytes. */
		private static final StringDeserializer TEXT = new StringDeserializer() {

			@Override
			public String deserialize(JsonParser in, DeserializationContext context) {
				if (in.currentToken() == JsonToken.VALUE_EMBEDDED_OBJECT
						&& in.getEmbeddedObject() instanceof byte[] bytes) {
					return new String(bytes, StandardCharsets.UTF_8);
				}
				return super.deserialize(in, context);
			}

		};

		private final JsonCodec json;

		private volatile @Nullable JsonMapper made;

		Mapped(JsonCodec json) {
			this.json = json;
		}

		@Override
		public JsonMapper get() {
			JsonMapper known = this.made;
			if (known == null) {
				known = this.json.mapper()
					.rebuild()
					.disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
					.addModule(new SimpleModule("micro-format").addDeserializer(String.class, TEXT))
					.build();
				this.made = known;
			}
			return known;
		}

	}

}
