package io.microspring.selector;

import java.math.BigInteger;
import java.util.List;

import io.microspring.registry.Service;

/**
 * The order of versions.
 */
final class Versions {

	/** More of a version's name is not looked at. */
	private static final int MOST = 256;

	private static final int SEPARATOR = 0;

	private static final int LETTERS = 1;

	private static final int DIGITS = 2;

	private Versions() {
	}

	static List<Service> newest(List<Service> services) {
		String newest = null;
		for (Service service : services) {
			if (!service.nodes().isEmpty() && (newest == null || compare(service.version(), newest) > 0)) {
				newest = service.version();
			}
		}
		String wanted = newest;
		return (wanted == null) ? List.of() : services.stream().filter((s) -> s.version().equals(wanted)).toList();
	}

	/** Less than zero when the first is the older. */
	static int compare(String first, String second) {
		String a = core(first);
		String b = core(second);
		int i = 0;
		int j = 0;
		while (i < a.length() && j < b.length()) {
			int endA = end(a, i);
			int endB = end(b, j);
			int order = compareParts(a.substring(i, endA), b.substring(j, endB));
			if (order != 0) {
				return order;
			}
			i = endA;
			j = endB;
		}
		if (i < a.length()) {
			return rest(a, i);
		}
		return (j < b.length()) ? -rest(b, j) : first.compareTo(second);
	}

	private static String core(String version) {
		String text = (version.length() > MOST) ? version.substring(0, MOST) : version;
		int plus = text.indexOf('+');
		text = (plus < 0) ? text : text.substring(0, plus);
		boolean prefixed = text.length() > 1 && (text.charAt(0) == 'v' || text.charAt(0) == 'V')
				&& kind(text.charAt(1)) == DIGITS;
		return prefixed ? text.substring(1) : text;
	}

	/** A longer version is newer, unless what it has more is a suffix. */
	private static int rest(String version, int from) {
		return (version.charAt(from) == '-' || kind(version.charAt(from)) == LETTERS) ? -1 : 1;
	}

	/** Where a part ends: digits, letters, or one separator. */
	private static int end(String version, int from) {
		int kind = kind(version.charAt(from));
		int end = from + 1;
		while (kind != SEPARATOR && end < version.length() && kind(version.charAt(end)) == kind) {
			end++;
		}
		return end;
	}

	private static int kind(char c) {
		return (c >= '0' && c <= '9') ? DIGITS : (c == '.' || c == '-' || c == '_') ? SEPARATOR : LETTERS;
	}

	private static int compareParts(String a, String b) {
		int kindA = kind(a.charAt(0));
		int kindB = kind(b.charAt(0));
		if (kindA != kindB) {
			return Integer.compare(kindA, kindB);
		}
		if (kindA == DIGITS) {
			return new BigInteger(a).compareTo(new BigInteger(b));
		}
		// A hyphen, which begins a suffix, comes before a dot.
		return a.compareTo(b);
	}

}
