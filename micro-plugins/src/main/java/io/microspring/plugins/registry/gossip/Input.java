package io.microspring.plugins.registry.gossip;

/**
 * Bytes that are read from front to back. What is not there is an
 * {@link IncompleteException}. Not thread-safe.
 */
final class Input {

	private final byte[] data;

	private int position;

	Input(byte[] data) {
		this.data = data;
	}

	int position() {
		return this.position;
	}

	int remaining() {
		return this.data.length - this.position;
	}

	int read() {
		require(1);
		return this.data[this.position++] & 0xff;
	}

	/** A number of so many bytes, the highest first. */
	long read(int bytes) {
		require(bytes);
		long value = 0;
		for (int i = 0; i < bytes; i++) {
			value = (value << 8) | (this.data[this.position++] & 0xff);
		}
		return value;
	}

	/** A number of two bytes. */
	int readShort() {
		return (int) read(2);
	}

	/** A number of four bytes, which is positive. */
	long readInt() {
		return read(4);
	}

	byte[] readBytes(long length) {
		require(length);
		byte[] bytes = new byte[(int) length];
		System.arraycopy(this.data, this.position, bytes, 0, bytes.length);
		this.position += bytes.length;
		return bytes;
	}

	byte[] readRest() {
		return readBytes(remaining());
	}

	void skip(long length) {
		require(length);
		this.position += (int) length;
	}

	private void require(long length) {
		if (length > remaining()) {
			throw new IncompleteException(this.position + length);
		}
	}

}
