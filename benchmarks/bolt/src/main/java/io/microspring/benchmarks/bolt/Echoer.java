package io.microspring.benchmarks.bolt;

/**
 * The service.
 */
public interface Echoer {

	/**
	 * Answers with the same text.
	 * @param message the text
	 * @return the same
	 */
	Message call(Message message);

}
