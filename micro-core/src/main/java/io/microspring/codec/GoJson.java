package io.microspring.codec;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import tools.jackson.core.JsonGenerator;

/**
 * Writes protobuf messages as Go's plain JSON encoder writes their structs, which is what
 * a Go peer reads json-rpc with (protocol reference §3.4): names as in the
 * {@code .proto}, numbers of any width and enums as numbers, times as objects of their
 * fields. What that encoder has no form for is written as protobuf's own JSON.
 */
final class GoJson {

	private static final JsonFormat.Printer WELL_KNOWN = JsonFormat.printer().omittingInsignificantWhitespace();

	private final JsonGenerator out;

	private GoJson(JsonGenerator out) {
		this.out = out;
	}

	/**
	 * Writes a message.
	 * @param message the message
	 * @param out where to
	 * @throws InvalidProtocolBufferException when it has no JSON
	 * @throws tools.jackson.core.JacksonException when it is nested too deep
	 */
	static void write(Message message, JsonGenerator out) throws InvalidProtocolBufferException {
		new GoJson(out).message(message);
	}

	private void message(Message message) throws InvalidProtocolBufferException {
		switch (message.getDescriptorForType().getFullName()) {
			case "google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue" ->
				this.out.writeRawValue(WELL_KNOWN.print(message));
			default -> {
				this.out.writeStartObject();
				for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
					this.out.writeName(entry.getKey().getName());
					field(entry.getKey(), entry.getValue());
				}
				this.out.writeEndObject();
			}
		}
	}

	private void field(FieldDescriptor field, Object value) throws InvalidProtocolBufferException {
		if (field.isMapField()) {
			FieldDescriptor keys = field.getMessageType().findFieldByNumber(1);
			FieldDescriptor values = field.getMessageType().findFieldByNumber(2);
			this.out.writeStartObject();
			for (Object entry : (List<?>) value) {
				this.out.writeName(key(keys, ((Message) entry).getField(keys)));
				value(values, ((Message) entry).getField(values));
			}
			this.out.writeEndObject();
		}
		else if (field.isRepeated()) {
			this.out.writeStartArray();
			for (Object element : (List<?>) value) {
				value(field, element);
			}
			this.out.writeEndArray();
		}
		else {
			value(field, value);
		}
	}

	private void value(FieldDescriptor field, Object value) throws InvalidProtocolBufferException {
		switch (field.getType()) {
			case MESSAGE, GROUP -> message((Message) value);
			case ENUM -> this.out.writeNumber(((EnumValueDescriptor) value).getNumber());
			case BOOL -> this.out.writeBoolean((Boolean) value);
			case STRING -> this.out.writeString((String) value);
			case BYTES -> this.out.writeBinary(((ByteString) value).toByteArray());
			case FLOAT -> this.out.writeNumber((Float) value);
			case DOUBLE -> this.out.writeNumber((Double) value);
			case INT64, SINT64, SFIXED64 -> this.out.writeNumber((Long) value);
			case UINT64, FIXED64 -> this.out.writeNumber(new BigInteger(Long.toUnsignedString((Long) value)));
			case UINT32, FIXED32 -> this.out.writeNumber(Integer.toUnsignedLong((Integer) value));
			default -> this.out.writeNumber((Integer) value);
		}
	}

	private static String key(FieldDescriptor field, Object key) {
		return switch (field.getType()) {
			case UINT64, FIXED64 -> Long.toUnsignedString((Long) key);
			case UINT32, FIXED32 -> Integer.toUnsignedString((Integer) key);
			default -> String.valueOf(key);
		};
	}

}
