package io.microspring.plugins.broker.jms;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Speaks STOMP 1.2 as Go's client does: a length with each body, and a receipt asked for.
 */
final class StompClient implements AutoCloseable {

	private final Socket socket;

	private final InputStream in;

	StompClient(int port) throws IOException {
		this.socket = new Socket("127.0.0.1", port);
		this.socket.setSoTimeout(30_000);
		this.in = new BufferedInputStream(this.socket.getInputStream());
		write("CONNECT\naccept-version:1.0,1.1,1.2\nhost:/\n\n", "");
		expect("CONNECTED");
	}

	void subscribe(String destination) throws IOException {
		write("SUBSCRIBE\nid:1\ndestination:" + destination + "\nack:auto\nreceipt:s\n\n", "");
		expect("RECEIPT");
	}

	/** Sends, with headers that end in a new line each. */
	void send(String destination, String headers, String body) throws IOException {
		int length = body.getBytes(StandardCharsets.UTF_8).length;
		write("SEND\ndestination:" + destination + "\ncontent-length:" + length + "\n" + headers + "\n", body);
	}

	/** The next message, as it stands in its frame. */
	String receive() throws IOException {
		return expect("MESSAGE");
	}

	private String expect(String command) throws IOException {
		String frame = read();
		if (!frame.startsWith(command + "\n")) {
			throw new IOException("not a " + command + " but " + frame);
		}
		return frame;
	}

	private void write(String head, String body) throws IOException {
		this.socket.getOutputStream().write((head + body + "\0").getBytes(StandardCharsets.UTF_8));
	}

	private String read() throws IOException {
		ByteArrayOutputStream frame = new ByteArrayOutputStream();
		int length = -1;
		for (;;) {
			String line = line();
			if (line.isEmpty() && frame.size() == 0) {
				continue;
			}
			frame.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
			if (line.isEmpty()) {
				break;
			}
			if (line.startsWith("content-length:")) {
				length = Integer.parseInt(line.substring("content-length:".length()).trim());
			}
		}
		for (int read = 0; length < 0 || read <= length; read++) {
			int next = next();
			if (next == 0 && (length < 0 || read == length)) {
				break;
			}
			frame.write(next);
		}
		return frame.toString(StandardCharsets.UTF_8);
	}

	private String line() throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (int next = next(); next != '\n'; next = next()) {
			if (next != '\r') {
				line.write(next);
			}
		}
		return line.toString(StandardCharsets.UTF_8);
	}

	private int next() throws IOException {
		int next = this.in.read();
		if (next < 0) {
			throw new EOFException("the server has closed the connection");
		}
		return next;
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
