package io.microspring.transport;

import java.io.ByteArrayOutputStream;

/**
 * The encoding of keys and certificates (X.690).
 * <p>
 * Wraps the older forms of private keys into PKCS#8 (RFC 5208), which is all that the JDK
 * reads: PKCS#1 for RSA (RFC 8017) and SEC 1 for elliptic curves (RFC 5915).
 */
final class Der {

	static final int INTEGER = 0x02;

	private static final int BITS = 0x03;

	static final int OCTETS = 0x04;

	private static final int SEQUENCE = 0x30;

	static final int SET = 0x31;

	/** The tag of an EC key's curve. */
	private static final int PARAMETERS = 0xa0;

	private static final byte[] ZERO = { INTEGER, 1, 0 };

	/** rsaEncryption, without parameters. */
	private static final byte[] RSA = { SEQUENCE, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 1,
			1, 5, 0 };

	/** id-ecPublicKey. */
	private static final byte[] EC = { 6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1 };

	private final byte[] bytes;

	private int at;

	private Der(byte[] bytes) {
		this.bytes = bytes;
	}

	/**
	 * Wraps an RSA key.
	 * @param pkcs1 the key
	 * @return the same in PKCS#8
	 */
	static byte[] pkcs8OfRsa(byte[] pkcs1) {
		return sequence(ZERO, RSA, write(OCTETS, pkcs1));
	}

	/**
	 * Wraps an EC key.
	 * @param sec1 the key, which names its curve
	 * @return the same in PKCS#8
	 * @throws IllegalArgumentException when it is no such key
	 */
	static byte[] pkcs8OfEc(byte[] sec1) {
		Der key = new Der(sec1);
		key.enter(SEQUENCE);
		key.skip(INTEGER);
		key.skip(OCTETS);
		byte[] curve = key.read(PARAMETERS);
		return sequence(ZERO, sequence(EC, curve), write(OCTETS, sec1));
	}

	private void skip(int tag) {
		int length = enter(tag);
		this.at += length;
	}

	private byte[] read(int tag) {
		int length = enter(tag);
		byte[] value = new byte[length];
		System.arraycopy(this.bytes, this.at, value, 0, length);
		this.at += length;
		return value;
	}

	/** Steps over a tag and its length, which it returns. */
	private int enter(int tag) {
		if (next() != tag) {
			throw new IllegalArgumentException("it is not DER as it should be");
		}
		int length = next();
		if (length > 0x80) {
			int size = length & 0x7f;
			length = 0;
			for (int i = 0; i < size && length >= 0; i++) {
				length = length << 8 | next();
			}
		}
		if (length < 0 || length > this.bytes.length - this.at) {
			throw new IllegalArgumentException("it is cut off");
		}
		return length;
	}

	private int next() {
		if (this.at >= this.bytes.length) {
			throw new IllegalArgumentException("it is cut off");
		}
		return this.bytes[this.at++] & 0xff;
	}

	/**
	 * A sequence.
	 * @param parts what is in it, encoded
	 * @return its encoding
	 */
	static byte[] sequence(byte[]... parts) {
		return write(SEQUENCE, parts);
	}

	/**
	 * A string of bits, all of which count.
	 * @param bytes the bits
	 * @return its encoding
	 */
	static byte[] bits(byte[] bytes) {
		return write(BITS, new byte[] { 0 }, bytes);
	}

	/**
	 * A value.
	 * @param tag what it is
	 * @param parts what it is made of, which is less than 64 KiB
	 * @return its encoding
	 */
	static byte[] write(int tag, byte[]... parts) {
		int length = 0;
		for (byte[] part : parts) {
			length += part.length;
		}
		ByteArrayOutputStream out = new ByteArrayOutputStream(length + 4);
		out.write(tag);
		if (length < 0x80) {
			out.write(length);
		}
		else if (length <= 0xff) {
			out.write(0x81);
			out.write(length);
		}
		else {
			out.write(0x82);
			out.write(length >> 8);
			out.write(length);
		}
		for (byte[] part : parts) {
			out.write(part, 0, part.length);
		}
		return out.toByteArray();
	}

}
