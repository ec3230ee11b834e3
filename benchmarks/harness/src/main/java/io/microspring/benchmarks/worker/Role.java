package io.microspring.benchmarks.worker;

import java.util.function.Consumer;

/**
 * What a worker is there for.
 */
interface Role extends AutoCloseable {

	/**
	 * What is said when the worker is ready.
	 * @return the line
	 */
	String ready();

	/**
	 * Does what the controller asks.
	 * @param command the words of the command
	 * @param answers takes the lines of the answer
	 * @throws Exception when it fails; the controller is told
	 */
	void obey(String[] command, Consumer<String> answers) throws Exception;

}
