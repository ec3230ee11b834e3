package io.microspring.autoconfigure.selector;

import io.microspring.client.ClientOptions;
import io.microspring.selector.Strategy;

/**
 * Makes strategies of what properties say. Thread-safe.
 */
public interface StrategyFactory {

	/**
	 * What is said for all calls, as it was at the start. Where the only strategy is a
	 * bean of the application, which counts instead of what properties say, that is no
	 * more than a version.
	 * @return what stands behind that which is said of a service
	 */
	SelectionProperties forAll();

	/**
	 * Gives calls the version that properties say for all, unless theirs is said already.
	 * @param options what calls are like
	 * @return the options
	 */
	ClientOptions withVersion(ClientOptions options);

	/**
	 * The strategy for calls of which nothing else is said.
	 * @return the strategy
	 */
	Strategy make();

	/**
	 * Makes a strategy, or finds the one that was made of the same settings.
	 * @param selection what is said of it, nothing left to others
	 * @param name the name of the property that says so
	 * @return the strategy
	 */
	Strategy make(SelectionProperties selection, String name);

}
