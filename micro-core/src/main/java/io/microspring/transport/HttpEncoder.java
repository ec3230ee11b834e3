package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages as HTTP/1.1: requests on a client's side, responses on a server's. The
 * same headers in the same shape as go-micro's http transport (protocol reference §1.1,
 * §1.2), except that an empty body is announced by {@code Content-Length: 0} and that a
 * response does not repeat the headers of the connection's first request.
 */
final class HttpEncoder implements MessageEncoder {

	private static final byte[] CRLF = ascii("\r\n");

	private static final byte[] SEPARATOR = ascii(": ");

	private static final byte[] OK = ascii("HTTP/1.1 200 OK\r\nContent-Length: ");

	private static final byte[] POST = ascii("POST ");

	private static final byte[] VERSION = ascii(" HTTP/1.1\r\nHost: ");

	private static final byte[] USER_AGENT = ascii("\r\nUser-Agent: micro-spring-boot");

	private static final byte[] CONTENT_LENGTH = ascii("\r\nContent-Length: ");

	private static final int UPGRADE_REQUIRED = 426;

	private static final byte[] WEB_SOCKET = ascii("\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13");

	/**
	 * What belongs to the connection or is said otherwise; a message that carries it got
	 * it from somewhere else.
	 */
	private static final Set<String> NOT_WRITTEN = HeaderNames.caseless("Host", "Content-Length", "Transfer-Encoding",
			"Trailer", "Expect", "Upgrade", "Keep-Alive", "Proxy-Connection");

	/** The headers of every call, ready to be written. */
	private static final Map<String, byte[]> KNOWN = known(Headers.CONTENT_TYPE, Headers.ACCEPT, Headers.TIMEOUT,
			Headers.ID, Headers.SERVICE, Headers.ENDPOINT, Headers.METHOD, Headers.ERROR, Headers.STREAM, Headers.TOPIC,
			Headers.PROTOCOL, Headers.FROM_SERVICE, "X-Micro-Id", "X-Micro-Service", "X-Micro-Endpoint",
			"X-Micro-Method", "X-Micro-Error", "User-Agent", "Traceparent", "Tracestate");

	/** How much room for the next head is kept. */
	private static final int KEPT = 4096;

	private final byte @Nullable [] host;

	/** The head that is being written, on its way into the buffer. */
	private byte[] head = new byte[512];

	private int length;

	private final BiConsumer<String, String> header = this::putHeader;

	private HttpEncoder(byte @Nullable [] host) {
		this.host = host;
	}

	/**
	 * Writes requests.
	 * @param host the value of their {@code Host}
	 * @return the encoder
	 */
	static HttpEncoder client(String host) {
		return new HttpEncoder(ascii(host));
	}

	/**
	 * Writes responses.
	 * @return the encoder
	 */
	static HttpEncoder server() {
		return new HttpEncoder(null);
	}

	@Override
	public void check(Message message) {
		if (this.host == null) {
			HeaderNames.checkStatus(message.header(Headers.HTTP_STATUS));
		}
		else {
			checkMethod(message.header(Headers.HTTP_METHOD));
			HeaderNames.checkPath(message.header(Headers.PATH));
		}
	}

	@Override
	public void encode(Message message, ByteBuf out) {
		byte[] body = message.body();
		Metadata headers = message.headers();
		this.length = 0;
		if (this.host == null) {
			startResponse(headers);
		}
		else {
			startRequest(headers, this.host);
		}
		putNumber(body.length);
		put(CRLF);
		headers.forEach(this.header);
		put(CRLF);
		out.ensureWritable(this.length + body.length);
		out.writeBytes(this.head, 0, this.length).writeBytes(body);
		if (this.head.length > KEPT) {
			this.head = new byte[KEPT];
		}
	}

