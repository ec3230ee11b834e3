package io.microspring.transport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A connection read and written by the byte.
 */
final class RawConnection implements AutoCloseable {

	private final java.net.Socket socket;

	RawConnection(java.net.Socket socket) throws IOException {
		this.socket = socket;
		socket.setSoTimeout(10_000);
		socket.setTcpNoDelay(true);
	}

	static RawConnection to(String address) throws IOException {
		Address target = Address.parse(address);
		return new RawConnection(new java.net.Socket(target.host(), target.port()));
	}

	/** Writes Latin-1, so that any byte can be written. */
	RawConnection write(String text) throws IOException {
		this.socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
		this.socket.getOutputStream().flush();
		return this;
	}

	RawConnection writeByteByByte(String text) throws IOException {
		for (int i = 0; i < text.length(); i++) {
			write(text.substring(i, i + 1));
		}
		return this;
	}

	RawConnection finishOutput() throws IOException {
		this.socket.shutdownOutput();
		return this;
	}

	/** Reads one HTTP message of known length. */
	Raw read() throws IOException {
		List<String> head = new ArrayList<>();
		for (String line = readLine(); !line.isEmpty(); line = readLine()) {
			head.add(line);
		}
		int length = head.stream()
			.filter((line) -> line.startsWith("Content-Length: "))
			.mapToInt((line) -> Integer.parseInt(line.substring(16)))
			.findFirst()
			.orElse(0);
		byte[] body = this.socket.getInputStream().readNBytes(length);
		return new Raw(head.get(0), head.subList(1, head.size()), new String(body, StandardCharsets.UTF_8));
	}

	/** Reads as many bytes, as Latin-1. */
	String read(int length) throws IOException {
		byte[] bytes = this.socket.getInputStream().readNBytes(length);
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

	/** Reads until the peer closes, as Latin-1. */
	String readAll() throws IOException {
		return new String(this.socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
	}

	/** Whether the peer has closed and nothing is left to read. */
	boolean isAtEnd() throws IOException {
		return this.socket.getInputStream().read() < 0;
	}

	private String readLine() throws IOException {
		InputStream in = this.socket.getInputStream();
		StringBuilder line = new StringBuilder();
		for (int c = in.read(); c != '\n'; c = in.read()) {
			if (c < 0) {
				throw new IOException("end of connection after: " + line);
			}
			line.append((char) c);
		}
		line.setLength(line.length() - 1);
		return line.toString();
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	/** An HTTP message. */
	record Raw(String start, List<String> headers, String body) {
	}

}
