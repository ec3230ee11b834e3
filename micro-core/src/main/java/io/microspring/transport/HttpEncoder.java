package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

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

	private final byte @Nullable [] host;

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
		out.ensureWritable(256 + 48 * headers.size() + body.length);
		if (this.host == null) {
			startResponse(headers, out);
		}
		else {
			startRequest(headers, this.host, out);
		}
		writeNumber(body.length, out);
		out.writeBytes(CRLF);
		headers.forEach((name, value) -> writeHeader(name, value, out));
		out.writeBytes(CRLF);
		out.writeBytes(body);
	}

	private static void startRequest(Metadata headers, byte[] host, ByteBuf out) {
		String method = headers.get(Headers.HTTP_METHOD);
		if (method == null || method.equals("POST")) {
			out.writeBytes(POST);
		}
		else {
			writeText(method + " ", out);
		}
		writeText(headers.getOrDefault(Headers.PATH, "/"), out);
		out.writeBytes(VERSION).writeBytes(host);
		if (!headers.contains("User-Agent")) {
			out.writeBytes(USER_AGENT);
		}
		out.writeBytes(CONTENT_LENGTH);
	}

	private static void startResponse(Metadata headers, ByteBuf out) {
		String status = headers.get(Headers.HTTP_STATUS);
		if (status == null || status.equals("200")) {
			out.writeBytes(OK);
			return;
		}
		int code = Integer.parseInt(status);
		writeText("HTTP/1.1 " + code + " " + MicroException.phrase(code), out);
		if (code == UPGRADE_REQUIRED) {
			// which one it is must be said
			out.writeBytes(WEB_SOCKET);
		}
		out.writeBytes(CONTENT_LENGTH);
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
		byte[] known = KNOWN.get(name);
		if (known != null) {
			out.writeBytes(known);
		}
		else if (!HeaderNames.isToken(name) || NOT_WRITTEN.contains(name)) {
			// a pseudo header, or one that go does not write either
			return;
		}
		else {
			writeText(HeaderNames.canonical(name), out);
			out.writeByte(':').writeByte(' ');
		}
		writeText(value, out);
		out.writeBytes(CRLF);
	}

	/** Writes UTF-8, as Go does, with a space for each control character. */
	private static void writeText(String text, ByteBuf out) {
		boolean plain = true;
		for (int i = 0; i < text.length() && plain; i++) {
			char c = text.charAt(i);
			plain = c >= ' ' && c < 0x7f;
		}
		if (plain) {
			out.writeCharSequence(text, StandardCharsets.US_ASCII);
			return;
		}
		StringBuilder clean = new StringBuilder(text);
		for (int i = 0; i < clean.length(); i++) {
			char c = clean.charAt(i);
			if (c < ' ' && c != '\t' || c == 0x7f) {
				clean.setCharAt(i, ' ');
			}
		}
		out.writeCharSequence(clean, StandardCharsets.UTF_8);
	}

	private static void writeNumber(int number, ByteBuf out) {
		if (number < 10) {
			out.writeByte('0' + number);
		}
		else {
			out.writeCharSequence(Integer.toString(number), StandardCharsets.US_ASCII);
		}
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
