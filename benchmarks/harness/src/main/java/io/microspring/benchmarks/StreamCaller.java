package io.microspring.benchmarks;

/**
 * Receives streams.
 */
public interface StreamCaller extends Caller {

	/**
	 * Opens a stream, reads all that the server sends and closes it.
	 * @param messages how many messages to ask for
	 * @param each what each is to carry
	 * @return how many were received
	 * @throws Exception when the stream fails
	 */
	long stream(int messages, Payload each) throws Exception;

}
