package io.microspring.benchmarks.worker;

import java.time.Duration;
import java.util.Locale;

/**
 * What a client is to do for one window.
 *
 * @param kind how calls follow each other
 * @param concurrency how many calls there are at a time, at most
 * @param bytes the size of the payload
 * @param ramp how long to call before anything counts
 * @param window how long what is called counts
 * @param rate calls a second of an open loop, else 0
 */
public record Load(Kind kind, int concurrency, int bytes, Duration ramp, Duration window, int rate) {

	/**
	 * How calls follow each other.
	 */
	public enum Kind {

		/** One call, the first of a client. */
		FIRST,

		/** A call ends, the next begins. */
		CLOSED,

		/** Calls begin by the clock, whether others have ended or not. */
		OPEN,

		/** One stream from the server after another. */
		STREAM

	}

	/**
	 * A closed loop; ramp and window are the schedule's.
	 * @param concurrency how many calls there are at a time
	 * @param bytes the size of the payload
	 * @return the load
	 */
	public static Load closed(int concurrency, int bytes) {
		return new Load(Kind.CLOSED, concurrency, bytes, Duration.ZERO, Duration.ZERO, 0);
	}

	/**
	 * An open loop.
	 * @param concurrency how many calls there are at a time, at most
	 * @param bytes the size of the payload
	 * @param rate calls a second
	 * @return the load
	 */
	public static Load open(int concurrency, int bytes, int rate) {
		return new Load(Kind.OPEN, concurrency, bytes, Duration.ZERO, Duration.ZERO, rate);
	}

	/**
	 * Streams.
	 * @param bytes the size of each message
	 * @return the load
	 */
	public static Load stream(int bytes) {
		return new Load(Kind.STREAM, 1, bytes, Duration.ZERO, Duration.ZERO, 0);
	}

	/**
	 * The first call.
	 * @return the load
	 */
	public static Load first() {
		return new Load(Kind.FIRST, 1, 100, Duration.ZERO, Duration.ZERO, 0);
	}

	/**
	 * The same for some time.
	 * @param ramp how long to call before anything counts
	 * @param window how long what is called counts
	 * @return the copy
	 */
	public Load lasting(Duration ramp, Duration window) {
		return new Load(this.kind, this.concurrency, this.bytes, ramp, window, this.rate);
	}

	/**
	 * The name of a table of such loads, such as {@code closed-16-100}.
	 * @return the name
	 */
	public String name() {
		String name = this.kind.name().toLowerCase(Locale.ROOT) + "-" + this.concurrency + "-" + this.bytes;
		return (this.rate > 0) ? name + "-" + this.rate : name;
	}

	/**
	 * The load of a name.
	 * @param name what {@link #name()} gave
	 * @return the load
	 */
	public static Load named(String name) {
		String[] parts = name.split("-");
		int rate = (parts.length > 3) ? Integer.parseInt(parts[3]) : 0;
		return new Load(Kind.valueOf(parts[0].toUpperCase(Locale.ROOT)), Integer.parseInt(parts[1]),
				Integer.parseInt(parts[2]), Duration.ZERO, Duration.ZERO, rate);
	}

	/**
	 * The command to a client.
	 * @return the line
	 */
	public String toLine() {
		return this.kind + " " + this.concurrency + " " + this.bytes + " " + this.ramp.toMillis() + " "
				+ this.window.toMillis() + " " + this.rate;
	}

	static Load parse(String[] words) {
		return new Load(Kind.valueOf(words[0]), Integer.parseInt(words[1]), Integer.parseInt(words[2]),
				Duration.ofMillis(Long.parseLong(words[3])), Duration.ofMillis(Long.parseLong(words[4])),
				Integer.parseInt(words[5]));
	}

}
