package io.microspring.transport;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An HTTP/2 connection written by the frame, so that it can say what no good peer says.
 */
final class RawHttp2 implements AutoCloseable {

	static final int DATA = 0;

	static final int HEADERS = 1;

	static final int RST_STREAM = 3;

	static final int SETTINGS = 4;

	static final int PING = 6;

	static final int GOAWAY = 7;

	static final int WINDOW_UPDATE = 8;

	static final int CONTINUATION = 9;

	static final int END_STREAM = 1;

	static final int ACK = 1;

	static final int END_HEADERS = 4;

	static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

	private final java.net.Socket socket;

	private final DataInputStream in;

	private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder(false);

	private RawHttp2(java.net.Socket socket) throws IOException {
		this.socket = socket;
		socket.setSoTimeout(10_000);
		socket.setTcpNoDelay(true);
		this.in = new DataInputStream(socket.getInputStream());
	}

	/** A client that has said that it speaks HTTP/2. */
	static RawHttp2 to(String address) throws IOException {
		RawHttp2 client = silent(address);
		client.write(PREFACE);
		return client.settings();
	}

	/** A client that has said nothing. */
	static RawHttp2 silent(String address) throws IOException {
		Address target = Address.parse(address);
		return new RawHttp2(new java.net.Socket(target.host(), target.port()));
	}

	/** A client that has said that it speaks HTTP/2, on a connection that is there. */
	static RawHttp2 over(java.net.Socket socket) throws IOException {
		return new RawHttp2(socket).write(PREFACE).settings();
	}

	/** A server that has read the preface and told its settings. */
	static RawHttp2 accept(ServerSocket listener, int... settings) throws IOException {
		listener.setSoTimeout(10_000);
		RawHttp2 server = new RawHttp2(listener.accept());
		assertThat(server.in.readNBytes(PREFACE.length)).isEqualTo(PREFACE);
		return server.settings(settings);
	}

	RawHttp2 settings(int... idsAndValues) throws IOException {
		byte[] payload = new byte[idsAndValues.length * 3];
		for (int i = 0; i < idsAndValues.length; i += 2) {
			payload[3 * i + 1] = (byte) idsAndValues[i];
			System.arraycopy(number(idsAndValues[i + 1]), 0, payload, 3 * i + 2, 4);
		}
		return frame(SETTINGS, 0, 0, payload);
	}

	RawHttp2 write(byte[] bytes) throws IOException {
		this.socket.getOutputStream().write(bytes);
		this.socket.getOutputStream().flush();
		return this;
	}

