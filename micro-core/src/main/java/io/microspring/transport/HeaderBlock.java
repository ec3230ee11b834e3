package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.microspring.message.Metadata;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;

/**
 * Headers of HTTP/2 as metadata, and the other way round. Names are lower case on the
 * wire (RFC 9113 §8.2), text is UTF-8, as Go writes it.
 */
final class HeaderBlock {

	/** What belongs to a connection of HTTP/1.1, or is said otherwise. */
	private static final Set<String> NOT_WRITTEN = HeaderNames.caseless("Host", "Connection", "Content-Length",
			"Transfer-Encoding", "Trailer", "Expect", "Upgrade", "Keep-Alive", "Proxy-Connection", "TE",
			"HTTP2-Settings");

	/** The names of every call: no text is made for them. */
	private static final Map<String, AsciiString> KNOWN = known("content-type", "grpc-status", "grpc-message",
			"grpc-encoding", "grpc-accept-encoding", "grpc-timeout", "grpc-status-details-bin", "user-agent", "timeout",
			"micro-id", "micro-service", "micro-endpoint", "micro-method", "micro-error", "micro-from-service",
			"traceparent", "tracestate", "accept", "x-content-type");

	private static final AsciiString TIMEOUT = known("timeout");

	private static final AsciiString GRPC_TIMEOUT = known("grpc-timeout");

	private static final AsciiString TRACEPARENT = known("traceparent");

	private static final AsciiString MICRO_ID = known("micro-id");

	private HeaderBlock() {
	}

	/**
	 * Adds the headers of a message, without its pseudo headers.
	 * @param headers what to add
	 * @param block where to
	 */
	static void write(Metadata headers, Http2Headers block) {
		headers.forEach((name, value) -> {
			AsciiString known = KNOWN.get(name);
			if (known != null) {
				block.set(known, value(value));
			}
			else if (HeaderNames.isToken(name) && !NOT_WRITTEN.contains(name)) {
				block.set(AsciiString.of(name.toLowerCase(Locale.ROOT)), value(value));
			}
		});
	}

	/**
	 * Whether a header is another one with each call, which would push those out of the
	 * tables of both ends that stay the same.
	 */
	static boolean isFleeting(CharSequence name) {
		return name == TIMEOUT || name == GRPC_TIMEOUT || name == TRACEPARENT || name == MICRO_ID;
	}

	/** An empty block; what is put into it is checked here. */
	static Http2Headers empty() {
		return new DefaultHttp2Headers(false);
	}

	/** Bytes of UTF-8, with a space for each control character. */
	private static CharSequence value(String text) {
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c < ' ' || c >= 0x7f) {
				return clean(text);
			}
		}
		return text;
	}

	private static AsciiString clean(String text) {
		StringBuilder clean = new StringBuilder(text);
		for (int i = 0; i < clean.length(); i++) {
			char c = clean.charAt(i);
			if (c < ' ' && c != '\t' || c == 0x7f) {
				clean.setCharAt(i, ' ');
			}
		}
		return new AsciiString(clean.toString().getBytes(StandardCharsets.UTF_8), false);
	}

	/**
	 * The headers of a call, with the names as they are on the wire. A name that comes
	 * again has its values joined, as gRPC allows, and as go-micro's server does.
	 * @param stream the stream, for the error
	 * @param block what came
	 * @return the headers without pseudo headers
	 * @throws Http2Exception when a value could not stand in a header
	 */
	static Metadata.Builder read(int stream, Http2Headers block) throws Http2Exception {
		Metadata.Builder headers = Metadata.builder();
		for (Map.Entry<CharSequence, CharSequence> entry : block) {
			String name = entry.getKey().toString();
			if (!name.isEmpty() && name.charAt(0) != ':') {
				headers.join(name, text(stream, name, entry.getValue()), name.endsWith("-bin") ? "," : ", ");
			}
		}
		return headers;
	}

	/**
	 * The headers of a request that is a single message, with names as in HTTP/1.1, and
	 * of a name that comes again the first.
	 * @param stream the stream, for the error
	 * @param block what came
	 * @return the headers without pseudo headers
	 * @throws Http2Exception when a value could not stand in a header
	 */
	static Metadata.Builder readCanonical(int stream, Http2Headers block) throws Http2Exception {
		Metadata.Builder headers = Metadata.builder();
		for (Map.Entry<CharSequence, CharSequence> entry : block) {
			CharSequence name = entry.getKey();
			if (name.length() > 0 && name.charAt(0) != ':') {
				String canonical = HeaderNames.canonical(name);
				headers.setIfAbsent(canonical, text(stream, canonical, entry.getValue()));
			}
		}
		return headers;
	}

	private static String text(int stream, String name, CharSequence value) throws Http2Exception {
		boolean plain = true;
		for (int i = 0; i < value.length(); i++) {
			char c = value.charAt(i);
			if (c == '\r' || c == '\n' || c == 0) {
				throw Http2Exception.streamError(stream, Http2Error.PROTOCOL_ERROR, "a line ends within header %s",
						name);
			}
			plain &= c <= 0x7f;
		}
		String text = value.toString();
		return plain ? text : new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
	}

	private static AsciiString known(String name) {
		return Objects.requireNonNull(KNOWN.get(name));
	}

	private static Map<String, AsciiString> known(String... names) {
		Map<String, AsciiString> known = new HashMap<>();
		for (String name : names) {
			AsciiString lower = AsciiString.cached(name);
			known.put(name, lower);
			known.put(HeaderNames.canonical(name), lower);
		}
		return known;
	}

}
