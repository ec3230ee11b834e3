package io.microspring.call;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as Go writes them: {@code 500ms}, {@code 1m30s}, {@code 1.5h}. Go:
 * {@code time.ParseDuration} and {@code Duration.String}, without negative ones.
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

	/**
	 * Writes a duration: hours, minutes and seconds from a second on, else the largest
	 * unit that it holds one of; nothing is {@code 0s}.
	 * @param duration the duration; less than nothing counts as nothing, more than Go can
	 * say as the longest it can
	 * @return the text, which {@link #parse} reads
	 */
	public static String format(Duration duration) {
		long nanos = nanos(duration);
		if (nanos == 0) {
			return "0s";
		}
		if (nanos < 1_000) {
			return nanos + "ns";
		}
		if (nanos < 1_000_000) {
			return decimal(nanos, 3) + "µs";
		}
		if (nanos < 1_000_000_000) {
			return decimal(nanos, 6) + "ms";
		}
		long minutes = nanos / 60_000_000_000L;
		String seconds = decimal(nanos % 60_000_000_000L, 9) + "s";
		if (minutes == 0) {
			return seconds;
		}
		return ((minutes < 60) ? "" : minutes / 60 + "h") + minutes % 60 + "m" + seconds;
	}

	private static long nanos(Duration duration) {
		if (duration.isNegative()) {
			return 0;
		}
		return (duration.compareTo(Duration.ofNanos(Long.MAX_VALUE)) > 0) ? Long.MAX_VALUE : duration.toNanos();
	}

	private static String decimal(long nanos, int places) {
		return BigDecimal.valueOf(nanos, places).stripTrailingZeros().toPlainString();
	}

}
