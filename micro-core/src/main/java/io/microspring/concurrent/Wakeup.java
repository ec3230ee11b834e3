package io.microspring.concurrent;

/**
 * Has another thread do something: starts or wakes it. Short, never blocks and throws
 * nothing: what fails is told where it belongs.
 */
@FunctionalInterface
public interface Wakeup {

	/** Starts or wakes the other thread. */
	void wake();

}
