package io.microspring.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
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

/**
 * Reads JSON into protobuf messages, in every form that go-micro's generations write
 * (protocol reference §3.4): names in camel or snake case, 64-bit numbers as numbers or
 * texts, enums by number or name, times as texts or, by Go's plain encoder, as objects of
 * their fields. Unknown fields and enum names are passed over, null is a field left out.
 * <p>
 * protobuf's own parser builds a tree first and follows an exponent of any size; this one
 * reads as it goes, and no number costs more than its digits. Messages may be nested 100
 * deep.
 */
final class MessageReader {

	private static final int DEEPEST = 100;

	/** No number that fits a field has more digits; some have superfluous ones. */
	private static final int LONGEST_NUMBER = 1000;

	private static final int LONGEST_INTEGER = 20;

	private static final BigInteger LARGEST_UNSIGNED = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

	private static final JsonMapper MAPPER = JsonMapper
		.builder(JsonFactory.builder()
			.streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(2 * DEEPEST).build())
			.build())
		// A value of its own kind stands in the middle of a message.
		.disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.build();

	private static final JsonFormat.Parser WELL_KNOWN = JsonFormat.parser().ignoringUnknownFields();

	private final JsonParser in;

	private MessageReader(JsonParser in) {
		this.in = in;
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
		MessageReader reader = new MessageReader(in);
		if (in.nextToken() == null) {
			throw new InvalidProtocolBufferException("there is nothing but white space");
		}
		reader.value(to, DEEPEST);
		if (in.nextToken() != null) {
			throw new InvalidProtocolBufferException("something stands behind the message");
		}
		if (!to.isInitialized()) {
			throw new InvalidProtocolBufferException("missing are " + to.getInitializationErrorString());
		}
		return to.build();
	}

	/** The token at hand as a message. */
	private void value(Message.Builder to, int depth) throws InvalidProtocolBufferException {
		if (depth == 0) {
			throw new InvalidProtocolBufferException("nested more than " + DEEPEST + " deep");
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
			entry.setField(keys, scalar(keys, this.in.currentName()));
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
			return (field
				.getType() == FieldDescriptor.Type.ENUM)
						? field.getEnumType().getValues().get(0)
						: scalar(field,
								(field.getJavaType() == FieldDescriptor.JavaType.BOOLEAN) ? "false"
										: (field.getJavaType() == FieldDescriptor.JavaType.STRING
												|| field.getJavaType() == FieldDescriptor.JavaType.BYTE_STRING) ? ""
														: "0");
		}
		if (token == null || !token.isScalarValue()) {
			throw misfit(field, "not " + shown(token));
		}
		if (token == JsonToken.VALUE_EMBEDDED_OBJECT) {
			return embedded(field, this.in.getEmbeddedObject());
		}
		String text = this.in.getString();
		return (field.getType() == FieldDescriptor.Type.ENUM) ? enumValue(field, text, token) : scalar(field, text);
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
		throw misfit(field, "not bytes");
	}

	private static Object scalar(FieldDescriptor field, String text) throws InvalidProtocolBufferException {
		try {
			return switch (field.getType()) {
				case INT32, SINT32, SFIXED32 -> Math.toIntExact(integer(text));
				case INT64, SINT64, SFIXED64 -> integer(text);
				case UINT32, FIXED32 -> (int) within(integer(text), 0, 0xffff_ffffL);
				case UINT64, FIXED64 -> unsigned(text);
				case BOOL -> bool(text);
				case FLOAT -> (float) within(floating(text), Float.MAX_VALUE);
				case DOUBLE -> within(floating(text), Double.MAX_VALUE);
				case STRING -> text;
				case BYTES -> bytes(text);
				default -> throw misfit(field, "not a text");
			};
		}
		catch (ArithmeticException | IllegalArgumentException ex) {
			throw misfit(field, "and this is none, or too large for it");
		}
	}

	private static @Nullable EnumValueDescriptor enumValue(FieldDescriptor field, String text, JsonToken token)
			throws InvalidProtocolBufferException {
		EnumDescriptor type = field.getEnumType();
		if (token == JsonToken.VALUE_STRING) {
			EnumValueDescriptor named = type.findValueByName(text);
			if (named != null || text.isEmpty() || !isDigit(text.charAt(text.length() - 1)) || !isNumber(text)) {
				return named;
			}
		}
		try {
			int number = Math.toIntExact(integer(text));
			return type.isClosed() ? type.findValueByNumber(number) : type.findValueByNumberCreatingIfUnknown(number);
		}
		catch (ArithmeticException | IllegalArgumentException ex) {
			throw misfit(field, "and this is none");
		}
	}

	private static long integer(String text) {
		try {
			return Long.parseLong(text);
		}
		catch (NumberFormatException ex) {
			return whole(text).longValueExact();
		}
	}

	private static long unsigned(String text) {
		BigInteger value = whole(text).toBigIntegerExact();
		if (value.signum() < 0 || value.compareTo(LARGEST_UNSIGNED) > 0) {
			throw new ArithmeticException(text);
		}
		return value.longValue();
	}

	/** {@code 1.0} and {@code 1e3} are integers; one with a large exponent is refused. */
	private static BigDecimal whole(String text) {
		if (text.length() > LONGEST_NUMBER) {
			throw new NumberFormatException();
		}
		BigDecimal value = new BigDecimal(text);
		if (value.signum() == 0) {
			return BigDecimal.ZERO;
		}
		long digits = (long) value.precision() - value.scale();
		if (digits <= 0 || digits > LONGEST_INTEGER) {
			throw new ArithmeticException(text);
		}
		return value;
	}

	private static double floating(String text) {
		return switch (text) {
			case "NaN" -> Double.NaN;
			case "Infinity" -> Double.POSITIVE_INFINITY;
			case "-Infinity" -> Double.NEGATIVE_INFINITY;
			default -> {
				// Java takes more for a number than JSON does.
				if (text.length() > LONGEST_NUMBER || !isNumber(text)) {
					throw new NumberFormatException();
				}
				double value = Double.parseDouble(text);
				if (Double.isInfinite(value)) {
					throw new ArithmeticException(text);
				}
				yield value;
			}
		};
	}

	private static double within(double value, double largest) {
		if (!Double.isInfinite(value) && Math.abs(value) > largest) {
			throw new ArithmeticException();
		}
		return value;
	}

	private static long within(long value, long least, long most) {
		if (value < least || value > most) {
			throw new ArithmeticException();
		}
		return value;
	}

	private static boolean bool(String text) {
		if (!text.equals("true") && !text.equals("false")) {
			throw new IllegalArgumentException(text);
		}
		return text.equals("true");
	}

	/** Base64 in either alphabet, padded or not. */
	private static ByteString bytes(String text) {
		return ByteString.copyFrom(Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/')));
	}

	private static boolean isNumber(String text) {
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (!isDigit(c) && "+-.eE".indexOf(c) < 0) {
				return false;
			}
		}
		return !text.isEmpty();
	}

	private static boolean isDigit(char c) {
		return c >= '0' && c <= '9';
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

	private static InvalidProtocolBufferException misfit(FieldDescriptor field, String found) {
		return new InvalidProtocolBufferException(
				field.getName() + " is of type " + field.getType().name().toLowerCase(Locale.ROOT) + ", " + found);
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
