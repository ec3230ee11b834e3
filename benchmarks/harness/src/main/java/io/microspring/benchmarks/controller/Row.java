package io.microspring.benchmarks.controller;

import io.microspring.benchmarks.worker.Load;

/**
 * A line of the tables: a peer, run in one way.
 *
 * @param name the name of the row
 * @param module the folder of {@code benchmarks} whose class path it runs on; of a
 * program, its path
 * @param peer the class that implements {@link io.microspring.benchmarks.Peer}, or
 * {@link io.microspring.benchmarks.Probe}; of a program, empty
 * @param variant how it is run
 * @param ability what it does
 */
record Row(String name, String module, String peer, String variant, Ability ability) {

	/**
	 * What a row does.
	 */
	enum Ability {

		/** Unary calls. */
		CALLS,

		/** Streams from the server. */
		STREAMS,

		/** Unary calls and streams. */
		BOTH,

		/** Measures itself. */
		PROBE

	}

	/**
	 * A program in another language, which takes and answers the lines of a worker.
	 * @param name the name of the row
	 * @param path where the program is
	 * @return the row
	 */
	static Row program(String name, String path) {
		return new Row(name, path, "", "", Ability.BOTH);
	}

	boolean isProgram() {
		return this.peer.isEmpty();
	}

	/**
	 * Whether it can be measured under a load.
	 * @param load the load
	 * @return true when it can
	 */
	boolean can(Load load) {
		return this.ability == Ability.BOTH
				|| this.ability == ((load.kind() == Load.Kind.STREAM) ? Ability.STREAMS : Ability.CALLS);
	}

}
