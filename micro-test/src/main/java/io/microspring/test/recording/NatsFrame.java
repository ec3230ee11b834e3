package io.microspring.test.recording;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.microspring.broker.Envelope;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * What is published to NATS, or brought by it. Just enough of its protocol to look at
 * exchanges from outside, without the client under test.
 *
 * @param fromClient whether it is published
 * @param subject where to
 * @param replyTo where to answer, or empty
 * @param payload what it says
 */
record NatsFrame(boolean fromClient, String subject, String replyTo, byte[] payload) {

	private static final int LARGEST = 64 << 20;

	/** The message of go-micro in it. */
	Message message() {
		return Envelope.decode(this.payload);
	}

	/** The same as of mucp over any other transport. */
	HttpMessage mucp() {
		try {
			Message message = message();
			return new HttpMessage("", message.headers(), message.body());
		}
		catch (IllegalArgumentException ex) {
			return new HttpMessage("no envelope", Metadata.empty(), this.payload);
		}
	}

	/**
	 * Reads what was recorded of a connection.
	 * @param events who wrote what
	 * @return the frames, in the order in which they were complete
	 */
	static List<NatsFrame> all(List<Recording.Event> events) {
		List<NatsFrame> frames = new ArrayList<>();
		ByteArrayOutputStream client = new ByteArrayOutputStream();
		ByteArrayOutputStream server = new ByteArrayOutputStream();
		for (Recording.Event event : events) {
			ByteArrayOutputStream side = event.fromClient() ? client : server;
			side.writeBytes(event.bytes());
			byte[] rest = take(side.toByteArray(), frames);
			side.reset();
			side.writeBytes(rest);
		}
		return frames;
	}

	/** Takes complete frames, and gives back what is left. */
	private static byte[] take(byte[] bytes, List<NatsFrame> frames) {
		ByteArrayInputStream in = new ByteArrayInputStream(bytes);
		int left = in.available();
		try {
			while (in.available() > 0) {
				NatsFrame frame = read(in, (line) -> {
				});
				if (frame != null) {
					frames.add(frame);
				}
				left = in.available();
			}
		}
		catch (IOException expected) {
			// the rest comes later
		}
		byte[] rest = new byte[left];
		System.arraycopy(bytes, bytes.length - left, rest, 0, left);
		return rest;
	}

	/**
	 * Reads the next line, and what belongs to it.
	 * @param in where from
	 * @param other is told lines that carry nothing, such as {@code PING}
	 * @return the frame, or null for another line
	 * @throws EOFException when it ends before
	 */
	static @Nullable NatsFrame read(InputStream in, Other other) throws IOException {
		String line = line(in);
		String[] words = line.split(" +");
		boolean published = words[0].equals("PUB");
		if (!published && !words[0].equals("MSG")) {
			other.told(line);
			return null;
		}
		int least = published ? 3 : 4;
		int size = Integer.parseInt(words[words.length - 1]);
		if (size > LARGEST) {
			throw new IOException("a payload of " + size + " bytes");
		}
		byte[] payload = in.readNBytes(size);
		if (payload.length < size || in.read() != '\r' || in.read() != '\n') {
			throw new EOFException("in the middle of " + line);
		}
		return new NatsFrame(published, words[1], (words.length > least) ? words[least - 1] : "", payload);
	}

	private static String line(InputStream in) throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (int next = in.read(); next != '\n'; next = in.read()) {
			if (next < 0) {
				throw new EOFException("before the end of a line");
			}
			line.write(next);
		}
		return line.toString(StandardCharsets.UTF_8).stripTrailing();
	}

	/** Is told lines that carry nothing. */
	@FunctionalInterface
	interface Other {

		void told(String line) throws IOException;

	}

}
