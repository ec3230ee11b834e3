package io.microspring.transport;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

import io.microspring.message.Message;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Settings;
import org.jspecify.annotations.Nullable;

/**
 * The way from HTTP/1.1 to HTTP/2 in the clear (RFC 7540 §3.2), as {@code curl --http2}
 * goes it: the request that asks for it is answered on stream 1.
 */
final class Http2Upgrade {

	/** Goes ahead of the frames. */
	static final byte[] ANSWER = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
		.getBytes(StandardCharsets.US_ASCII);

	private static final String SETTINGS = "HTTP2-Settings";

	private static final int SETTING_LENGTH = 6;

	private Http2Upgrade() {
	}

	/**
	 * The settings of a caller that asks for HTTP/2. A request that asks wrongly is one
	 * of HTTP/1.1, as HTTP allows.
	 * @param request the head of the request
	 * @return its settings, or null when it does not ask
	 */
	static @Nullable Http2Settings askedFor(HttpRequest request) {
		HttpHeaders headers = request.headers();
		if (!headers.containsValue(HttpHeaderNames.UPGRADE, "h2c", true)
				|| !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
				|| !headers.containsValue(HttpHeaderNames.CONNECTION, SETTINGS, true)
				|| !request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
			return null;
		}
		List<String> settings = headers.getAll(SETTINGS);
		try {
			return (settings.size() != 1) ? null : decode(Base64.getUrlDecoder().decode(settings.get(0)));
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private static Http2Settings decode(byte[] payload) {
		if (payload.length % SETTING_LENGTH != 0 || payload.length > 64 * SETTING_LENGTH) {
			throw new IllegalArgumentException("no settings: " + payload.length + " bytes");
		}
		Http2Settings settings = new Http2Settings();
		ByteBuffer bytes = ByteBuffer.wrap(payload);
		while (bytes.hasRemaining()) {
			char id = bytes.getChar();
			long value = bytes.getInt() & 0xffffffffL;
			if (id != Http2CodecUtil.SETTINGS_ENABLE_PUSH) {
				settings.put(id, Long.valueOf(value));
			}
		}
		return settings;
	}

	/**
	 * The request as the rest of HTTP/2's are, without what asked for it.
	 * @param request the request
	 * @return the same without the headers of the connection
	 */
	static Message cleared(Message request) {
		return new Message(request.headers()
			.toBuilder()
			.remove("Connection")
			.remove("Upgrade")
			.remove(SETTINGS)
			.remove("Transfer-Encoding")
			.build(), request.body());
	}

}
