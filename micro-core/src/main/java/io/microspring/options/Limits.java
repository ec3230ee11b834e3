package io.microspring.options;

import java.time.Duration;

/**
 * Limits of what options may be: who goes beyond them hears of it where the options are
 * made, by the option's name.
 */
public final class Limits {

	private Limits() {
	}

	/**
	 * Makes sure that a time is within its limits.
	 * @param name the option
	 * @param value what it is
	 * @param least the shortest that it may be
	 * @param most the longest that it may be
	 * @throws IllegalArgumentException when it is not
	 */
	public static void requireBetween(String name, Duration value, Duration least, Duration most) {
		if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
			throw new IllegalArgumentException(name + " must be between " + least + " and " + most + ", not " + value);
		}
	}

	/**
	 * Makes sure that a number is within its limits.
	 * @param name the option
	 * @param value what it is
	 * @param least the least that it may be
	 * @param most the most that it may be
	 * @throws IllegalArgumentException when it is not
	 */
	public static void requireBetween(String name, long value, long least, long most) {
		if (value < least || value > most) {
			throw new IllegalArgumentException(name + " must be between " + least + " and " + most + ", not " + value);
		}
	}

	/**
	 * Makes sure that a number is not too small.
	 * @param name the option
	 * @param value what it is
	 * @param least the least that it may be
	 * @throws IllegalArgumentException when it is less
	 */
	public static void requireAtLeast(String name, long value, long least) {
		if (value < least) {
			throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
		}
	}

}
