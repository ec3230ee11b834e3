package io.microspring.plugins.codec.bson;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

import org.bson.BsonSerializationException;
import org.bson.ByteBufNIO;
import org.bson.io.ByteBufferBsonInput;

/**
 * The library's input, but texts that are no UTF-8 are refused instead of changed, no
 * length is believed before so many bytes are there, and the type that Go's writer has
 * for unsigned numbers is one of 64 bits.
 */
final class StrictInput extends ByteBufferBsonInput {

	private static final byte UNSIGNED = 0x3f;

	private static final byte INT64 = 0x12;

	private final ByteBuffer bytes;

	private boolean typeIsNext;

	private boolean unsigned;

	StrictInput(byte[] bytes) {
		super(new ByteBufNIO(ByteBuffer.wrap(bytes)));
		this.bytes = ByteBuffer.wrap(bytes);
	}

	/** How many bytes have not been read. */
	int left() {
		return this.bytes.capacity() - getPosition();
	}

	/** Refuses a length that is not there. */
	void require(int length) {
		if (length < 0 || length > left()) {
			throw new BsonSerializationException("a value is said to have " + Integer.toUnsignedString(length)
					+ " bytes, and " + left() + " are there");
		}
	}

	/** Says that the next byte is a type. */
	void typeIsNext() {
		this.typeIsNext = true;
	}

	/** Whether the last type was that of unsigned numbers. */
	boolean isUnsigned() {
		return this.unsigned;
	}

	@Override
	public byte readByte() {
		byte read = super.readByte();
		if (!this.typeIsNext) {
			return read;
		}
		this.typeIsNext = false;
		this.unsigned = read == UNSIGNED;
		return this.unsigned ? INT64 : read;
	}

	@Override
	public String readString() {
		int length = readInt32();
		if (length == 0) {
			throw new BsonSerializationException("a text has no end");
		}
		require(length);
		String text = text(length - 1);
		if (readByte() != 0) {
			throw new BsonSerializationException("a text does not end where it is said to");
		}
		return text;
	}

	@Override
	public String readCString() {
		int length = 0;
		while (length < left() && this.bytes.get(getPosition() + length) != 0) {
			length++;
		}
		require(length + 1);
		String text = text(length);
		skip(1);
		return text;
	}

	private String text(int length) {
		try {
			String text = StandardCharsets.UTF_8.newDecoder()
				.decode(this.bytes.slice(getPosition(), length))
				.toString();
			skip(length);
			return text;
		}
		catch (CharacterCodingException ex) {
			throw new BsonSerializationException("a text is no UTF-8");
		}
	}

}
