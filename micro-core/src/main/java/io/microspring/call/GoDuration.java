package io.microspring.call;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads durations as Go writes them: {@code 500ms}, {@code 1m30s}, {@code 1.5h}. Go:
 * {@code time.ParseDuration}, without its negative ones.
 */
public final class GoDuration {

	/** The largest that Go's own type holds: about 292 years. */
	private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);

	private static final int LONGEST_TEXT = 64;

	private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");

	private static final Map<String, Long> NANOS = Map.of("ns", 1L, "us", 1_000L, "µs", 1_000L, "μs", 1_000L, "ms",
			1_000_000L, "s", 1_000_000_000L, "m", 60_000_000_000L, "h", 3_600_000_000_000L);

	private GoDuration() {
	}

	/**
	 * Reads a duration.
	 * @param text the text; {@code 0} needs no unit
	 * @return the duration
	 * @throws IllegalArgumentException when it is none, is negative, or is longer than Go
	 * can say
	 */
	public static Duration parse(String text) {
		if (text.equals("0")) {
			return Duration.ZERO;
		}
		if (text.length() > LONGEST_TEXT) {
			throw new IllegalArgumentException("too long for a duration");
		}
		BigDecimal nanos = BigDecimal.ZERO;
		int end = 0;
		Matcher part = PART.matcher(text);
		while (part.find() && part.start() == end) {
			long unit = Objects.requireNonNull(NANOS.get(part.group(2)), "the pattern names each unit");
			nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit)));
			end = part.end();
		}
		if (end == 0 || end != text.length() || nanos.compareTo(LARGEST) > 0) {
			throw new IllegalArgumentException("no duration such as 500ms, 5s or 1m30s");
		}
		return Duration.ofNanos(nanos.setScale(0, RoundingMode.DOWN).longValueExact());
	}

}
