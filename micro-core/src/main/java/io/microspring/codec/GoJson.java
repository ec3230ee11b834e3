package io.microspring.codec;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import tools.jackson.core.JsonGenerator;

/**
 * Writes protobuf messages as Go's plain JSON encoder writes their structs, which is what
 * a Go peer reads json-rpc with (protocol reference §3.4): names as in the
 * {@code .proto}, numbers of any width and enums as numbers, times as objects of their
 * fields. What that encoder has no form for is written as protobuf's own JSON.
 */
final class GoJson {

	/** Where {@code Struct}, {@code Value} and {@code ListValue} are. */
	private static final String STRUCT = "google/protobuf/struct.proto";

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
		Descriptor type = message.getDescriptorForType();
		if (type.getFile().getFullName().equals(STRUCT)) {
			dynamic(message, type);
			return;
		}
		this.out.writeStartObject();
		for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
			this.out.writeName(entry.getKey().getName());
			field(entry.getKey(), entry.getValue());
		}
		this.out.writeEndObject();
	}

	/** A value that is JSON by itself, as protobuf writes it. */
	private void dynamic(Message message, Descriptor type) throws InvalidProtocolBufferException {
		if (!type.getName().equals("Value")) {
			// The only field of an object or list.
			FieldDescriptor content = type.findFieldByNumber(1);
			field(content, message.getField(content));
			return;
		}
		FieldDescriptor kind = message.getOneofFieldDescriptor(type.getOneofs().get(0));
		if (kind == null || kind.getType() == FieldDescriptor.Type.ENUM) {
			this.out.writeNull();
			return;
		}
		if (message.getField(kind) instanceof Double number && !Double.isFinite(number)) {
			throw new InvalidProtocolBufferException("google.protobuf.Value cannot be " + number);
		}
		value(kind, message.getField(kind));
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
