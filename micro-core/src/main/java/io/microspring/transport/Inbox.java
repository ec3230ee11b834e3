package io.microspring.transport;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * A receiver to take from: the blocking way to read a socket, for tests and simple
 * programs. Holds back the peer at 128 messages, as go-micro's sockets do.
 */
public final class Inbox implements Receiver {

	private static final int WINDOW = 128;

	private final Socket socket;

	private final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();

	private Inbox(Socket socket) {
		this.socket = socket;
	}

	/**
	 * Receives what arrives on a socket.
	 * @param socket the socket
	 * @return the inbox, installed
	 */
	public static Inbox of(Socket socket) {
		Inbox inbox = new Inbox(socket);
		socket.receive(inbox);
		return inbox;
	}

	/**
	 * Waits for the next message.
	 * @param timeout how long at the most
	 * @return the message
	 * @throws TransportException when the connection has ended or nothing came in time
	 * @throws MicroException when the transport refused the message
	 * @throws InterruptedException when the thread is interrupted
	 */
	public Message take(Duration timeout) throws InterruptedException {
		Object next = this.queue.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
		if (this.queue.size() < WINDOW / 2) {
			this.socket.reading(true);
		}
		if (next instanceof Message message) {
			return message;
		}
		if (next instanceof MicroException refused) {
			throw refused;
		}
		if (next instanceof Closed closed) {
			this.queue.add(closed);
			throw new TransportException("connection closed: " + this.socket.remote(), false, closed.cause);
		}
		throw new TransportException("nothing received from " + this.socket.remote() + " in " + timeout, false, null);
	}

	@Override
	public void onMessage(Message message) {
		this.queue.add(message);
		if (this.queue.size() >= WINDOW) {
			this.socket.reading(false);
			if (this.queue.size() < WINDOW / 2) {
				// All was taken meanwhile, and whoever takes next would wait in vain.
				this.socket.reading(true);
			}
		}
	}

	@Override
	public void onRefused(Message head, MicroException error) {
		this.queue.add(error);
	}

	@Override
	public void onHalfClosed() {
		this.queue.add(new Closed(null));
	}

	@Override
	public void onClosed(@Nullable Throwable cause) {
		this.queue.add(new Closed(cause));
	}

	private record Closed(@Nullable Throwable cause) {
	}

}
