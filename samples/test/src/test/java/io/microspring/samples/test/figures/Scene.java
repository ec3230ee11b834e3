package io.microspring.samples.test.figures;

import io.microspring.registry.Registry;

/**
 * A kind of registry as it is measured, with whatever server it needs. Closing it ends
 * that.
 */
interface Scene extends AutoCloseable {

	/** Such as a process has that calls. */
	Registry open();

	/** A service that can be called as soon as somebody knows of it. */
	Party service(String name);

	/** One more of that service, which will be gone without a goodbye. */
	Party victim(String name);

	@Override
	void close();

	/** A node of a service. */
	interface Party extends AutoCloseable {

		/** The news that it is there begins to travel. */
		void appear();

		/** The news that it is gone begins to travel. */
		void vanish();

		@Override
		void close();

	}

}
