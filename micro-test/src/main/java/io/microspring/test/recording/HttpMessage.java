package io.microspring.test.recording;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 message as go-micro writes it: the body has a length or is chunked. Just
 * enough of HTTP to look at exchanges from outside, without the engine under test.
 *
 * @param startLine the request line or the status line
 * @param headers the first value of each header
 * @param body the body, without its framing
 */
record HttpMessage(String startLine, Metadata headers, byte[] body) {

	private static final int LONGEST_LINE = 1 << 20;

	private static final int LARGEST_BODY = 64 << 20;

	/**
	 * Reads the next message.
	 * @param in where from
	 * @return the message, or null when there are no more bytes
	 * @throws EOFException when it ends in the middle
	 */
	static @Nullable HttpMessage read(InputStream in) throws IOException {
		int first = in.read();
		if (first < 0) {
			return null;
		}
		String startLine = line(in, first);
		Metadata headers = headers(in);
		if (headers.getOrDefault("Transfer-Encoding", "").equalsIgnoreCase("chunked")) {
			return new HttpMessage(startLine, headers, chunks(in));
		}
		return new HttpMessage(startLine, headers, bytes(in, number(headers.getOrDefault("Content-Length", "0"), 10)));
	}

	/**
	 * All whole messages of some bytes.
	 * @param bytes the bytes; what stands behind the last whole message is left out
	 * @return the messages
	 */
	static List<HttpMessage> all(byte[] bytes) {
		List<HttpMessage> messages = new ArrayList<>();
		ByteArrayInputStream in = new ByteArrayInputStream(bytes);
		try {
			for (HttpMessage message = read(in); message != null; message = read(in)) {
				messages.add(message);
			}
		}
		catch (EOFException ignored) {
			// the rest of the last message comes later
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return messages;
	}

	/**
	 * The content type, protobuf when there is none, as a Go server takes it.
	 * @return the content type
	 */
	String contentType() {
		return this.headers.getOrDefault("Content-Type", "application/protobuf");
	}

	private static Metadata headers(InputStream in) throws IOException {
		Metadata.Builder headers = Metadata.builder();
		for (String line = line(in, in.read()); !line.isEmpty(); line = line(in, in.read())) {
			int colon = line.indexOf(':');
			if (colon < 1) {
				throw new IOException("No header: " + line);
			}
			headers.setIfAbsent(line.substring(0, colon), line.substring(colon + 1).trim());
		}
		return headers.build();
	}

	private static byte[] chunks(InputStream in) throws IOException {
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		for (int size = number(line(in, in.read()), 16); size > 0; size = number(line(in, in.read()), 16)) {
			body.write(bytes(in, size));
			line(in, in.read());
		}
		headers(in);
		return body.toByteArray();
	}

	private static byte[] bytes(InputStream in, int size) throws IOException {
		byte[] bytes = in.readNBytes(size);
		if (bytes.length < size) {
			throw new EOFException("The message ends after " + bytes.length + " of " + size + " bytes of its body");
		}
		return bytes;
	}

	private static int number(String text, int radix) throws IOException {
		try {
			int number = Integer.parseInt(text, radix);
			if (number < 0 || number > LARGEST_BODY) {
				throw new IOException("No size: " + text);
			}
			return number;
		}
		catch (NumberFormatException ex) {
			throw new IOException("No number: " + text, ex);
		}
	}

	/** Go writes headers in UTF-8. */
	private static String line(InputStream in, int first) throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (int next = first; next != '\n'; next = in.read()) {
			if (next < 0) {
				throw new EOFException("The message ends within a line");
			}
			if (line.size() == LONGEST_LINE) {
				throw new IOException("A line of more than " + LONGEST_LINE + " bytes");
			}
			line.write(next);
		}
		String text = line.toString(StandardCharsets.UTF_8);
		return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
	}

}
