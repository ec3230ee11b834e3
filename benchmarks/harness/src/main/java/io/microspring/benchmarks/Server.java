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

}
