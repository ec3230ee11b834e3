package io.microspring.service;

import io.microspring.client.Client;
import io.microspring.server.Server;

/**
 * One running service: a name, a client and a server. Not to be mixed up with
 * {@code io.microspring.registry.Service}, what a registry knows of it. Thread-safe.
 * go-micro: {@code micro.Service}.
 */
public interface MicroService extends AutoCloseable {

	/**
	 * The service's name.
	 * @return the name
	 */
	String name();

	/**
	 * Its client.
	 * @return the client
	 */
	Client client();

	/**
	 * Its server.
	 * @return the server
	 */
	Server server();

	/**
	 * Runs the hooks, starts and registers the server. Idempotent.
	 */
	void start();

	/**
	 * Starts, and returns once the service has been closed: by {@link #close}, or by
	 * SIGTERM or SIGINT.
	 */
	void run();

	/**
	 * Stops gracefully: deregisters, waits for the news to travel, drains, closes, with
	 * the hooks around it. Idempotent.
	 */
	@Override
	void close();

	/**
	 * Begins a service.
	 * @param name its name
	 * @return a builder
	 */
	static MicroServiceBuilder named(String name) {
		return new MicroServiceBuilder(name);
	}

}
