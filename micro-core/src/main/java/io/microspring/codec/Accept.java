package io.microspring.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * An {@code Accept} header: which content types a caller takes, and how much it wants
 * each (RFC 9110, 12.5.1). Parameters but {@code q} are passed over.
 *
 * @param ranges the ranges that are named
 */
record Accept(List<Range> ranges) {

	private static final Accept EVERYTHING = new Accept(List.of(new Range("*", "*", 1)));

	/** More are passed over: nobody means them. */
	private static final int MOST = 50;

	static Accept parse(@Nullable String header) {
		if (header == null || header.isBlank()) {
			return EVERYTHING;
		}
		List<Range> ranges = new ArrayList<>();
		for (String each : header.split(",", MOST + 1)) {
			String name = Codecs.bare(each);
			int slash = name.indexOf('/');
			if (slash > 0 && ranges.size() < MOST) {
				ranges.add(new Range(name.substring(0, slash), name.substring(slash + 1), quality(each)));
			}
		}
		return new Accept(ranges);
	}

	/**
	 * The content type that is wanted most.
	 * @param candidates those there are; of two wanted alike the first is taken
	 * @return the content type, or null when none is wanted
	 */
	@Nullable String choose(Set<String> candidates) {
		String best = null;
		double most = 0;
		for (String candidate : candidates) {
			double quality = quality(candidate, candidate.indexOf('/'));
			if (quality > most) {
				most = quality;
				best = candidate;
			}
		}
		return best;
	}

	/** What the range says that means the content type most exactly. */
	private double quality(String contentType, int slash) {
		int exactest = -1;
		double quality = 0;
		for (Range range : this.ranges) {
			int exact = range.matches(contentType, slash);
			if (exact > exactest) {
				exactest = exact;
				quality = range.quality;
			}
		}
		return quality;
	}

	/** What cannot be read counts in full, as if it were not there. */
	private static double quality(String range) {
		for (String parameter : range.split(";")) {
			String text = parameter.trim().toLowerCase(Locale.ROOT);
			if (text.startsWith("q=")) {
				try {
					double quality = Double.parseDouble(text.substring(2).trim());
					return (quality >= 0 && quality <= 1) ? quality : 1;
				}
				catch (NumberFormatException ex) {
					return 1;
				}
			}
		}
		return 1;
	}

	private record Range(String type, String subtype, double quality) {

		/** How exactly the content type is meant: 0 by anything, -1 not at all. */
		int matches(String contentType, int slash) {
			if (this.type.equals("*")) {
				return this.subtype.equals("*") ? 0 : -1;
			}
			if (this.type.length() != slash || !contentType.startsWith(this.type)) {
				return -1;
			}
			return this.subtype.equals("*") ? 1 : contentType.substring(slash + 1).equals(this.subtype) ? 2 : -1;
		}

	}

}
