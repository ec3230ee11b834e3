package io.microspring.transport;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.microspring.message.Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * The case of header names: {@code Micro-Id}, as Go's {@code CanonicalMIMEHeaderKey}
 * writes them; and what the values of pseudo headers may be.
 */
final class HeaderNames {

	/** The headers of every call: no text is made for them. */
	private static final Map<CharSequence, String> KNOWN = known("Host", Headers.CONTENT_TYPE, "Content-Length",
			Headers.ACCEPT, "Accept-Encoding", "User-Agent", "Connection", Headers.TIMEOUT, Headers.ID, Headers.SERVICE,
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
	 * Whether a byte may stand in a header's name.
	 * @param b the byte
	 * @return whether it is one of RFC 9110's tokens
	 */
	static boolean isToken(byte b) {
		return b >= 0 && TOKEN[b];
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

	/**
	 * Refuses what is no path of a request, since it would be another request.
	 * @param path the path, or null for the default one
	 * @throws IllegalArgumentException when it is none
	 */
	static void checkPath(@Nullable String path) {
		if (path == null) {
			return;
		}
		boolean valid = path.startsWith("/");
		for (int i = 0; i < path.length() && valid; i++) {
			valid = path.charAt(i) > ' ' && path.charAt(i) < 0x7f;
		}
		if (!valid) {
			throw new IllegalArgumentException("No path of an HTTP request, or not escaped: " + path);
		}
	}

	/**
	 * Refuses what is no status of a response.
	 * @param status the status, or null for the default one
	 * @throws IllegalArgumentException when it is none
	 */
	static void checkStatus(@Nullable String status) {
		if (status != null && !(status.length() == 3 && status.chars().allMatch((c) -> c >= '0' && c <= '9'))) {
			throw new IllegalArgumentException("No status of an HTTP response: " + status);
		}
	}

	/**
	 * Names that are the same in any case.
	 * @param names the names
	 * @return the set of them
	 */
	static Set<String> caseless(String... names) {
		Set<String> set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
		set.addAll(Set.of(names));
		return set;
	}

}