	private void startRequest(Metadata headers, byte[] to) {
		String method = headers.get(Headers.HTTP_METHOD);
		if (method == null || method.equals("POST")) {
			put(POST);
		}
		else {
			put(method + " ");
		}
		put(headers.getOrDefault(Headers.PATH, "/"));
		put(VERSION);
		put(to);
		if (!headers.contains("User-Agent")) {
			put(USER_AGENT);
		}
		put(CONTENT_LENGTH);
	}

	private void startResponse(Metadata headers) {
		String status = headers.get(Headers.HTTP_STATUS);
		if (status == null || status.equals("200")) {
			put(OK);
			return;
		}
		int code = Integer.parseInt(status);
		put("HTTP/1.1 " + code + " " + MicroException.phrase(code));
		if (code == UPGRADE_REQUIRED) {
			// which one it is must be said
			put(WEB_SOCKET);
		}
		put(CONTENT_LENGTH);
	}

	private void putHeader(String name, String value) {
		byte[] known = KNOWN.get(name);
		if (known != null) {
			put(known);
		}
		else if (isWritten(name)) {
			put(HeaderNames.canonical(name));
			put(SEPARATOR);
		}
		else {
			return;
		}
		put(value);
		put(CRLF);
	}

	private void put(byte[] bytes) {
		reserve(bytes.length);
		System.arraycopy(bytes, 0, this.head, this.length, bytes.length);
		this.length += bytes.length;
	}

	private void put(String text) {
		int size = text.length();
		reserve(size);
		byte[] to = this.head;
		int at = this.length;
		for (int i = 0; i < size; i++) {
			char c = text.charAt(i);
			if (c < ' ' || c >= 0x7f) {
				put(clean(text).getBytes(StandardCharsets.UTF_8));
				return;
			}
			to[at + i] = (byte) c;
		}
		this.length = at + size;
	}

	private void putNumber(int number) {
		int digits = 1;
		for (int rest = number; rest > 9; rest /= 10) {
			digits++;
		}
		reserve(digits);
		this.length += digits;
		int rest = number;
		for (int i = 1; i <= digits; i++) {
			this.head[this.length - i] = (byte) ('0' + rest % 10);
			rest /= 10;
		}
	}

	private void reserve(int more) {
		if (this.head.length - this.length < more) {
			this.head = Arrays.copyOf(this.head, Math.max(2 * this.head.length, this.length + more));
		}
	}

	private static void checkMethod(@Nullable String method) {
		if (method != null && !(!method.isEmpty() && method.chars().allMatch((c) -> c >= 'A' && c <= 'Z'))) {
			throw new IllegalArgumentException("No method of an HTTP request: " + method);
		}
	}

	/**
	 * Appends a header line, unless it is a pseudo header or the connection's own.
	 * @param name its name
	 * @param value its value
	 * @param out where to
	 */
	static void writeHeader(String name, String value, ByteBuf out) {
		if (isWritten(name)) {
			out.writeCharSequence(HeaderNames.canonical(name), StandardCharsets.US_ASCII);
			out.writeBytes(SEPARATOR);
			out.writeCharSequence(clean(value), StandardCharsets.UTF_8);
			out.writeBytes(CRLF);
		}
	}

	/** Not a pseudo header, nor one that Go does not write either. */
	private static boolean isWritten(String name) {
		return HeaderNames.isToken(name) && !NOT_WRITTEN.contains(name);
	}

	/** Text as Go writes it, in UTF-8, with a space for each control character. */
	private static String clean(String text) {
		StringBuilder clean = new StringBuilder(text);
		for (int i = 0; i < clean.length(); i++) {
			char c = clean.charAt(i);
			if (c < ' ' && c != '\t' || c == 0x7f) {
				clean.setCharAt(i, ' ');
			}
		}
		return clean.toString();
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	private static Map<String, byte[]> known(String... names) {
		Map<String, byte[]> known = new HashMap<>();
		for (String name : names) {
			byte[] line = ascii(name + ": ");
			known.put(name, line);
			known.put(name.toLowerCase(Locale.ROOT), line);
		}
		return known;
	}

}
