package io.microspring.benchmarks.controller;

/**
 * A line of the tables: a peer, run in one way.
 *
 * @param name the name of the row
 * @param module the folder of {@code benchmarks} whose class path it runs on
 * @param peer the class that implements {@link io.microspring.benchmarks.Peer}, or
 * {@link io.microspring.benchmarks.Probe}
 * @param variant how it is run
 */
record Row(String name, String module, String peer, String variant) {

	private static final String PACKAGE = "io.microspring.benchmarks.";

	static Row of(String name, String module, String peer, String variant) {
		return new Row(name, module, PACKAGE + peer, variant);
	}

}
