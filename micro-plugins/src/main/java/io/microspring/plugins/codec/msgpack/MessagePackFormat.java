package io.microspring.plugins.codec.msgpack;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.microspring.codec.Format;
import org.msgpack.core.ExtensionTypeHeader;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessageFormat;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessagePacker;
import org.msgpack.core.MessageUnpacker;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * MessagePack by its own library. No length is believed before so many bytes are there.
 */
final class MessagePackFormat implements Format {

	private static final MessagePack.UnpackerConfig STRICT = new MessagePack.UnpackerConfig()
		.withActionOnMalformedString(CodingErrorAction.REPORT)
		.withActionOnUnmappableString(CodingErrorAction.REPORT);

	private static final BigInteger LARGEST = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

	private static final BigInteger SMALLEST = BigInteger.valueOf(Long.MIN_VALUE);

	/** The extension that Go's {@code msgp} has for times: seconds and nanoseconds. */
	private static final byte TIME_OF_MSGP = 5;

	private static final byte TIMESTAMP = -1;

	@Override
	public String name() {
		return "msgpack";
	}

	@Override
	public List<String> contentTypes() {
		return List.of("application/msgpack", "application/x-msgpack", "application/vnd.msgpack");
	}

	@Override
	public byte[] write(JsonNode value) throws IOException {
		try (MessageBufferPacker out = MessagePack.newDefaultBufferPacker()) {
			write(value, out);
			return out.toByteArray();
		}
	}

	private void write(JsonNode value, MessagePacker out) throws IOException {
		switch (value.getNodeType()) {
			case OBJECT -> {
				out.packMapHeader(value.size());
				for (Map.Entry<String, JsonNode> entry : value.properties()) {
					out.packString(entry.getKey());
					write(entry.getValue(), out);
				}
			}
			case ARRAY -> {
				out.packArrayHeader(value.size());
				for (JsonNode element : value) {
					write(element, out);
				}
			}
			case STRING -> out.packString(value.stringValue());
			case BOOLEAN -> out.packBoolean(value.booleanValue());
			case NULL -> out.packNil();
			case BINARY -> {
				byte[] bytes = value.binaryValue();
				out.packBinaryHeader(bytes.length).writePayload(bytes);
			}
			case NUMBER -> number(value, out);
			default -> throw new IOException("there is no MessagePack for " + value.getNodeType());
		}
	}

	private static void number(JsonNode value, MessagePacker out) throws IOException {
		switch (value.numberType()) {
			case INT, LONG -> out.packLong(value.longValue());
			case FLOAT -> out.packFloat(value.floatValue());
			case DOUBLE -> out.packDouble(value.doubleValue());
			case BIG_INTEGER -> {
				BigInteger big = value.bigIntegerValue();
				if (big.compareTo(SMALLEST) >= 0 && big.compareTo(LARGEST) <= 0) {
					out.packBigInteger(big);
				}
				else {
					out.packString(big.toString());
				}
			}
			case BIG_DECIMAL -> out.packString(value.decimalValue().toString());
		}
	}

	@Override
	public void read(byte[] body, JsonGenerator values) throws IOException {
		try (MessageUnpacker in = STRICT.newUnpacker(body)) {
			read(in, body.length, values);
			if (in.hasNext()) {
				throw new IOException("something stands behind the value");
			}
		}
		catch (MessagePackException ex) {
			throw new IOException("it is no MessagePack", ex);
		}
	}

	/** A value; lists and maps say how long they are, and end where the bytes do. */
	private void read(MessageUnpacker in, int size, JsonGenerator values) throws IOException {
		MessageFormat format = in.getNextFormat();
		switch (format.getValueType()) {
			case MAP -> {
				values.writeStartObject();
				for (int i = in.unpackMapHeader(); i > 0; i--) {
					values.writeName(name(in, size));
					read(in, size, values);
				}
				values.writeEndObject();
			}
			case ARRAY -> {
				values.writeStartArray();
				for (int i = in.unpackArrayHeader(); i > 0; i--) {
					read(in, size, values);
				}
				values.writeEndArray();
			}
			case STRING -> values.writeString(in.unpackString());
			case BOOLEAN -> values.writeBoolean(in.unpackBoolean());
			case NIL -> {
				in.unpackNil();
				values.writeNull();
			}
			case BINARY -> values.writeBinary(payload(in, in.unpackBinaryHeader(), size));
			case FLOAT -> {
				if (format == MessageFormat.FLOAT32) {
					values.writeNumber(in.unpackFloat());
				}
				else {
					values.writeNumber(in.unpackDouble());
				}
			}
			case INTEGER -> {
				if (format == MessageFormat.UINT64) {
					values.writeNumber(in.unpackBigInteger());
				}
				else {
					number(in.unpackLong(), values);
				}
			}
			case EXTENSION -> extension(in, size, values);
		}
	}

	/** As in JSON a small one is an int. */
	private static void number(long number, JsonGenerator values) {
		if (number == (int) number) {
			values.writeNumber((int) number);
		}
		else {
			values.writeNumber(number);
		}
	}

	/** As in JSON a name is a text; Go has numbers too. */
	private static String name(MessageUnpacker in, int size) throws IOException {
		return switch (in.getNextFormat().getValueType()) {
			case STRING -> in.unpackString();
			case INTEGER -> in.unpackBigInteger().toString();
			case BINARY -> new String(payload(in, in.unpackBinaryHeader(), size), MessagePack.UTF8);
			default -> throw new IOException("a name is no text");
		};
	}

	private static void extension(MessageUnpacker in, int size, JsonGenerator values) throws IOException {
		ExtensionTypeHeader header = in.unpackExtensionTypeHeader();
		byte[] payload = payload(in, header.getLength(), size);
		try {
			if (header.getType() == TIMESTAMP) {
				values.writeString(timestamp(ByteBuffer.wrap(payload)).toString());
			}
			else if (header.getType() == TIME_OF_MSGP && payload.length == 12) {
				ByteBuffer time = ByteBuffer.wrap(payload);
				values.writeString(Instant.ofEpochSecond(time.getLong(), time.getInt()).toString());
			}
			else {
				values.writeBinary(payload);
			}
		}
		catch (DateTimeException | ArithmeticException ex) {
			throw new IOException("it has a time that is none", ex);
		}
	}

	/** MessagePack's own, in 4, 8 or 12 bytes. */
	private static Instant timestamp(ByteBuffer time) throws IOException {
		switch (time.remaining()) {
			case 4 -> {
				return Instant.ofEpochSecond(Integer.toUnsignedLong(time.getInt()));
			}
			case 8 -> {
				long both = time.getLong();
				return Instant.ofEpochSecond(both & 0x3_ffff_ffffL, both >>> 34);
			}
			case 12 -> {
				int nanos = time.getInt();
				return Instant.ofEpochSecond(time.getLong(), nanos);
			}
			default -> throw new IOException("it has a time of " + time.remaining() + " bytes");
		}
	}

	private static byte[] payload(MessageUnpacker in, int length, int size) throws IOException {
		long left = size - in.getTotalReadBytes();
		if (length < 0 || length > left) {
			throw new IOException("a value is said to have " + Integer.toUnsignedString(length) + " bytes, and " + left
					+ " are there");
		}
		return in.readPayload(length);
	}

}
