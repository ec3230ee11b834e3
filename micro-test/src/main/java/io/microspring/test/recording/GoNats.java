package io.microspring.test.recording;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A connection to a NATS server as Go's first clients had it: without headers, and not
 * told that nobody listens. For one thread at a time.
 */
final class GoNats implements AutoCloseable {

	private final Socket socket;

	private final InputStream in;

	private int subscriptions;

	private boolean pong;

	/**
	 * Connects.
	 * @param address {@code host:port}
	 * @throws IOException when nobody answers there
	 */
	GoNats(String address) throws IOException {
		this.socket = new GoClient(address).connect();
		this.in = new BufferedInputStream(this.socket.getInputStream());
		write("CONNECT {\"verbose\":false,\"pedantic\":false,\"tls_required\":false,\"name\":\"\",\"lang\":\"go\","
				+ "\"version\":\"1.9.1\",\"protocol\":1,\"echo\":true}\r\n");
	}

	/** Listens to a subject; the server knows of it when this returns. */
	void subscribe(String subject) throws IOException {
		write("SUB " + subject + "  " + ++this.subscriptions + "\r\n");
		flush();
	}

	/** Publishes bytes as they were recorded. */
	void publish(String subject, String replyTo, byte[] payload) throws IOException {
		write("PUB " + subject + " " + (replyTo.isEmpty() ? "" : replyTo + " ") + payload.length + "\r\n");
		this.socket.getOutputStream().write(payload);
		write("\r\n");
	}

	private void flush() throws IOException {
		this.pong = false;
		write("PING\r\n");
		this.socket.setSoTimeout(0);
		while (!this.pong) {
			if (NatsFrame.read(this.in, this::told) != null) {
				throw new IOException("something came before it was listened to");
			}
		}
	}

	/**
	 * Waits for a message.
	 * @param patience how long at the most
	 * @return the message, or null when none came
	 */
	@Nullable NatsFrame next(Duration patience) throws IOException {
		long deadline = System.nanoTime() + patience.toNanos();
		try {
			for (long left = patience.toMillis(); left > 0; left = (deadline - System.nanoTime()) / 1_000_000) {
				this.socket.setSoTimeout((int) Math.max(1, left));
				NatsFrame frame = NatsFrame.read(this.in, this::told);
				if (frame != null) {
					return frame;
				}
			}
		}
		catch (SocketTimeoutException ex) {
			// none came
		}
		return null;
	}

	private void told(String line) throws IOException {
		if (line.equals("PING")) {
			write("PONG\r\n");
		}
		else if (line.equals("PONG")) {
			this.pong = true;
		}
		else if (line.startsWith("-ERR")) {
			throw new IOException("NATS says " + line);
		}
	}

	private void write(String text) throws IOException {
		this.socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
