package io.microspring.test;

import java.util.Arrays;
import java.util.Random;

/**
 * Makes wrong input of good.
 */
final class Mutations {

	/** Bytes that mean something to one format or another. */
	private static final byte[] TELLING = { 0, 1, -1, 127, -128, '{', '}', '[', ']', '"', '\\', ',', ':', '\r', '\n',
			' ', ';', '-', 'e', '9', (byte) 0xc0, (byte) 0xed };

	private Mutations() {
	}

	/**
	 * Changes some bytes, takes some out or puts some in, as often as not near each
	 * other.
	 * @param good what to begin with
	 * @param random decides
	 * @return other bytes
	 */
	static byte[] of(byte[] good, Random random) {
		byte[] bytes = good.clone();
		for (int i = 1 + random.nextInt(4); i > 0; i--) {
			int at = (bytes.length == 0) ? 0 : random.nextInt(bytes.length);
			bytes = switch (random.nextInt(6)) {
				case 0 -> Arrays.copyOf(bytes, at);
				case 1 -> spliced(bytes, at, Math.min(bytes.length, at + random.nextInt(8)), new byte[0]);
				case 2 -> spliced(bytes, at, at, new byte[] { telling(random) });
				case 3 -> spliced(bytes, at, at, Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 64)));
				case 4 -> spliced(bytes, at, Math.min(bytes.length, at + 1), new byte[] { (byte) random.nextInt() });
				default -> spliced(bytes, at, Math.min(bytes.length, at + 1), new byte[] { telling(random) });
			};
		}
		return bytes;
	}

	private static byte telling(Random random) {
		return TELLING[random.nextInt(TELLING.length)];
	}

	private static byte[] spliced(byte[] bytes, int from, int to, byte[] between) {
		byte[] spliced = Arrays.copyOf(bytes, bytes.length - (to - from) + between.length);
		System.arraycopy(between, 0, spliced, from, between.length);
		System.arraycopy(bytes, to, spliced, from + between.length, bytes.length - to);
		return spliced;
	}

}
