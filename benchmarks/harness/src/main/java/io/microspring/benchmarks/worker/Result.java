package io.microspring.benchmarks.worker;

/**
 * What a client counted in a window.
 *
 * @param calls calls that were answered, or messages that were received
 * @param nanos in what time
 * @param failures calls that failed, before the window too
 * @param p50 the median latency in nanoseconds
 * @param p99 the latency that one call in a hundred exceeds
 * @param p999 the latency that one call in a thousand exceeds
 * @param max the longest latency
 * @param failure why the first failed, or empty
 */
public record Result(long calls, long nanos, long failures, long p50, long p99, long p999, long max, String failure) {

	/**
	 * Calls or messages a second.
	 * @return the rate
	 */
	public double rate() {
		return this.calls * 1e9 / this.nanos;
	}

	String toLine() {
		return "result " + this.calls + " " + this.nanos + " " + this.failures + " " + this.p50 + " " + this.p99 + " "
				+ this.p999 + " " + this.max + " " + this.failure;
	}

	/**
	 * What a client wrote.
	 * @param line the line
	 * @return the result
	 */
	public static Result parse(String line) {
		String[] words = line.split(" ", 9);
		if (!words[0].equals("result")) {
			throw new IllegalArgumentException(line);
		}
		return new Result(number(words[1]), number(words[2]), number(words[3]), number(words[4]), number(words[5]),
				number(words[6]), number(words[7]), words[8]);
	}

	private static long number(String word) {
		return Long.parseLong(word);
	}

}
