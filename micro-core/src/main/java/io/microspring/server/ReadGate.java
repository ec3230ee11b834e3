package io.microspring.server;

import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.transport.Socket;

/**
 * Holds back a caller while anything on its connection does not keep up: a stream whose
 * window is full, or too many calls under way.
 */
final class ReadGate {

	private final Socket socket;

	private final AtomicInteger holders = new AtomicInteger();

	ReadGate(Socket socket) {
		this.socket = socket;
	}

	/**
	 * Told by each holder in turn: false once to hold, true once to let go.
	 */
	void reading(boolean reading) {
		int held = reading ? this.holders.decrementAndGet() : this.holders.incrementAndGet();
		if (held == (reading ? 0 : 1)) {
			settle();
		}
	}

	/**
	 * Two threads that hold and let go at once may tell the socket in the other order:
	 * whoever tells it last looks again.
	 */
	private void settle() {
		boolean reading;
		do {
			reading = this.holders.get() <= 0;
			this.socket.reading(reading);
		}
		while (reading != (this.holders.get() <= 0));
	}

}
