package io.microspring.test.recording;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What came of playing a recording, before exceptions are looked at.
 *
 * @param differences how ours differs from Go's, none when they mean the same
 * @param notPlayed why it was not played, or null
 */
public record Finding(List<String> differences, @Nullable String notPlayed) {

	public Finding {
		differences = List.copyOf(differences);
	}

	/**
	 * It was played.
	 * @param differences how ours differs from Go's, none when they mean the same
	 * @return the finding
	 */
	public static Finding of(List<String> differences) {
		return new Finding(differences, null);
	}

	/**
	 * There is nothing to play.
	 * @param reason why
	 * @return the finding
	 */
	public static Finding notPlayed(String reason) {
		return new Finding(List.of(), reason);
	}

}
