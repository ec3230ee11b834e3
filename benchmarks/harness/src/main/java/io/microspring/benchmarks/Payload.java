package io.microspring.benchmarks;

/**
 * What a call carries: ASCII, so that a character is a byte. A caller may keep the
 * request it makes of a payload, as a user of its maker's API could.
 *
 * @param text the text
 */
public record Payload(String text) {

	/**
	 * A payload of some length.
	 * @param bytes the length
	 * @return the payload
	 */
	public static Payload ofLength(int bytes) {
		StringBuilder text = new StringBuilder(bytes);
		for (int i = 0; i < bytes; i++) {
			text.append((char) ('a' + i % 26));
		}
		return new Payload(text.toString());
	}

}
