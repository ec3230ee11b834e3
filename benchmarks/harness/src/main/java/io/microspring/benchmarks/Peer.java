package io.microspring.benchmarks;

/**
 * Something that answers calls with their own text, and its maker's client: ours, another
 * framework's, or a raw limit. It needs a constructor without parameters. Server and
 * client run in separate processes; each creates its own peer. A variant is a way to run
 * it, such as a choice of executor; its name is the peer's own.
 */
public interface Peer {

	/**
	 * Starts to serve on a free port of 127.0.0.1.
	 * @param variant how to serve
	 * @return the server, which answers
	 * @throws Exception when it cannot be started
	 */
	Server serve(String variant) throws Exception;

	/**
	 * Starts a client.
	 * @param variant how to call
	 * @param port the port of the server
	 * @param concurrency how many calls there will be at a time
	 * @return a caller that is ready for so many calls: an {@link AsyncCaller}, a
	 * {@link BlockingCaller} or a {@link StreamCaller}
	 * @throws Exception when it cannot be started
	 */
	Caller connect(String variant, int port, int concurrency) throws Exception;

}
