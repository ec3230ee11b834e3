package io.microspring.transport;

import java.util.HashMap;
import java.util.Map;

import io.microspring.message.Headers;
import io.netty.util.AsciiString;

/**
 * The case of header names: {@code Micro-Id}, as Go's {@code CanonicalMIMEHeaderKey}
 * writes them.
 */
final class HeaderNames {

	/** The headers of every call: no text is made for them. */
	private static final Map<CharSequence, String> KNOWN = known(Headers.CONTENT_TYPE, "Content-Length", Headers.ACCEPT,
			"Accept-Encoding", "User-Agent", "Connection", Headers.TIMEOUT, Headers.ID, Headers.SERVICE,
			Headers.ENDPOINT, Headers.METHOD, Headers.ERROR, Headers.STREAM, Headers.TOPIC, Headers.PROTOCOL,
			Headers.FROM_SERVICE, "X-Micro-Id", "X-Micro-Service", "X-Micro-Endpoint", "X-Micro-Method",
			"X-Micro-Error");

	private static final boolean[] TOKEN = new boolean[128];

	static {
		for (char c : "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".toCharArray()) {
			TOKEN[c] = true;
		}
	}

	private HeaderNames() {
	}

	/**
	 * Whether a name may stand in front of a header's colon.
	 * @param name the name
	 * @return false when it is empty or holds any other character than RFC 9110's tokens
	 */
	static boolean isToken(String name) {
		for (int i = 0; i < name.length(); i++) {
			char c = name.charAt(i);
			if (c >= TOKEN.length || !TOKEN[c]) {
				return false;
			}
		}
		return !name.isEmpty();
	}

	/**
	 * A name in canonical case: each part between hyphens begins with a capital, the rest
	 * is small.
	 * @param name a token
	 * @return the same in canonical case
	 */
	static String canonical(CharSequence name) {
		String known = KNOWN.get(name);
		if (known != null) {
			return known;
		}
		char[] chars = new char[name.length()];
		boolean first = true;
		for (int i = 0; i < chars.length; i++) {
			char c = name.charAt(i);
			if (first && c >= 'a' && c <= 'z') {
				c -= 'a' - 'A';
			}
			else if (!first && c >= 'A' && c <= 'Z') {
				c += 'a' - 'A';
			}
			chars[i] = c;
			first = c == '-';
		}
		return new String(chars);
	}

	private static Map<CharSequence, String> known(String... names) {
		Map<CharSequence, String> known = new HashMap<>();
		for (String name : names) {
			known.put(AsciiString.of(name), name);
			known.put(AsciiString.of(name).toLowerCase(), name);
		}
		return known;
	}

}
