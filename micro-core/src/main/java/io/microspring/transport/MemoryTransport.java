package io.microspring.transport;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Placeholder.
 */
final class MemoryTransport implements Transport {

	MemoryTransport() {
	}

	@Override
	public String name() {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletableFuture<Socket> dial(String address, Duration timeout) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Listener listen(String address, Consumer<Socket> onAccept) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void close() {
	}

}
