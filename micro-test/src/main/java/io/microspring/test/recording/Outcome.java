package io.microspring.test.recording;

import java.util.Locale;

/**
 * What came of playing one recording.
 *
 * @param recording the recording
 * @param role what we were in it
 * @param verdict whether it was the same
 * @param detail how it differs, why it is excepted or was not played; empty when the same
 */
public record Outcome(Recording recording, Role role, Verdict verdict, String detail) {

	/**
	 * The outcome on one line.
	 * @return generation, family, case, role, verdict and detail
	 */
	public String line() {
		return String
			.format("%-4s  %-20s  %-36s  as %-6s  %-10s  %s", this.recording.generation(), this.recording.family(),
					this.recording.name(), this.role.text(), this.verdict.text(), this.detail)
			.stripTrailing();
	}

	@Override
	public String toString() {
		return line();
	}

	/** What we are when a recording is played. */
	public enum Role {

		/** We are the server; the Go client is played. */
		SERVER,
		/** We are the client; the Go server is played. */
		CLIENT;

		String text() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	/** What a player may find. */
	public enum Verdict {

		/** It means the same as what Go did. */
		SAME,
		/** It means something else. */
		DIFFERS,
		/** It differs on purpose, and the list of exceptions says why. */
		EXCEPTED,
		/** There is nothing to play for this role, or the player does not know how. */
		NOT_PLAYED;

		String text() {
			return name().toLowerCase(Locale.ROOT).replace('_', ' ');
		}

	}

}
