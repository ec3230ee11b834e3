package io.microspring.test.recording;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One frame of HTTP/2, RFC 9113 §4.1. Just enough to look at exchanges from outside,
 * without the engine under test.
 *
 * @param type the type
 * @param flags the flags
 * @param stream the stream, 0 for the connection
 * @param payload what is in it
 */
record Http2Frame(int type, int flags, int stream, byte[] payload) {

	static final int DATA = 0;

	static final int HEADERS = 1;

	static final int RST_STREAM = 3;

	static final int SETTINGS = 4;

	static final int PING = 6;

	static final int GOAWAY = 7;

	static final int WINDOW_UPDATE = 8;

	static final int CONTINUATION = 9;

	private static final int HEAD = 9;

	private static final int ACK = 1;

	private static final int END_STREAM = 1;

	private static final int END_HEADERS = 4;

	private static final int PADDED = 8;

	private static final int PRIORITY = 0x20;

	private static final int LARGEST = 1 << 20;

	/**
	 * Reads a frame.
	 * @param bytes what has come; its position moves behind the frame
	 * @return the frame, or null when the rest of it is still to come
	 * @throws IOException when it is larger than a frame may be here
	 */
	static @Nullable Http2Frame read(ByteBuffer bytes) throws IOException {
		if (bytes.remaining() < HEAD) {
			return null;
		}
		int start = bytes.position();
		int length = (bytes.getShort(start) & 0xffff) << 8 | bytes.get(start + 2) & 0xff;
		if (length > LARGEST) {
			throw new IOException("A frame of HTTP/2 with " + length + " bytes");
		}
		if (bytes.remaining() < HEAD + length) {
			return null;
		}
		byte[] payload = new byte[length];
		bytes.get(start + HEAD, payload);
		bytes.position(start + HEAD + length);
		return new Http2Frame(bytes.get(start + 3), bytes.get(start + 4) & 0xff,
				bytes.getInt(start + 5) & Integer.MAX_VALUE, payload);
	}

	/**
	 * The answer that a frame asks for.
	 * @return the acknowledgement, or null when none is due
	 */
	@Nullable Http2Frame acknowledgement() {
		return (isHandshake() && (this.flags & ACK) == 0)
				? new Http2Frame(this.type, ACK, 0, (this.type == PING) ? this.payload : new byte[0]) : null;
	}

	/** Whether it belongs to the connection's own upkeep, and is answered in kind. */
	boolean isAcknowledgement() {
		return isHandshake() && (this.flags & ACK) != 0;
	}

	boolean endsStream() {
		return (this.type == DATA || this.type == HEADERS) && (this.flags & END_STREAM) != 0;
	}

	boolean endsHeaders() {
		return (this.flags & END_HEADERS) != 0;
	}

	/** What is in it, without padding and priority. */
	byte[] content() {
		int from = 0;
		int to = this.payload.length;
		if ((this.type == DATA || this.type == HEADERS) && (this.flags & PADDED) != 0) {
			to -= this.payload[0] & 0xff;
			from++;
		}
		if (this.type == HEADERS && (this.flags & PRIORITY) != 0) {
			from += 5;
		}
		if (from > to) {
			throw new UncheckedIOException(new IOException("More padding than there is in the frame"));
		}
		return Arrays.copyOfRange(this.payload, from, to);
	}

	Http2Frame onStream(int other) {
		return new Http2Frame(this.type, this.flags, other, this.payload);
	}

	/**
	 * The answer to a method that is not there: headers which no table of HPACK learns,
	 * so that recorded headers can follow.
	 * @param stream the stream
	 * @return the frame, the only one of its stream
	 */
	static Http2Frame unimplemented(int stream) {
		ByteArrayOutputStream block = new ByteArrayOutputStream();
		block.write(0x88);
		literal(block, "content-type", "application/grpc");
		literal(block, "grpc-status", "12");
		literal(block, "grpc-message", "unknown service");
		return new Http2Frame(HEADERS, END_STREAM | END_HEADERS, stream, block.toByteArray());
	}

	/** RFC 7541 §6.2.2, with a new name. */
	private static void literal(ByteArrayOutputStream block, String name, String value) {
		block.write(0);
		for (String text : List.of(name, value)) {
			block.write(text.length());
			block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
		}
	}

	static byte[] write(List<Http2Frame> frames) {
		ByteBuffer bytes = ByteBuffer.allocate(frames.stream().mapToInt((frame) -> HEAD + frame.payload.length).sum());
		for (Http2Frame frame : frames) {
			bytes.put((byte) (frame.payload.length >> 16)).putShort((short) frame.payload.length);
			bytes.put((byte) frame.type).put((byte) frame.flags).putInt(frame.stream).put(frame.payload);
		}
		return bytes.array();
	}

	private boolean isHandshake() {
		return this.type == SETTINGS || this.type == PING;
	}

}
