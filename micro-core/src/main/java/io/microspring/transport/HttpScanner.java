package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages that nearly all are: a {@code POST}, or the answer 200, in plain
 * ASCII, framed by one {@code Content-Length}, whole in the buffer. Whatever else comes
 * is left to Netty's decoder, and so is every doubt: what is read here is read there to
 * the same message.
 * <p>
 * The messages of one connection are much alike. Each line is compared with the one that
 * stood there in the message before, and only one that differs is looked into.
 */
final class HttpScanner {

	/** The longest head, in bytes, that is read here. */
	private static final int LONGEST_HEAD = 4096;

	/** The longest line that is remembered. */
	private static final int LONGEST_LINE = 128;

	/** The most header lines that are read here. */
	private static final int MOST_LINES = 48;

	/** Nine digits are a number in any case. */
	private static final int MOST_DIGITS = 9;

	private static final byte[] OK = ascii("HTTP/1.1 200 OK\r\n");

	private static final byte[] POST = ascii("POST ");

	private static final byte[] VERSION = ascii(" HTTP/1.1\r\n");

	private static final String HOST = "Host";

	private static final String CONTENT_LENGTH = "Content-Length";

	/** What makes of a message more than head and body. */
	private static final Set<String> SPECIAL = Set.of("Transfer-Encoding", "Trailer", "Expect", "Upgrade",
			"Http2-Settings");

	private static final byte[] NO_BODY = new byte[0];

	private final boolean requests;

	private final int longestHead;

	private final int maxMessageSize;

	/** The head that is being read, and what follows it. */
	private byte[] head = new byte[512];

	/** How many bytes of it are there. */
	private int limit;

	/** The length of the head that was read last. */
	private int usual = 256;

	/** The request line that was read last, and the path in it. */
	private byte[] requestLine = NO_BODY;

	private String path = "/";

	private final Line[] lines = new Line[MOST_LINES];

	/** How many of the first lines are known to have names that differ. */
	private int distinct;

	/**
	 * A scanner for one connection.
	 * @param options the limits
	 * @param requests whether it reads requests, else responses
	 */
	HttpScanner(HttpOptions options, boolean requests) {
		this.requests = requests;
		this.longestHead = Math.min(LONGEST_HEAD, options.maxHeaderSize());
		this.maxMessageSize = options.maxMessageSize();
	}

	/**
	 * Reads the next message if it is an ordinary one and whole.
	 * @param in the bytes; the message's are read, or none
	 * @return the message, or null
	 */
	@Nullable Message next(ByteBuf in) {
		int readable = Math.min(in.readableBytes(), this.longestHead);
		fill(in, Math.min(readable, this.usual + 64));
		int start = (this.limit > OK.length) ? start() : -1;
		if (start < 0 && this.limit < readable) {
			// longer than usual
			fill(in, readable);
			start = start();
		}
		if (start < 0) {
			return null;
		}
		int count = 0;
		int position = start;
		while (!isEnd(position)) {
			int end = line(count, position);
			if (end < 0 && this.limit < readable) {
				// longer than usual
				fill(in, readable);
				end = line(count, position);
			}
			if (end < 0) {
				return null;
			}
			position = end;
			count++;
			if (position + 2 > this.limit) {
				fill(in, readable);
			}
		}
		return areDistinct(count) ? message(in, position + 2, count) : null;
	}

	private void fill(ByteBuf in, int size) {
		if (size > this.head.length) {
			this.head = new byte[(size <= 1024) ? 1024 : LONGEST_HEAD];
		}
		in.getBytes(in.readerIndex(), this.head, 0, size);
		this.limit = size;
	}

	private boolean isEnd(int position) {
		return position + 1 < this.limit && this.head[position] == '\r' && this.head[position + 1] == '\n';
	}

	/** Where the first header begins, or less than zero. */
	private int start() {
		if (!this.requests) {
			return startsWith(OK, 0) ? OK.length : -1;
		}
		if (this.requestLine.length > 0 && startsWith(this.requestLine, 0)) {
			return this.requestLine.length;
		}
		if (!startsWith(POST, 0) || this.head[POST.length] != '/') {
			return -1;
		}
		int end = POST.length;
		while (end < this.limit && this.head[end] > ' ' && this.head[end] < 0x7f) {
			end++;
		}
		if (!startsWith(VERSION, end)) {
			return -1;
		}
		this.path = text(POST.length, end);
		end += VERSION.length;
		this.requestLine = (end <= LONGEST_LINE) ? Arrays.copyOf(this.head, end) : NO_BODY;
		return end;
	}

	private boolean startsWith(byte[] expected, int position) {
		return position + expected.length <= this.limit
				&& Arrays.equals(this.head, position, position + expected.length, expected, 0, expected.length);
	}

