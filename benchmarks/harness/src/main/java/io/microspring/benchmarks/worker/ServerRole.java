package io.microspring.benchmarks.worker;

import java.util.function.Consumer;

import io.microspring.benchmarks.Server;

/**
 * Serves until the controller ends.
 */
record ServerRole(Server server) implements Role {

	@Override
	public String ready() {
		return "ready " + this.server.port() + " " + this.server.process();
	}

	@Override
	public void obey(String[] command, Consumer<String> answers) {
		throw new IllegalArgumentException("A server is only asked for its usage: " + command[0]);
	}

	@Override
	public void close() throws Exception {
		this.server.close();
	}

}
