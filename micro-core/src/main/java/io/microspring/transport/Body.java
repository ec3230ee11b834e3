package io.microspring.transport;

import java.util.Arrays;

import io.netty.buffer.ByteBuf;

/**
 * The body of a message that is being received. Takes no more memory than twice what has
 * come, whatever length was announced; a body that comes in one piece is copied once.
 */
final class Body {

	/** What is had at once: 64 KiB, and what goes around them. */
	private static final int FIRST = 65 * 1024;

	private static final byte[] EMPTY = new byte[0];

	/** The length that was announced; zero or less when unknown. */
	private final int announced;

	private byte[] bytes = EMPTY;

	private int length;

	Body(int announced) {
		this.announced = announced;
	}

	/**
	 * Adds the readable bytes of a piece.
	 * @param piece the piece; its indexes are not changed
	 */
	void append(ByteBuf piece) {
		int size = piece.readableBytes();
		if (size == 0) {
			return;
		}
		int needed = this.length + size;
		if (needed > this.bytes.length) {
			int room = (this.announced > 0) ? Math.min(this.announced, Math.max(FIRST, 2 * needed))
					: (this.length == 0) ? needed : 2 * needed;
			this.bytes = Arrays.copyOf(this.bytes, Math.max(room, needed));
		}
		piece.getBytes(piece.readerIndex(), this.bytes, this.length, size);
		this.length = needed;
	}

	int length() {
		return this.length;
	}

	/**
	 * The body, which is left empty.
	 * @return the bytes
	 */
	byte[] take() {
		byte[] whole = (this.length == this.bytes.length) ? this.bytes : Arrays.copyOf(this.bytes, this.length);
		this.bytes = EMPTY;
		this.length = 0;
		return whole;
	}

}
