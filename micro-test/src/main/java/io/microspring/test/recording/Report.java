package io.microspring.test.recording;

import java.io.PrintWriter;
import java.util.List;

import io.microspring.test.recording.Outcome.Role;
import io.microspring.test.recording.Outcome.Verdict;

/**
 * Outcomes as a table to read.
 */
final class Report {

	private Report() {
	}

	/**
	 * Prints a line for each outcome, how many were not played, and last the sum.
	 * @param role what we were
	 * @param outcomes the outcomes
	 * @param out where to
	 */
	static void print(Role role, List<Outcome> outcomes, PrintWriter out) {
		outcomes.forEach((outcome) -> out.println(outcome.line()));
		if (count(outcomes, Verdict.NOT_PLAYED) > 0) {
			out.println("not played: " + count(outcomes, Verdict.NOT_PLAYED));
		}
		out.println("as " + role.text() + ": " + count(outcomes, Verdict.SAME) + " same, "
				+ count(outcomes, Verdict.DIFFERS) + " differ, " + count(outcomes, Verdict.EXCEPTED) + " excepted");
		out.flush();
	}

	static long count(List<Outcome> outcomes, Verdict verdict) {
		return outcomes.stream().filter((outcome) -> outcome.verdict() == verdict).count();
	}

}
