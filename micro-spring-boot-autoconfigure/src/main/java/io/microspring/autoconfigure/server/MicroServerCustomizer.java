package io.microspring.autoconfigure.server;

import io.microspring.server.ServerBuilder;

/**
 * Changes the server that is about to be made. Beans of this type are called in their
 * order, after the properties and the interceptors have been applied.
 */
@FunctionalInterface
public interface MicroServerCustomizer {

	/**
	 * Changes the server.
	 * @param builder makes the server
	 */
	void customize(ServerBuilder builder);

}
