package io.microspring.concurrent;

/**
 * Which threads user code runs on.
 */
public enum ExecutorMode {

	/** Virtual threads where the JDK has them, else the pool. */
	AUTO,
	/** One virtual thread per task; JDK 21 or newer. */
	VIRTUAL,
	/** A bounded pool of platform threads that refuses what it cannot take at once. */
	POOL,
	/** The thread of the transport itself: for code that never blocks. */
	DIRECT

}
