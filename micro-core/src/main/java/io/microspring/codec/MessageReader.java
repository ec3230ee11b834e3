package io.microspring.codec;

import java.nio.charset.StandardCharsets;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.util.TokenBuffer;

/**
 * Reads JSON into protobuf messages, in every form that go-micro's generations write
 * (protocol reference §3.4): names in camel or snake case, 64-bit numbers as numbers or
 * texts, enums by number or name, times as texts or, by Go's plain encoder, as objects of
 * their fields. Unknown fields and enum names are passed over, null is a field left out.
 * <p>
 * protobuf's own parser builds a tree first and follows an exponent of any size; this one
 * reads as it goes, and keeps nothing but an {@code Any} that tells its type late.
 * Messages may be nested 100 deep.
 */
final class MessageReader {

	private static final int DEEPEST = KnownTypes.DEEPEST;

	/** What names the type of what an {@code Any} holds. */
	private static final String TYPE_URL = "@type";

	private static final JsonMapper MAPPER = JsonMapper
		.builder(JsonFactory.builder()
			.streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(2 * DEEPEST).build())
			.build())
		// A value of its own kind stands in the middle of a message.
		.disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.build();

	private static final JsonFormat.Parser WELL_KNOWN = JsonFormat.parser().ignoringUnknownFields();

	private final JsonParser in;

	/** The type of the message: what an {@code Any} names is known to it. */
	private final Descriptor root;

	/** Whether this is read again, and was kept meanwhile. */
	private final boolean kept;

	private MessageReader(JsonParser in, Descriptor root, boolean kept) {
		this.in = in;
		this.root = root;
		this.kept = kept;
	}

	/**
	 * Reads a message.
	 * @param json the JSON text, in UTF-8
	 * @param to takes the fields
	 * @return the message
	 * @throws InvalidProtocolBufferException when a value does not fit its field
	 * @throws tools.jackson.core.JacksonException when it is no JSON
	 */
	static Message read(byte[] json, Message.Builder to) throws InvalidProtocolBufferException {
		try (JsonParser in = MAPPER.createParser(json)) {
			return read(in, to);
		}
	}

	/**
	 * Reads a message from JSON's tokens, in which bytes may be bytes.
	 * @param in the tokens, before the first
	 * @param to takes the fields
	 * @return the message
	 * @throws InvalidProtocolBufferException when a value does not fit its field
	 * @throws tools.jackson.core.JacksonException when they are no JSON
	 */
	static Message read(JsonParser in, Message.Builder to) throws InvalidProtocolBufferException {
		MessageReader reader = new MessageReader(in, to.getDescriptorForType(), false);
		if (in.nextToken() == null) {
			throw new InvalidProtocolBufferException("there is nothing but white space");
		}
		reader.value(to, DEEPEST);
		if (in.nextToken() != null) {
			throw new InvalidProtocolBufferException("something stands behind the message");
		}
		return built(to);
	}

	private static Message built(Message.Builder message) throws InvalidProtocolBufferException {
		if (!message.isInitialized()) {
			throw new InvalidProtocolBufferException("missing are " + message.getInitializationErrorString());
		}
		return message.build();
	}

	/** The token at hand as a message. */
	private void value(Message.Builder to, int depth) throws InvalidProtocolBufferException {
		if (depth == 0) {
			throw tooDeep();
		}
		JsonToken token = this.in.currentToken();
		Descriptor type = to.getDescriptorForType();
		if (type.getFullName().startsWith("google.protobuf.") && wellKnown(to, type, token, depth)) {
			return;
		}
		if (token == JsonToken.VALUE_NULL) {
			return;
		}
		if (token != JsonToken.START_OBJECT) {
			throw new InvalidProtocolBufferException(type.getName() + " is an object, not " + shown(token));
		}
		if (KnownTypes.isAny(type)) {
			any(to, depth);
		}
		else {
			fields(to, depth);
		}
	}

	/** The rest of an object. */
	private void fields(Message.Builder to, int depth) throws InvalidProtocolBufferException {
		Descriptor type = to.getDescriptorForType();
		while (this.in.nextToken() == JsonToken.PROPERTY_NAME) {
			FieldDescriptor field = find(type, this.in.currentName());
			JsonToken value = this.in.nextToken();
			if (field == null) {
				this.in.skipChildren();
			}
			else if (value != JsonToken.VALUE_NULL || takesNull(field)) {
				field(field, to, depth);
			}
		}
	}

	/**
	 * The rest of an {@code Any}: what it holds, beside the name of the type, which is
	 * how protobuf's JSON has it; or its fields, which is how Go's plain encoder does.
	 */
	private void any(Message.Builder to, int depth) throws InvalidProtocolBufferException {
		if (this.in.nextToken() != JsonToken.PROPERTY_NAME) {
			return;
		}
		if (this.in.currentName().equals(TYPE_URL)) {
			this.in.nextToken();
			held(this.in.getString(), to, depth);
			return;
		}
		if (this.kept) {
			// Each level would be kept anew.
			throw new InvalidProtocolBufferException("an Any within another begins with its " + TYPE_URL);
		}
		TokenBuffer rest = TokenBuffer.forGeneration();
		rest.writeStartObject();
		String url = null;
		do {
			if (this.in.currentName().equals(TYPE_URL)) {
				this.in.nextToken();
				url = this.in.getString();
				this.in.skipChildren();
			}
			else {
				rest.copyCurrentStructure(this.in);
			}
		}
		while (this.in.nextToken() == JsonToken.PROPERTY_NAME);
		rest.writeEndObject();
		try (JsonParser again = rest.asParser()) {
			again.nextToken();
			MessageReader reader = new MessageReader(again, this.root, true);
			if (url == null) {
				reader.fields(to, depth);
			}
			else {
				reader.held(url, to, depth);
			}
		}
	}

	private void held(String url, Message.Builder to, int depth) throws InvalidProtocolBufferException {
		Descriptor type = KnownTypes.of(this.root).find(url);
		Message.Builder held = DynamicMessage.newBuilder(type);
		if (KnownTypes.isValue(type)) {
			while (this.in.nextToken() == JsonToken.PROPERTY_NAME) {
				boolean here = this.in.currentName().equals("value");
				this.in.nextToken();
				if (here) {
					value(held, depth - 1);
				}
				else {
					this.in.skipChildren();
				}
			}
		}
		else if (depth > 1) {
			fields(held, depth - 1);
		}
		else {
			throw tooDeep();
		}
		Descriptor any = to.getDescriptorForType();
		to.setField(any.findFieldByNumber(Any.TYPE_URL_FIELD_NUMBER), url);
		to.setField(any.findFieldByNumber(Any.VALUE_FIELD_NUMBER), built(held).toByteString());
	}

	private static InvalidProtocolBufferException tooDeep() {
		return new InvalidProtocolBufferException("nested more than " + DEEPEST + " deep");
	}

	/**
	 * Whether the message was one whose JSON is a form of its own, and so has been read.
	 */
	private boolean wellKnown(Message.Builder to, Descriptor type, JsonToken token, int depth)
			throws InvalidProtocolBufferException {
		switch (type.getName()) {
			case "Timestamp", "Duration", "FieldMask" -> {
				if (token != JsonToken.VALUE_STRING) {
					return false;
				}
			}
			case "Struct", "Value", "ListValue" -> {
			}
			case "DoubleValue", "FloatValue", "Int64Value", "UInt64Value", "Int32Value", "UInt32Value", "BoolValue",
					"StringValue", "BytesValue" -> {
				if (token == JsonToken.START_OBJECT || token == JsonToken.VALUE_NULL) {
					return false;
				}
				field(type.findFieldByNumber(1), to, depth);
				return true;
			}
			default -> {
				return false;
			}
		}
		JsonNode tree = MAPPER.readTree(this.in);
		WELL_KNOWN.merge(MAPPER.writeValueAsString(tree), to);
		return true;
	}

	private void field(FieldDescriptor field, Message.Builder to, int depth) throws InvalidProtocolBufferException {
		if (field.isMapField()) {
			entries(field, to, depth);
		}
		else if (field.isRepeated()) {
			expect(JsonToken.START_ARRAY, field);
			while (this.in.nextToken() != JsonToken.END_ARRAY) {
				Object value = element(field, to, depth);
				if (value != null) {
					to.addRepeatedField(field, value);
				}
			}
		}
		else {
			Object value = element(field, to, depth);
			if (value != null) {
				to.setField(field, value);
			}
		}
	}

	private void entries(FieldDescriptor field, Message.Builder to, int depth) throws InvalidProtocolBufferException {
		expect(JsonToken.START_OBJECT, field);
		FieldDescriptor keys = field.getMessageType().findFieldByNumber(1);
		FieldDescriptor values = field.getMessageType().findFieldByNumber(2);
		while (this.in.nextToken() == JsonToken.PROPERTY_NAME) {
			Message.Builder entry = to.newBuilderForField(field);
			entry.setField(keys, Scalars.scalar(keys, this.in.currentName()));
			boolean isNull = this.in.nextToken() == JsonToken.VALUE_NULL && !takesNull(values);
			Object value = isNull ? null : element(values, entry, depth);
			if (value != null) {
				entry.setField(values, value);
			}
			if (value != null || isNull) {
				to.addRepeatedField(field, entry.build());
			}
		}
	}

	/** One value, or null for an enum's name that is not known here. */
	private @Nullable Object element(FieldDescriptor field, Message.Builder to, int depth)
			throws InvalidProtocolBufferException {
		JsonToken token = this.in.currentToken();
		if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
			Message.Builder inner = to.newBuilderForField(field);
			value(inner, depth - 1);
			return inner.buildPartial();
		}
		if (token == JsonToken.VALUE_NULL) {
			// An element of a list cannot be left out without moving the others.
			return (field.getType() == FieldDescriptor.Type.ENUM) ? field.getEnumType().getValues().get(0)
					: Scalars
						.scalar(field,
								(field.getJavaType() == FieldDescriptor.JavaType.BOOLEAN) ? "false"
										: (field.getJavaType() == FieldDescriptor.JavaType.STRING
												|| field.getJavaType() == FieldDescriptor.JavaType.BYTE_STRING) ? ""
														: "0");
		}
		if (token == null || !token.isScalarValue()) {
			throw Scalars.misfit(field, "not " + shown(token));
		}
		if (token == JsonToken.VALUE_EMBEDDED_OBJECT) {
			return embedded(field, this.in.getEmbeddedObject());
		}
		String text = this.in.getString();
		return (field.getType() == FieldDescriptor.Type.ENUM) ? Scalars.enumValue(field, text, token)
				: Scalars.scalar(field, text);
	}

	/** Bytes, which to some of Go's writers a text is too. */
	private static Object embedded(FieldDescriptor field, @Nullable Object value)
			throws InvalidProtocolBufferException {
		if (value instanceof byte[] bytes) {
			switch (field.getType()) {
				case BYTES -> {
					return ByteString.copyFrom(bytes);
				}
				case STRING -> {
					return new String(bytes, StandardCharsets.UTF_8);
				}
				default -> {
				}
			}
		}
		throw Scalars.misfit(field, "not bytes");
	}

	private static @Nullable FieldDescriptor find(Descriptor type, String name) {
		FieldDescriptor field = type.findFieldByName(name);
		if (field != null) {
			return field;
		}
		for (FieldDescriptor other : type.getFields()) {
			if (other.getJsonName().equals(name)) {
				return other;
			}
		}
		return null;
	}

	/** To {@code google.protobuf.Value} null is a value. */
	private static boolean takesNull(FieldDescriptor field) {
		return !field.isRepeated() && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
				&& field.getMessageType().getFullName().equals("google.protobuf.Value");
	}

	private void expect(JsonToken wanted, FieldDescriptor field) throws InvalidProtocolBufferException {
		if (this.in.currentToken() != wanted) {
			throw new InvalidProtocolBufferException(
					field.getName() + " is " + shown(wanted) + ", not " + shown(this.in.currentToken()));
		}
	}

	private static String shown(@Nullable JsonToken token) {
		return (token == null) ? "the end" : switch (token) {
			case START_OBJECT -> "an object";
			case START_ARRAY -> "a list";
			case VALUE_STRING -> "a text";
			case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
			case VALUE_NULL -> "null";
			case VALUE_EMBEDDED_OBJECT -> "bytes";
			default -> "true or false";
		};
	}

}
