package io.microspring.plugins.registry.gossip;

import java.time.Duration;

/**
 * The time, and what is done later. Everything about the cluster is done by one thread,
 * and so is what is done later.
 */
interface Timers {

	/** The time in nanoseconds, for differences. */
	long now();

	/**
	 * Does something later.
	 * @param delay how much later
	 * @param task what to do
	 * @return calls it off, if it has not been done
	 */
	Runnable after(Duration delay, Runnable task);

}
