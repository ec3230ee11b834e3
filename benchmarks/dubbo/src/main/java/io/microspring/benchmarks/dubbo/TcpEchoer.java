package io.microspring.benchmarks.dubbo;

/**
 * The service.
 */
public interface TcpEchoer {

	/**
	 * Answers with the same text.
	 * @param message the text
	 * @return the same
	 */
	Message call(Message message);

}
