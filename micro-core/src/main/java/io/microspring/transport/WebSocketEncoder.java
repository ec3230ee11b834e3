package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/**
 * Writes the answer of a call on a WebSocket: the handshake's, a frame for each message,
 * and the close. Belongs to the event loop, except for {@link #check}.
 */
final class WebSocketEncoder implements MessageEncoder {

	/** The call has ended well. */
	static final int NORMAL = 1000;

	/** The call has failed. */
	static final int INTERNAL_ERROR = 1011;

	/** The largest payload of a control frame. */
	private static final int MAX_CONTROL = 125;

	private static final int TEXT = 0x1;

	private static final int BINARY = 0x2;

	private static final int CLOSE = 0x8;

	private static final int PING = 0x9;

	private static final int PONG = 0xa;

	private static final int FINAL = 0x80;

	private static final byte[] SWITCHING = ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
			+ "Connection: Upgrade\r\nSec-WebSocket-Accept: ")
		.getBytes(StandardCharsets.US_ASCII);

	private final String accept;

	private State state = State.ASKED;

	/** The code to close with whatever the call's end says; zero when there is none. */
	private int code;

	WebSocketEncoder(String accept) {
		this.accept = accept;
	}

	@Override
	public void check(Message message) {
		HeaderNames.checkStatus(message.header(Headers.HTTP_STATUS));
		String end = message.header(Headers.END);
		if (end != null && !end.isEmpty() && !end.chars().allMatch((c) -> c >= '0' && c <= '9')) {
			throw new IllegalArgumentException("No code of a close frame: " + end);
		}
	}

	@Override
	public void encode(Message message, ByteBuf out) {
		boolean end = message.headers().contains(Headers.END);
		if (this.state == State.ASKED) {
			String status = message.header(Headers.HTTP_STATUS);
			if (isRefusal(status)) {
				HttpEncoder.server().encode(message.withHeader("Connection", "close"), out);
				this.state = State.REFUSED;
				return;
			}
			open(message, out);
			if (status != null && !end) {
				return;
			}
		}
		if (this.state != State.OPEN) {
			return;
		}
		if (!end) {
			frame(isText(message) ? TEXT : BINARY, message.body(), out);
			return;
		}
		if (message.body().length > 0) {
			frame(TEXT, message.body(), out);
		}
		close((this.code != 0) ? this.code : code(message), "", out);
	}

	private void open(Message message, ByteBuf out) {
		out.writeBytes(SWITCHING);
		out.writeCharSequence(this.accept, StandardCharsets.US_ASCII);
		out.writeByte('\r').writeByte('\n');
		message.headers().forEach((name, value) -> {
			String small = name.toLowerCase(Locale.ROOT);
			if (!small.equals("connection") && !small.equals("content-type") && !small.startsWith("sec-websocket-")) {
				HttpEncoder.writeHeader(name, value, out);
			}
		});
		out.writeByte('\r').writeByte('\n');
		this.state = State.OPEN;
	}

	private static void frame(int opcode, byte[] payload, ByteBuf out) {
		int length = payload.length;
		out.ensureWritable(10 + length).writeByte(FINAL | opcode);
		if (length <= MAX_CONTROL) {
			out.writeByte(length);
		}
		else if (length <= 0xffff) {
			out.writeByte(126).writeShort(length);
		}
		else {
			out.writeByte(127).writeLong(length);
		}
		out.writeBytes(payload);
	}

	/**
	 * Appends a close frame, after which nothing is written.
	 * @param code why
	 * @param reason the same in words; cut off where it is too long
	 * @param out where to
	 */
	void close(int code, String reason, ByteBuf out) {
		if (this.state != State.OPEN) {
			return;
		}
		this.state = State.CLOSED;
		int length = Math.min(ByteBufUtil.utf8Bytes(reason), MAX_CONTROL - 2);
		String shown = (length == reason.length()) ? reason
				: reason.substring(0, Math.min(reason.length(), length / 3));
		out.writeByte(FINAL | CLOSE).writeByte(2 + ByteBufUtil.utf8Bytes(shown)).writeShort(code);
		ByteBufUtil.writeUtf8(out, shown);
	}

	/** Appends a ping. */
	void ping(ByteBuf out) {
		if (this.state == State.OPEN) {
			out.writeByte(FINAL | PING).writeByte(0);
		}
	}

	/**
	 * Appends the answer to a ping.
	 * @param payload the ping's
	 * @param out where to
	 */
	void pong(ByteBuf payload, ByteBuf out) {
		if (this.state == State.OPEN) {
			out.writeByte(FINAL | PONG).writeByte(payload.readableBytes());
			out.writeBytes(payload, payload.readerIndex(), payload.readableBytes());
		}
	}

	/**
	 * Has the call close with another code than its end says.
	 * @param closeCode the code
	 */
	void closeWith(int closeCode) {
		this.code = closeCode;
	}

	/** Whether the handshake has been answered well, and the close not been written. */
	boolean isOpen() {
		return this.state == State.OPEN;
	}

	/** Whether nothing can be written any more. */
	boolean isOver() {
		return this.state == State.CLOSED || this.state == State.REFUSED;
	}

	/** Whether the handshake was refused, so that the peer speaks no WebSocket. */
	boolean isRefused() {
		return this.state == State.REFUSED;
	}

	private static boolean isRefusal(@Nullable String status) {
		return status != null && !status.equals("200") && !status.equals("101");
	}

	private static boolean isText(Message message) {
		String type = message.header(Headers.CONTENT_TYPE);
		return type != null && type.startsWith("application/json");
	}

	private static int code(Message message) {
		String end = message.header(Headers.END);
		return (end != null && !end.isEmpty()) ? Integer.parseInt(end)
				: (message.body().length > 0) ? INTERNAL_ERROR : NORMAL;
	}

	/** How far the connection is. */
	private enum State {

		/** The handshake has not been answered. */
		ASKED,

		/** Frames are written. */
		OPEN,

		/** The close has been written. */
		CLOSED,

		/** The handshake was answered with an error. */
		REFUSED

	}

}
