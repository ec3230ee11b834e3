package io.microspring.benchmarks;

/**
 * Calls without waiting.
 */
public interface AsyncCaller extends Caller {

	/**
	 * Sends a text and has the length of the answer's checked. Never blocks.
	 * @param payload what to send
	 * @param done told once how the call ended, on any thread; it may call again from
	 * there
	 */
	void call(Payload payload, Completion done);

}
