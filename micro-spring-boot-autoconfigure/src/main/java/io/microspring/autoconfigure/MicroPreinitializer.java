package io.microspring.autoconfigure;

import java.time.Duration;

import io.microspring.client.Client;
import io.microspring.registry.Registry;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.transport.Transport;
import io.netty.buffer.ByteBufAllocator;

import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;

/**
 * Loads what every service needs on a thread of Boot's own, while the application context
 * is made: Netty, the server and the client. No more than that: Boot waits for it before
 * it says that the application is ready.
 */
final class MicroPreinitializer implements BackgroundPreinitializer {

	@Override
	public void preinitialize() {
		netty();
		serverAndClient();
	}

	private static void netty() {
		ByteBufAllocator.DEFAULT.ioBuffer(1).release();
	}

	/** Not started: a log that says that something is served would be wrong. */
	private static void serverAndClient() {
		ServerOptions options = ServerOptions.named("warm-up").withShutdown(Duration.ZERO, Duration.ZERO);
		try (Registry registry = Registry.memory();
				Transport transport = Transport.memory();
				Server server = Server.builder(registry).transport(transport).options(options).build();
				Client client = Client.builder(registry).transport(transport).build()) {
			server.stats();
			client.stats();
		}
	}

}
