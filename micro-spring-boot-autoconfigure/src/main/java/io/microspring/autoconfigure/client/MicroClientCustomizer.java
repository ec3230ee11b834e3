package io.microspring.autoconfigure.client;

import io.microspring.client.ClientBuilder;

/**
 * Changes the client that is about to be made. Beans of this type are called in their
 * order, after the properties and the interceptors have been applied.
 */
@FunctionalInterface
public interface MicroClientCustomizer {

	/**
	 * Changes the client.
	 * @param builder makes the client
	 */
	void customize(ClientBuilder builder);

}
