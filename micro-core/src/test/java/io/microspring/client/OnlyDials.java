package io.microspring.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.microspring.transport.Listener;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;

/**
 * A transport that carries connections only, as one of a user's may.
 *
 * @param transport what it dials with
 */
record OnlyDials(Transport transport) implements Transport {

	@Override
	public String name() {
		return "only-dials";
	}

	@Override
	public CompletableFuture<Socket> dial(String address, Duration timeout) {
		return this.transport.dial(address, timeout);
	}

	@Override
	public Listener listen(String address, Consumer<Socket> onAccept) {
		return this.transport.listen(address, onAccept);
	}

	@Override
	public void close() {
		this.transport.close();
	}

}
