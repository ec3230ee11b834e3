package io.microspring.service;

/**
 * Makes a service. Not thread-safe.
 */
public final class MicroServiceBuilder {

	MicroServiceBuilder(String name) {
	}

}
