package io.microspring.benchmarks;

/**
 * Calls and waits; on as many virtual threads as there are calls at a time, or before
 * Java 21 platform threads.
 */
public interface BlockingCaller extends Caller {

	/**
	 * Sends a text, waits and checks the length of the answer's.
	 * @param payload what to send
	 * @throws Exception when the call fails or the answer is not what was sent
	 */
	void call(Payload payload) throws Exception;

}