	/** Reads a header line: where the next one begins, or less than zero. */
	private int line(int index, int position) {
		if (index == MOST_LINES) {
			return -1;
		}
		Line line = this.lines[index];
		if (line == null) {
			line = new Line();
			this.lines[index] = line;
		}
		int size = line.size;
		if (size > 0 && position + size <= this.limit
				&& Arrays.equals(this.head, position, position + size, line.bytes, 0, size)) {
			return position + size;
		}
		line.size = 0;
		int value = name(line, index, position);
		int end = (value < 0) ? -1 : value(line, value);
		if (end > 0 && end - position <= LONGEST_LINE) {
			line.remember(this.head, position, end);
		}
		return end;
	}

	/** Reads a name: where the value begins, or less than zero. */
	private int name(Line line, int index, int position) {
		int length = line.nameSize;
		if (length > 0 && position + length < this.limit
				&& Arrays.equals(this.head, position, position + length, line.bytes, 0, length)) {
			return position + length;
		}
		line.nameSize = 0;
		this.distinct = Math.min(this.distinct, index);
		int colon = position;
		while (colon < this.limit && HeaderNames.isToken(this.head[colon])) {
			colon++;
		}
		if (colon == position || colon >= this.limit || this.head[colon] != ':') {
			return -1;
		}
		line.named(HeaderNames.canonical(new AsciiString(this.head, position, colon - position, false)));
		return SPECIAL.contains(line.name) ? -1 : colon + 1;
	}

	/** Reads a value to the end of its line: where the next one begins. */
	private int value(Line line, int position) {
		int from = position;
		while (from < this.limit && isBlank(this.head[from])) {
			from++;
		}
		int end = from;
		while (end < this.limit && (this.head[end] >= ' ' && this.head[end] < 0x7f || this.head[end] == '\t')) {
			end++;
		}
		if (end + 1 >= this.limit || this.head[end] != '\r' || this.head[end + 1] != '\n') {
			return -1;
		}
		int to = end;
		while (to > from && isBlank(this.head[to - 1])) {
			to--;
		}
		if (line.isLength) {
			line.number = number(from, to);
			if (line.number < 0) {
				return -1;
			}
		}
		line.value = text(from, to);
		return end + 2;
	}

	private static boolean isBlank(byte b) {
		return b == ' ' || b == '\t';
	}

	/** A number as it is always written, or less than zero. */
	private int number(int from, int to) {
		if (to == from || to - from > MOST_DIGITS || this.head[from] == '0' && to - from > 1) {
			return -1;
		}
		int number = 0;
		for (int i = from; i < to; i++) {
			int digit = this.head[i] - '0';
			if (digit < 0 || digit > 9) {
				return -1;
			}
			number = 10 * number + digit;
		}
		return number;
	}

	private boolean areDistinct(int count) {
		for (int i = this.distinct; i < count; i++) {
			for (int j = 0; j < i; j++) {
				if (this.lines[i].name.equals(this.lines[j].name)) {
					return false;
				}
			}
			this.distinct = i + 1;
		}
		return true;
	}

	private @Nullable Message message(ByteBuf in, int headSize, int count) {
		int size = -1;
		boolean host = false;
		for (int i = 0; i < count; i++) {
			Line line = this.lines[i];
			if (line.isLength) {
				size = line.number;
			}
			host |= line.isHost;
		}
		if (size < 0 || size > this.maxMessageSize || headSize + size > in.readableBytes()) {
			return null;
		}
		this.usual = headSize;
		Metadata.Builder headers = Metadata.builder(count - (host ? 1 : 0) + (this.requests ? 2 : 0));
		for (int i = 0; i < count; i++) {
			Line line = this.lines[i];
			if (!line.isHost) {
				headers.add(line.name, line.value);
			}
			if (line.size == 0) {
				// not remembered, so not held either
				line.value = "";
			}
		}
		if (this.requests) {
			headers.add(Headers.HTTP_METHOD, "POST").add(Headers.PATH, this.path);
			if (this.requestLine.length == 0) {
				this.path = "/";
			}
		}
		byte[] body = (size == 0) ? NO_BODY : new byte[size];
		in.skipBytes(headSize).readBytes(body);
		return new Message(headers.build(), body);
	}

	private String text(int from, int to) {
		return new String(this.head, from, to - from, StandardCharsets.ISO_8859_1);
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	/** A header line, as it was read last in its place. */
	private static final class Line {

		private String name = "";

		private boolean isHost;

		private boolean isLength;

		private String value = "";

		/** The value as a number, of the one that is. */
		private int number;

		private byte[] bytes = NO_BODY;

		/** The length of the line with its end, or zero when not remembered. */
		private int size;

		/** The length of the name with its colon, or zero when not remembered. */
		private int nameSize;

		void named(String canonical) {
			this.name = canonical;
			this.isHost = canonical.equals(HOST);
			this.isLength = canonical.equals(CONTENT_LENGTH);
		}

		void remember(byte[] head, int from, int to) {
			if (to - from > this.bytes.length) {
				this.bytes = new byte[Math.min(LONGEST_LINE, to - from + 8)];
			}
			System.arraycopy(head, from, this.bytes, 0, to - from);
			this.size = to - from;
			this.nameSize = this.name.length() + 1;
		}

	}

}
