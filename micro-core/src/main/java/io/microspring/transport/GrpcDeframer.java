package io.microspring.transport;

import java.io.IOException;

import io.microspring.errors.MicroException;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Takes gRPC messages out of a stream of bytes: each has a flag that says whether it is
 * compressed, its length in four bytes, and then itself. Where the bytes are cut means
 * nothing.
 */
final class GrpcDeframer {

	/** The flag and the length. */
	static final int PREFIX = 5;

	private final int limit;

	private final @Nullable String encoding;

	private int prefixed;

	private long length;

	private boolean compressed;

	private Body body = new Body(0);

	private int missing;

	/**
	 * A deframer for one direction of one call.
	 * @param limit the largest message, compressed or not
	 * @param encoding the peer's {@code grpc-encoding}, or null
	 */
	GrpcDeframer(int limit, @Nullable String encoding) {
		this.limit = limit;
		this.encoding = encoding;
	}

	/**
	 * Reads on, no further than to the end of a message.
	 * @param in the bytes; those that were read are behind its reader index
	 * @return whether a message is complete; otherwise nothing is left to read
	 * @throws MicroException 413 when the message is too large, 500 when it is none
	 */
	boolean read(ByteBuf in) {
		while (this.prefixed < PREFIX) {
			if (!in.isReadable()) {
				return false;
			}
			int next = in.readUnsignedByte();
			if (this.prefixed++ == 0) {
				flag(next);
			}
			else {
				this.length = this.length << 8 | next;
			}
			if (this.prefixed == PREFIX) {
				begin();
			}
		}
		int size = Math.min(in.readableBytes(), this.missing);
		if (size > 0) {
			this.body.append(in.slice(in.readerIndex(), size));
			in.skipBytes(size);
			this.missing -= size;
		}
		return this.missing == 0;
	}

	/**
	 * What goes ahead of a message.
	 * @param length the message's length
	 * @param compressed whether it was compressed
	 * @return the flag and the length
	 */
	static byte[] prefix(int length, boolean compressed) {
		return new byte[] { (byte) (compressed ? 1 : 0), (byte) (length >>> 24), (byte) (length >>> 16),
				(byte) (length >>> 8), (byte) length };
	}

	private void flag(int flag) {
		if (flag > 1) {
			throw MicroException.internalServerError(HttpSocket.ID,
					"a gRPC message begins with 0 or 1, not with " + flag);
		}
		this.compressed = flag == 1;
		if (this.compressed && !Gzip.NAME.equals(this.encoding)) {
			throw MicroException.internalServerError(HttpSocket.ID,
					"a gRPC message is compressed, and grpc-encoding is " + this.encoding);
		}
	}

	private void begin() {
		if (this.length > this.limit) {
			throw tooLarge(this.length + " bytes");
		}
		this.body = new Body((int) this.length);
		this.missing = (int) this.length;
	}

	/** Whether the message that is complete came compressed. */
	boolean isCompressed() {
		return this.compressed;
	}

	/** Whether a part of a message has come and the rest has not. */
	boolean isPartial() {
		return this.prefixed > 0;
	}

	/**
	 * The message that is complete, decompressed; the next one may begin.
	 * @return its bytes
	 * @throws MicroException 413 when it is too large, 500 when it is damaged
	 */
	byte[] take() {
		byte[] bytes = this.body.take();
		this.prefixed = 0;
		this.length = 0;
		if (!this.compressed) {
			return bytes;
		}
		byte[] inflated;
		try {
			inflated = Gzip.inflate(bytes, this.limit);
		}
		catch (IOException ex) {
			throw MicroException.internalServerError(HttpSocket.ID,
					"a gRPC message cannot be decompressed: " + ex.getMessage());
		}
		if (inflated.length > this.limit) {
			throw tooLarge("more than " + this.limit + " bytes, decompressed,");
		}
		return inflated;
	}

	private MicroException tooLarge(String size) {
		return MicroException.of(HttpSocket.ID, 413,
				"a message of " + size + " is refused: the limit is " + this.limit);
	}

}
