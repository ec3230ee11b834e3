package io.microspring.selector;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * What became of an attempt at a node, as far as it tells of the node. (go-micro's
 * {@code Mark} only knows an error or none.)
 */
public enum Outcome {

	/**
	 * The node answered: a result, or an error that is the call's own fault or business
	 * ({@link io.microspring.errors.MicroException#isAnswer()}). Of a stream: the node
	 * ended it so.
	 */
	ANSWERED,
	/**
	 * The node answered that it cannot: any other error, such as a 500, or 408 as it did
	 * not manage in time.
	 */
	FAULTED,
	/** No connection, or it broke before the answer came. */
	DISCONNECTED,
	/** The time of the attempt or of the call was over before the answer came. */
	TIMED_OUT,
	/**
	 * The caller wanted the answer no more: cancelled, overtaken by another attempt,
	 * never sent, or the caller closed the stream.
	 */
	GIVEN_UP;

	private static final int LONGEST_TEXT = 200;

	/**
	 * Whether it speaks against the node.
	 * @return true when the node has failed
	 */
	public boolean isFailure() {
		return this == FAULTED || this == DISCONNECTED || this == TIMED_OUT;
	}

	/**
	 * Whether the node has said anything.
	 * @return true when it has answered, be it with an error
	 */
	public boolean isAnswer() {
		return this == ANSWERED || this == FAULTED;
	}

	/** What to say of it, on one line. */
	String text(@Nullable Throwable failure) {
		String message = (failure == null) ? null : failure.getMessage();
		String text = (message == null) ? name().toLowerCase(Locale.ROOT).replace('_', ' ') : message;
		text = text.replaceAll("\\p{Cntrl}", " ");
		return (text.length() > LONGEST_TEXT) ? text.substring(0, LONGEST_TEXT) + "…" : text;
	}

}
