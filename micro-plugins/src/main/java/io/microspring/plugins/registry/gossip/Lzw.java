package io.microspring.plugins.registry.gossip;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * LZW as memberlist uses it: Go's {@code compress/lzw} with the lowest bit first and
 * literals of 8 bits. Codes have 9 to 12 bits; when all are used up, whoever writes
 * begins anew.
 */
final class Lzw {

	private static final int CLEAR = 256;

	private static final int END = 257;

	private static final int MAX_WIDTH = 12;

	/** Whoever writes begins anew before the last code is used. */
	private static final int LAST = (1 << MAX_WIDTH) - 1;

	private static final int NONE = -1;

	private Lzw() {
	}

	/**
	 * Compresses.
	 * @param plain what to compress
	 * @return the codes
	 */
	static byte[] compress(byte[] plain) {
		Writer writer = new Writer(plain.length);
		writer.write(CLEAR);
		int code = NONE;
		for (byte each : plain) {
			int literal = each & 0xff;
			if (code == NONE) {
				code = literal;
				continue;
			}
			int longer = code << 8 | literal;
			int known = writer.code(longer);
			if (known != NONE) {
				code = known;
				continue;
			}
			writer.write(code);
			if (writer.count()) {
				writer.learn(longer);
			}
			code = literal;
		}
		if (code != NONE) {
			writer.write(code);
			writer.count();
		}
		writer.write(END);
		return writer.finish();
	}

	/**
	 * Decompresses.
	 * @param codes the codes
	 * @param limit how many bytes may come of it
	 * @return the plain bytes
	 * @throws MalformedException when it is no LZW, or too long
	 */
	static byte[] decompress(byte[] codes, int limit) {
		Reader reader = new Reader(codes, limit);
		for (int code = reader.next(); code != END; code = reader.next()) {
			reader.expand(code);
		}
		return reader.plain.toByteArray();
	}

	private static final class Writer {

		private final ByteArrayOutputStream out;

		/**
		 * Hashed: a code and the byte behind it, 20 bits, and the code for both, which is
		 * never 0.
		 */
		private final int[] table = new int[1 << 14];

		private long bits;

		private int bitCount;

		private int width = 9;

		private int highest = END;

		Writer(int length) {
			this.out = new ByteArrayOutputStream(length / 2 + 16);
		}

		void write(int code) {
			this.bits |= (long) code << this.bitCount;
			this.bitCount += this.width;
			while (this.bitCount >= 8) {
				this.out.write((int) this.bits);
				this.bits >>>= 8;
				this.bitCount -= 8;
			}
		}

		/**
		 * Whether there is a code left for what was just seen; if not, it begins anew.
		 */
		boolean count() {
			this.highest++;
			if (this.highest == 1 << this.width) {
				this.width++;
			}
			if (this.highest < LAST) {
				return true;
			}
			write(CLEAR);
			this.width = 9;
			this.highest = END;
			Arrays.fill(this.table, 0);
			return false;
		}

		/** The code for a code and the byte behind it. */
		int code(int longer) {
			int entry = this.table[place(longer)];
			return (entry == 0) ? NONE : entry & LAST;
		}

		void learn(int longer) {
			this.table[place(longer)] = longer << MAX_WIDTH | this.highest;
		}

		/** Where it stands, or would; a quarter of the places are taken at the most. */
		private int place(int longer) {
			int mask = this.table.length - 1;
			int place = (longer ^ longer >>> MAX_WIDTH) & mask;
			while (this.table[place] != 0 && this.table[place] >>> MAX_WIDTH != longer) {
				place = (place + 1) & mask;
			}
			return place;
		}

		byte[] finish() {
			if (this.bitCount > 0) {
				this.out.write((int) this.bits);
			}
			return this.out.toByteArray();
		}

	}

	private static final class Reader {

		private final byte[] codes;

		private final int limit;

		private final ByteArrayOutputStream plain;

		/** What a code stands for: the bytes of another, and one more. */
		private final short[] prefixes = new short[1 << MAX_WIDTH];

		private final byte[] suffixes = new byte[1 << MAX_WIDTH];

		private final byte[] expansion = new byte[1 << MAX_WIDTH];

		private int position;

		private long bits;

		private int bitCount;

		private int width = 9;

		private int highest = END;

		private int last = NONE;

		Reader(byte[] codes, int limit) {
			this.codes = codes;
			this.limit = limit;
			this.plain = new ByteArrayOutputStream((int) Math.min(limit, 3L * codes.length));
		}

		int next() {
			while (this.bitCount < this.width) {
				if (this.position == this.codes.length) {
					throw new MalformedException("LZW without an end");
				}
				this.bits |= (this.codes[this.position++] & 0xffL) << this.bitCount;
				this.bitCount += 8;
			}
			int code = (int) (this.bits & ((1 << this.width) - 1));
			this.bits >>>= this.width;
			this.bitCount -= this.width;
			return code;
		}

		void expand(int code) {
			if (code == CLEAR) {
				this.width = 9;
				this.highest = END;
				this.last = NONE;
				return;
			}
			// Only the code that is being made may not be known yet.
			boolean unfinished = code == this.highest && this.last != NONE;
			if (code > this.highest) {
				throw new MalformedException("LZW with a code that stands for nothing");
			}
			int at = this.expansion.length;
			if (unfinished) {
				at--;
			}
			int each = unfinished ? this.last : code;
			while (each > CLEAR) {
				this.expansion[--at] = this.suffixes[each];
				each = this.prefixes[each];
			}
			byte first = (byte) each;
			this.expansion[--at] = first;
			if (unfinished) {
				this.expansion[this.expansion.length - 1] = first;
			}
			if (this.plain.size() + this.expansion.length - at > this.limit) {
				throw new MalformedException("LZW of more than " + this.limit + " bytes");
			}
			this.plain.write(this.expansion, at, this.expansion.length - at);
			learn(code, first);
		}

		private void learn(int code, byte first) {
			if (this.last != NONE) {
				this.suffixes[this.highest] = first;
				this.prefixes[this.highest] = (short) this.last;
			}
			this.last = code;
			if (this.highest + 1 < 1 << this.width) {
				this.highest++;
			}
			else if (this.width < MAX_WIDTH) {
				this.highest++;
				this.width++;
			}
			else {
				// All codes are known; nothing is added until it begins anew.
				this.last = NONE;
			}
		}

	}

}
