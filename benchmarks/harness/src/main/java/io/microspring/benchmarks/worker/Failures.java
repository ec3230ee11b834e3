package io.microspring.benchmarks.worker;

/**
 * Failures in one line.
 */
final class Failures {

	private static final int LONGEST = 300;

	private Failures() {
	}

	static String describe(Throwable failure) {
		Throwable cause = failure;
		while (cause.getCause() != null && cause.getCause() != cause) {
			cause = cause.getCause();
		}
		String text = (cause == failure) ? failure.toString() : failure + ", by " + cause;
		String line = text.replace('\n', ' ').replace('\r', ' ');
		return (line.length() > LONGEST) ? line.substring(0, LONGEST) : line;
	}

}
