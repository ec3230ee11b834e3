package io.microspring.test.server;

/**
 * A real server that a test can kill and start again. Not thread-safe.
 */
public interface TestServer {

	/**
	 * Where the server is, also after it was started again.
	 * @return {@code host:port}
	 */
	String address();

	/**
	 * Ends it at once, and waits until it is gone.
	 */
	void kill();

	/**
	 * Starts it again where it was, and waits until it can be used.
	 */
	void start();

}
