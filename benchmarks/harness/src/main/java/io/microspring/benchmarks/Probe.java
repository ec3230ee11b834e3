package io.microspring.benchmarks;

/**
 * Measures something that is not a call between two processes, such as a lookup or a
 * broker, beside what it is compared with. It needs a constructor without parameters and
 * runs in a process of its own; the controller has it measure once a round, while nothing
 * else runs, and forms ratios of the rows it reports within a round.
 */
public interface Probe extends AutoCloseable {

	/**
	 * Gets ready: starts what is needed and warms it for some seconds.
	 * @param variant what to measure; the name is the probe's own
	 * @throws Exception when it cannot be measured here
	 */
	void warm(String variant) throws Exception;

	/**
	 * Measures once, for about two seconds in all.
	 * @param figures takes what was found
	 * @throws Exception when it failed
	 */
	void measure(Figures figures) throws Exception;

	@Override
	default void close() throws Exception {
	}

	/**
	 * Takes what a probe finds.
	 */
	@FunctionalInterface
	interface Figures {

		/**
		 * One figure of this round.
		 * @param row what was measured, such as {@code selector-1000}; no blanks or
		 * commas
		 * @param metric which figure of it, such as {@code nanos}, {@code rate} or
		 * {@code bytes}
		 * @param value the figure
		 */
		void add(String row, String metric, double value);

	}

}