	static byte[] frameBytes(int type, int flags, int stream, byte[] payload) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.writeBytes(new byte[] { (byte) (payload.length >> 16), (byte) (payload.length >> 8), (byte) payload.length,
				(byte) type, (byte) flags });
		out.writeBytes(number(stream));
		out.writeBytes(payload);
		return out.toByteArray();
	}

	RawHttp2 frame(int type, int flags, int stream, byte[] payload) throws IOException {
		return write(frameBytes(type, flags, stream, payload));
	}

	/** Headers as literals without an index. */
	static byte[] block(String... namesAndValues) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		for (int i = 0; i < namesAndValues.length; i += 2) {
			out.write(0);
			literal(namesAndValues[i], out);
			literal(namesAndValues[i + 1], out);
		}
		return out.toByteArray();
	}

	private static void literal(String text, ByteArrayOutputStream out) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		if (bytes.length < 127) {
			out.write(bytes.length);
		}
		else {
			out.write(127);
			int rest = bytes.length - 127;
			while (rest >= 128) {
				out.write(rest % 128 + 128);
				rest /= 128;
			}
			out.write(rest);
		}
		out.writeBytes(bytes);
	}

	RawHttp2 headers(int stream, boolean end, String... namesAndValues) throws IOException {
		return frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(namesAndValues));
	}

	RawHttp2 request(int stream, boolean end, String method, String path, String... more) throws IOException {
		String[] all = new String[8 + more.length];
		System.arraycopy(new String[] { ":method", method, ":scheme", "http", ":path", path, ":authority", "test" }, 0,
				all, 0, 8);
		System.arraycopy(more, 0, all, 8, more.length);
		return headers(stream, end, all);
	}

	RawHttp2 call(int stream, String... more) throws IOException {
		String[] all = new String[4 + more.length];
		System.arraycopy(new String[] { "content-type", "application/grpc", "te", "trailers" }, 0, all, 0, 4);
		System.arraycopy(more, 0, all, 4, more.length);
		return request(stream, false, "POST", "/test.Echo/Say", all);
	}

	RawHttp2 data(int stream, boolean end, byte[] bytes) throws IOException {
		return frame(DATA, end ? END_STREAM : 0, stream, bytes);
	}

	/** A gRPC message with its prefix. */
	static byte[] message(int flag, byte[] body) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.write(flag);
		out.writeBytes(number(body.length));
		out.writeBytes(body);
		return out.toByteArray();
	}

	static byte[] message(String body) {
		return message(0, body.getBytes(StandardCharsets.UTF_8));
	}

	static byte[] number(int value) {
		return new byte[] { (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value };
	}

	/** What is said before HTTP/2 is spoken. */
	String readHttp1Head() throws IOException {
		StringBuilder head = new StringBuilder();
		while (head.indexOf("\r\n\r\n") < 0) {
			head.append((char) this.in.readUnsignedByte());
		}
		return head.toString();
	}

	/** The next frame, whatever it is. */
	Frame read() throws IOException {
		int length = this.in.readUnsignedShort() << 8 | this.in.readUnsignedByte();
		int type = this.in.readUnsignedByte();
		int flags = this.in.readUnsignedByte();
		int stream = this.in.readInt() & 0x7fffffff;
		return new Frame(type, flags, stream, this.in.readNBytes(length));
	}

	/** The next frame that is not about settings or windows. */
	Frame next() throws IOException {
		return nextBut(SETTINGS, WINDOW_UPDATE);
	}

	/** The next frame of a type, skipping others. */
	Frame next(int type) throws IOException {
		Frame frame = read();
		while (frame.type() != type) {
			frame = read();
		}
		return frame;
	}

	/** The next frame that is of none of these types. */
	Frame nextBut(Integer... skipped) throws IOException {
		Frame frame = read();
		while (Set.of(skipped).contains(frame.type())) {
			frame = read();
		}
		return frame;
	}

	/** The next frame, which has headers. */
	Map<String, String> nextHeaders() throws IOException, Http2Exception {
		Frame frame = next();
		assertThat(frame.type()).as("type of %s", frame).isEqualTo(HEADERS);
		return headers(frame);
	}

	Map<String, String> headers(Frame frame) throws Http2Exception {
		ByteBuf block = Unpooled.wrappedBuffer(frame.payload());
		Http2Headers decoded = this.hpack.decodeHeaders(frame.stream(), block);
		Map<String, String> headers = new HashMap<>();
		decoded.forEach((entry) -> headers.put(entry.getKey().toString(), entry.getValue().toString()));
		return headers;
	}

	/**
	 * Whether the peer has closed, and nothing but frames about settings or windows came
	 * before.
	 */
	boolean isAtEnd() throws IOException {
		try {
			Frame frame = next();
			throw new AssertionError("still open: " + frame);
		}
		catch (java.io.EOFException | java.net.SocketException ex) {
			return true;
		}
	}

	RawHttp2 finishOutput() throws IOException {
		this.socket.shutdownOutput();
		return this;
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	/** A frame. */
	record Frame(int type, int flags, int stream, byte[] payload) {

		boolean ends() {
			return (this.flags & END_STREAM) != 0;
		}

		/** The code of a RST_STREAM. */
		int code() {
			return number(0);
		}

		int number(int offset) {
			int value = 0;
			for (int i = offset; i < offset + 4; i++) {
				value = value << 8 | this.payload[i] & 0xff;
			}
			return value;
		}

		String text() {
			return new String(this.payload, StandardCharsets.UTF_8);
		}

		@Override
		public String toString() {
			return "frame of type " + this.type + ", flags " + this.flags + ", stream " + this.stream + ": " + text();
		}

	}

}
