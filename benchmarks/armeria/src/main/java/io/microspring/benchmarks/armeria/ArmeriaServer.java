package io.microspring.benchmarks.armeria;

import io.microspring.benchmarks.Server;

/**
 * A server of Armeria that is started.
 */
final class ArmeriaServer implements Server {

	private final com.linecorp.armeria.server.Server server;

	ArmeriaServer(com.linecorp.armeria.server.Server server) {
		this.server = server;
		server.start().join();
	}

	@Override
	public int port() {
		return this.server.activeLocalPort();
	}

	@Override
	public void close() {
		this.server.stop().join();
	}

}
