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
		if (reading) {
			if (this.holders.decrementAndGet() == 0) {
				this.socket.reading(true);
			}
		}
		else if (this.holders.getAndIncrement() == 0) {
			this.socket.reading(false);
		}
	}

}
