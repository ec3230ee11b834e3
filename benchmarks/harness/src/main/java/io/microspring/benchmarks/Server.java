package io.microspring.benchmarks;

/**
 * A peer's server that is running.
 */
public interface Server extends AutoCloseable {

	/**
	 * Where it listens.
	 * @return the port on 127.0.0.1
	 */
	int port();

	/**
	 * The process that does the work, whose processor time is counted.
	 * @return its id; this process by default
	 */
	default long process() {
		return ProcessHandle.current().pid();
	}

}
