package io.microspring.test.recording;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;

/**
 * What one side of an HTTP/2 connection has written so far, by stream. Not thread-safe.
 */
final class Http2Half {

	/** What a client writes first, RFC 9113 §3.4. */
	static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

	private static final int LARGEST_HEADERS = 1 << 20;

	private final DefaultHttp2HeadersDecoder headers = new DefaultHttp2HeadersDecoder(false, LARGEST_HEADERS);

	private final Map<Integer, Http2Stream> streams = new TreeMap<>();

	private final ByteArrayOutputStream block = new ByteArrayOutputStream();

	private final Set<Integer> leftOut = new HashSet<>();

	private ByteBuffer rest = ByteBuffer.allocate(0);

	private boolean preface;

	private String goAway = "";

	Http2Half(boolean client) {
		this.preface = client;
	}

	/**
	 * More bytes of this side.
	 * @param bytes the bytes, which may end in the middle of a frame
	 * @return the frames that are whole with them
	 */
	List<Http2Frame> add(byte[] bytes) throws IOException {
		ByteBuffer all = ByteBuffer.allocate(this.rest.remaining() + bytes.length).put(this.rest).put(bytes).flip();
		if (this.preface && all.remaining() >= PREFACE.length) {
			byte[] start = new byte[PREFACE.length];
			all.get(start);
			if (!Arrays.equals(start, PREFACE)) {
				throw new IOException("The client does not speak HTTP/2");
			}
			this.preface = false;
		}
		List<Http2Frame> frames = new ArrayList<>();
		if (!this.preface) {
			for (Http2Frame frame = Http2Frame.read(all); frame != null; frame = Http2Frame.read(all)) {
				add(frame);
				frames.add(frame);
			}
		}
		this.rest = all;
		return frames;
	}

	/**
	 * Forgets a stream: it is none of what is compared.
	 * @param id its number
	 */
	void leaveOut(int id) {
		this.leftOut.add(id);
		this.streams.remove(id);
	}

	/**
	 * The streams on which this side wrote.
	 * @return the streams, in the order they were opened
	 */
	List<Http2Stream> streams() {
		return List.copyOf(this.streams.values());
	}

	/**
	 * The numbers of the streams on which this side wrote.
	 * @return the numbers, in the order they were opened
	 */
	List<Integer> ids() {
		return List.copyOf(this.streams.keySet());
	}

	/**
	 * What this side wrote on a stream.
	 * @param id the number of the stream
	 * @return the stream, an empty one when it wrote nothing
	 */
	Http2Stream stream(int id) {
		Http2Stream stream = this.streams.get(id);
		return (stream != null) ? stream : new Http2Stream();
	}

	/**
	 * Why this side said that it is leaving.
	 * @return the error, empty when there is none
	 */
	String goAway() {
		return this.goAway;
	}

	/**
	 * How far this side has come.
	 * @param ends whether it counts that a stream has ended
	 * @return for each stream, in order
	 */
	Progress progress(boolean ends) {
		return new Progress(this.streams.values().stream().map((stream) -> stream.progress(ends)).toList());
	}

	private void add(Http2Frame frame) throws IOException {
		switch (frame.type()) {
			case Http2Frame.HEADERS, Http2Frame.CONTINUATION -> addHeaders(frame);
			case Http2Frame.DATA -> stream(frame).add(frame.content());
			case Http2Frame.RST_STREAM -> stream(frame).reset(ByteBuffer.wrap(frame.payload()).getInt());
			case Http2Frame.GOAWAY -> goAway(ByteBuffer.wrap(frame.payload()));
			default -> {
				// the connection's own upkeep
			}
		}
		if (frame.type() == Http2Frame.HEADERS && frame.endsStream()) {
			stream(frame).endWithHeaders();
		}
		else if (frame.endsStream()) {
			stream(frame).end();
		}
	}

	private Http2Stream stream(Http2Frame frame) {
		return this.leftOut.contains(frame.stream()) ? new Http2Stream()
				: this.streams.computeIfAbsent(frame.stream(), (id) -> new Http2Stream());
	}

	private void goAway(ByteBuffer payload) {
		payload.getInt();
		int code = payload.getInt();
		if (code != 0) {
			this.goAway = "GOAWAY " + code + " " + StandardCharsets.UTF_8.decode(payload);
		}
	}

	private void addHeaders(Http2Frame frame) throws IOException {
		this.block.writeBytes(frame.content());
		if (!frame.endsHeaders()) {
			return;
		}
		ByteBuf bytes = Unpooled.wrappedBuffer(this.block.toByteArray());
		this.block.reset();
		try {
			Map<String, String> decoded = new LinkedHashMap<>();
			Http2Headers all = this.headers.decodeHeaders(frame.stream(), bytes);
			all.forEach((header) -> decoded.merge(text(header.getKey()), text(header.getValue()),
					(one, other) -> one + ", " + other));
			stream(frame).add(decoded);
		}
		catch (Http2Exception ex) {
			throw new IOException("Headers that cannot be decoded: " + ex.getMessage(), ex);
		}
	}

	/** Go writes headers in UTF-8. */
	private static String text(CharSequence value) {
		return new String(AsciiString.of(value).toByteArray(), StandardCharsets.UTF_8);
	}

	/**
	 * How far a side has come.
	 *
	 * @param streams each stream, in order
	 */
	record Progress(List<Http2Stream.Progress> streams) {

		/**
		 * Whether this side is at least as far as another was.
		 * @param other the other
		 * @return true when nothing is missing
		 */
		boolean reaches(Progress other) {
			if (this.streams.size() < other.streams.size()) {
				return false;
			}
			for (int i = 0; i < other.streams.size(); i++) {
				if (!this.streams.get(i).reaches(other.streams.get(i))) {
					return false;
				}
			}
			return true;
		}

		@Override
		public String toString() {
			return this.streams.isEmpty() ? "nothing"
					: String.join(", ", this.streams.stream().map(Object::toString).toList());
		}

	}

}
