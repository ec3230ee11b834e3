package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;

import io.microspring.errors.MicroException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * The server's part of a WebSocket handshake (RFC 6455 §4.2).
 */
final class WebSocketHandshake {

	private static final String VERSION = "13";

	/** What RFC 6455 §1.3 appends to a key. */
	private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

	private static final int KEY_LENGTH = 16;

	private WebSocketHandshake() {
	}

	/**
	 * Whether a request asks for a WebSocket. Whatever else it asks to be upgraded to is
	 * ignored, as HTTP allows.
	 * @param request the head of the request
	 * @return true when it does
	 */
	static boolean isAskedFor(HttpRequest request) {
		HttpHeaders headers = request.headers();
		return request.method().equals(HttpMethod.GET)
				&& headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
				&& headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
	}

	/**
	 * Checks a request that asks for a WebSocket.
	 * @param request the head of the request
	 * @param options which origins are allowed
	 * @return what the key is answered with
	 * @throws MicroException 426 when it speaks another version, 403 when it comes from a
	 * page of another host, 400 when it is malformed
	 */
	static String accept(HttpRequest request, HttpOptions options) {
		HttpHeaders headers = request.headers();
		if (!headers.containsValue(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION, false)) {
			throw MicroException.of(HttpSocket.ID, 426, "WebSocket is spoken in version " + VERSION + ", not in "
					+ headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION));
		}
		if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
			throw malformed("a WebSocket needs HTTP/1.1, not " + request.protocolVersion());
		}
		if (HttpUtil.getContentLength(request, 0L) != 0 || HttpUtil.isTransferEncodingChunked(request)) {
			throw malformed("a WebSocket is asked for without a body");
		}
		String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
		if (!isKey(key)) {
			throw malformed("Sec-WebSocket-Key is no base64 of " + KEY_LENGTH + " bytes");
		}
		String origin = headers.get(HttpHeaderNames.ORIGIN);
		if (origin != null && !options.webSocketOrigins().contains("*") && !isListed(origin, options)
				&& !isSameHost(origin, headers.get(HttpHeaderNames.HOST))) {
			throw MicroException.forbidden(HttpSocket.ID, "a page of " + origin + " may not open WebSockets here");
		}
		return answer(key);
	}

	private static boolean isListed(String origin, HttpOptions options) {
		return options.webSocketOrigins().stream().anyMatch(origin::equalsIgnoreCase);
	}

	/**
	 * Browsers send the origin of the page that opens a WebSocket, and whatever cookies
	 * they have for us: a page of somebody else's must not call in its reader's name.
	 */
	private static boolean isSameHost(String origin, @Nullable String host) {
		int scheme = origin.indexOf("://");
		return host != null && scheme > 0
				&& withoutDefaultPort(origin.substring(scheme + 3)).equals(withoutDefaultPort(host));
	}

	private static String withoutDefaultPort(String host) {
		String small = host.toLowerCase(Locale.ROOT);
		return small.endsWith(":80") ? small.substring(0, small.length() - 3)
				: small.endsWith(":443") ? small.substring(0, small.length() - 4) : small;
	}

	private static boolean isKey(@Nullable String key) {
		try {
			return key != null && Base64.getDecoder().decode(key).length == KEY_LENGTH;
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	private static String answer(@Nullable String key) {
		try {
			MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
			return Base64.getEncoder().encodeToString(sha1.digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII)));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JVM has SHA-1", ex);
		}
	}

	private static MicroException malformed(String detail) {
		return MicroException.badRequest(HttpSocket.ID, "malformed HTTP: " + detail);
	}

}
