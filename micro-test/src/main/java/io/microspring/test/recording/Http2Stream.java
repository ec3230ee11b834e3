package io.microspring.test.recording;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * What one side wrote on one stream of HTTP/2. Not thread-safe.
 */
final class Http2Stream {

	/** A flag, and the length in four bytes, go before each message of gRPC. */
	private static final int PREFIX = 5;

	private final List<Map<String, String>> blocks = new ArrayList<>();

	private final ByteArrayOutputStream data = new ByteArrayOutputStream();

	private boolean ended;

	private boolean endedWithHeaders;

	private int reset = -1;

	void add(Map<String, String> headers) {
		this.blocks.add(headers);
	}

	void add(byte[] more) {
		this.data.writeBytes(more);
	}

	void end() {
		this.ended = true;
	}

	void endWithHeaders() {
		this.ended = true;
		this.endedWithHeaders = true;
	}

	void reset(int code) {
		this.reset = code;
	}

	/**
	 * The headers in front.
	 * @return the headers; empty when there are trailers only, or nothing at all
	 */
	Map<String, String> headers() {
		return (this.blocks.isEmpty() || isTrailersOnly()) ? Map.of() : this.blocks.get(0);
	}

	/**
	 * The headers at the end.
	 * @return the trailers; empty while the stream goes on
	 */
	Map<String, String> trailers() {
		return (this.blocks.size() > 1 || isTrailersOnly()) ? this.blocks.get(this.blocks.size() - 1) : Map.of();
	}

	/**
	 * What is called.
	 * @return the path, empty on a server's side
	 */
	String path() {
		return headers().getOrDefault(":path", all().getOrDefault(":path", ""));
	}

	/**
	 * Headers and trailers together.
	 * @return all of them; the trailers' values win
	 */
	Map<String, String> all() {
		Map<String, String> all = new LinkedHashMap<>();
		this.blocks.forEach(all::putAll);
		return all;
	}

	/**
	 * Whether this side will not write more on this stream.
	 * @return true once it has ended or broken it off
	 */
	boolean isOver() {
		return this.ended || this.reset >= 0;
	}

	/**
	 * Whether this side broke the stream off.
	 * @return true when it did
	 */
	boolean isReset() {
		return this.reset >= 0;
	}

	/**
	 * The bytes of the body.
	 * @return the bytes
	 */
	byte[] data() {
		return this.data.toByteArray();
	}

	/**
	 * The messages of gRPC, decompressed.
	 * @return the whole messages
	 */
	List<byte[]> messages() {
		List<byte[]> messages = new ArrayList<>();
		ByteBuffer bytes = ByteBuffer.wrap(data());
		while (bytes.remaining() >= PREFIX) {
			boolean compressed = bytes.get() != 0;
			int length = bytes.getInt();
			if (length < 0 || length > bytes.remaining()) {
				break;
			}
			byte[] message = new byte[length];
			bytes.get(message);
			messages.add(compressed ? decompressed(message) : message);
		}
		return messages;
	}

	/**
	 * How far this side has come on this stream.
	 * @param ends whether it counts that the stream has ended
	 * @return how far
	 */
	Progress progress(boolean ends) {
		return new Progress(messages().size(), ends && isOver());
	}

	private boolean isTrailersOnly() {
		return this.blocks.size() == 1 && this.endedWithHeaders && this.data.size() == 0;
	}

	private static byte[] decompressed(byte[] message) {
		try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(message))) {
			return in.readAllBytes();
		}
		catch (IOException ex) {
			return message;
		}
	}

	/**
	 * How far a side has come on a stream. That it has begun is nothing to wait for: some
	 * write their headers with the first message only.
	 *
	 * @param messages how many whole messages there are
	 * @param over whether there will be no more
	 */
	record Progress(int messages, boolean over) {

		/** Whether this is at least as far as another was. */
		boolean reaches(Progress other) {
			return this.over || this.messages >= other.messages && !other.over;
		}

		@Override
		public String toString() {
			return this.messages + " messages" + (this.over ? " and the end" : "");
		}

	}

}
