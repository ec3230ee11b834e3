package io.microspring.call;

import java.util.concurrent.TimeUnit;

/**
 * The times of {@code grpc-timeout}: up to eight digits and a unit, as in
 * {@code 999489u}.
 */
public final class GrpcTimeout {

	private static final String UNITS = "numSMH";

	private static final TimeUnit[] MEANING = { TimeUnit.NANOSECONDS, TimeUnit.MICROSECONDS, TimeUnit.MILLISECONDS,
			TimeUnit.SECONDS, TimeUnit.MINUTES, TimeUnit.HOURS };

	private static final long LARGEST = 99_999_999;

	private GrpcTimeout() {
	}

	/**
	 * Reads a time.
	 * @param text the header's value
	 * @return the nanoseconds; those of the longest time that a {@code long} holds when
	 * there are more
	 * @throws IllegalArgumentException when it is no time
	 */
	public static long parse(String text) {
		int digits = text.length() - 1;
		int unit = (digits < 1 || digits > 8) ? -1 : UNITS.indexOf(text.charAt(digits));
		if (unit < 0) {
			throw new IllegalArgumentException("no grpc-timeout: " + text);
		}
		long value = 0;
		for (int i = 0; i < digits; i++) {
			char c = text.charAt(i);
			if (c < '0' || c > '9') {
				throw new IllegalArgumentException("no grpc-timeout: " + text);
			}
			value = value * 10 + (c - '0');
		}
		return MEANING[unit].toNanos(value);
	}

	/**
	 * Writes a time in the finest unit that can hold it.
	 * @param nanos the nanoseconds; less than nothing counts as nothing
	 * @return the header's value
	 */
	public static String format(long nanos) {
		long left = Math.max(0, nanos);
		for (int unit = 0; unit < MEANING.length; unit++) {
			long value = MEANING[unit].convert(left, TimeUnit.NANOSECONDS);
			if (value <= LARGEST) {
				return value + UNITS.substring(unit, unit + 1);
			}
		}
		return LARGEST + "H";
	}

}
