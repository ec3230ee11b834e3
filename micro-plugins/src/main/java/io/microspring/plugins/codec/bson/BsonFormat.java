package io.microspring.plugins.codec.bson;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.microspring.codec.Format;
import org.bson.BSONException;
import org.bson.BsonBinary;
import org.bson.BsonBinaryReader;
import org.bson.BsonBinaryWriter;
import org.bson.BsonType;
import org.bson.BsonWriter;
import org.bson.io.BasicOutputBuffer;
import org.bson.types.Decimal128;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * BSON by MongoDB's own library. No length is believed before so many bytes are there.
 */
final class BsonFormat implements Format {

	/** What Go's writer calls the value of a document that stands for a mere value. */
	private static final String VALUE = "_Val_";

	@Override
	public String name() {
		return "bson";
	}

	@Override
	public List<String> contentTypes() {
		return List.of("application/bson");
	}

	@Override
	public byte[] write(JsonNode value) throws IOException {
		try (BasicOutputBuffer out = new BasicOutputBuffer(); BsonBinaryWriter writer = new BsonBinaryWriter(out)) {
			if (value.isObject() && !isWrapped(value)) {
				write(value, writer);
			}
			else {
				writer.writeStartDocument();
				writer.writeName(VALUE);
				write(value, writer);
				writer.writeEndDocument();
			}
			return out.toByteArray();
		}
		catch (BSONException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	private static boolean isWrapped(JsonNode value) {
		return value.size() == 1 && value.has(VALUE);
	}

	private static void write(JsonNode value, BsonWriter out) throws IOException {
		switch (value.getNodeType()) {
			case OBJECT -> {
				out.writeStartDocument();
				for (Map.Entry<String, JsonNode> entry : value.properties()) {
					out.writeName(entry.getKey());
					write(entry.getValue(), out);
				}
				out.writeEndDocument();
			}
			case ARRAY -> {
				out.writeStartArray();
				for (JsonNode element : value) {
					write(element, out);
				}
				out.writeEndArray();
			}
			case STRING -> out.writeString(value.stringValue());
			case BOOLEAN -> out.writeBoolean(value.booleanValue());
			case NULL -> out.writeNull();
			case BINARY -> out.writeBinaryData(new BsonBinary(value.binaryValue()));
			case NUMBER -> number(value, out);
			default -> throw new IOException("there is no BSON for " + value.getNodeType());
		}
	}

	private static void number(JsonNode value, BsonWriter out) {
		switch (value.numberType()) {
			case INT -> out.writeInt32(value.intValue());
			case LONG -> out.writeInt64(value.longValue());
			case FLOAT, DOUBLE -> out.writeDouble(value.doubleValue());
			case BIG_INTEGER -> {
				BigInteger big = value.bigIntegerValue();
				if (big.bitLength() < Long.SIZE) {
					out.writeInt64(big.longValue());
				}
				else {
					exact(new BigDecimal(big), big.toString(), out);
				}
			}
			case BIG_DECIMAL -> exact(value.decimalValue(), value.decimalValue().toString(), out);
		}
	}

	/** A text where Decimal128 would lose a digit, be it a zero behind all others. */
	private static void exact(BigDecimal number, String text, BsonWriter out) {
		Decimal128 decimal = null;
		try {
			Decimal128 rounded = new Decimal128(number);
			decimal = rounded.bigDecimalValue().equals(number) ? rounded : null;
		}
		catch (NumberFormatException ex) {
			// More digits than it has.
		}
		if (decimal == null) {
			out.writeString(text);
		}
		else {
			out.writeDecimal128(decimal);
		}
	}

	@Override
	public void read(byte[] body, JsonGenerator values) throws IOException {
		try (StrictInput in = new StrictInput(body); BsonBinaryReader reader = new BsonBinaryReader(in)) {
			reader.readStartDocument();
			document(reader, in, values, true);
			if (in.left() > 0) {
				throw new IOException("something stands behind the document");
			}
		}
		catch (BSONException | ArithmeticException | DateTimeException ex) {
			throw new IOException("it is no BSON: " + ex.getMessage(), ex);
		}
	}

	/** What is in a document; of the outermost perhaps the only value. */
	private static void document(BsonBinaryReader reader, StrictInput in, JsonGenerator values, boolean outermost)
			throws IOException {
		BsonType type = next(reader, in);
		if (outermost && type != BsonType.END_OF_DOCUMENT) {
			String first = reader.readName();
			if (first.equals(VALUE)) {
				value(type, reader, in, values);
				if (next(reader, in) != BsonType.END_OF_DOCUMENT) {
					throw new IOException("something stands beside " + VALUE);
				}
				reader.readEndDocument();
				return;
			}
			values.writeStartObject();
			values.writeName(first);
			value(type, reader, in, values);
			type = next(reader, in);
		}
		else {
			values.writeStartObject();
		}
		for (; type != BsonType.END_OF_DOCUMENT; type = next(reader, in)) {
			values.writeName(reader.readName());
			value(type, reader, in, values);
		}
		reader.readEndDocument();
		values.writeEndObject();
	}

	private static BsonType next(BsonBinaryReader reader, StrictInput in) {
		in.typeIsNext();
		return reader.readBsonType();
	}

	private static void value(BsonType type, BsonBinaryReader reader, StrictInput in, JsonGenerator values)
			throws IOException {
		switch (type) {
			case DOCUMENT -> {
				reader.readStartDocument();
				document(reader, in, values, false);
			}
			case ARRAY -> {
				reader.readStartArray();
				values.writeStartArray();
				for (BsonType each = next(reader, in); each != BsonType.END_OF_DOCUMENT; each = next(reader, in)) {
					value(each, reader, in, values);
				}
				reader.readEndArray();
				values.writeEndArray();
			}
			case STRING -> values.writeString(reader.readString());
			case SYMBOL -> values.writeString(reader.readSymbol());
			case BINARY -> {
				in.require(reader.peekBinarySize());
				values.writeBinary(reader.readBinaryData().getData());
			}
			case BOOLEAN -> values.writeBoolean(reader.readBoolean());
			case NULL -> {
				reader.readNull();
				values.writeNull();
			}
			case UNDEFINED -> {
				reader.readUndefined();
				values.writeNull();
			}
			case INT32 -> values.writeNumber(reader.readInt32());
			case INT64 -> {
				long number = reader.readInt64();
				if (number < 0 && in.isUnsigned()) {
					values.writeNumber(new BigInteger(Long.toUnsignedString(number)));
				}
				else {
					values.writeNumber(number);
				}
			}
			case DOUBLE -> values.writeNumber(reader.readDouble());
			case DECIMAL128 -> decimal(reader.readDecimal128(), values);
			case DATE_TIME -> values.writeString(Instant.ofEpochMilli(reader.readDateTime()).toString());
			case TIMESTAMP -> values.writeString(Instant.ofEpochSecond(reader.readTimestamp().getTime()).toString());
			case OBJECT_ID -> values.writeString(reader.readObjectId().toHexString());
			default -> throw new IOException("there is no value for BSON's " + type);
		}
	}

	private static void decimal(Decimal128 decimal, JsonGenerator values) {
		if (decimal.isNaN() || decimal.isInfinite()) {
			values.writeNumber(decimal.isNaN() ? Double.NaN
					: decimal.isNegative() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
		}
		else if (decimal.isNegative() && decimal.equals(Decimal128.NEGATIVE_ZERO)) {
			values.writeNumber(BigDecimal.ZERO);
		}
		else {
			values.writeNumber(decimal.bigDecimalValue());
		}
	}

}
