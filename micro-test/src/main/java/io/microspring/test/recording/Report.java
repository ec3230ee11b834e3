package io.microspring.test.recording;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.microspring.test.recording.Outcome.Role;
import io.microspring.test.recording.Outcome.Verdict;

/**
 * Outcomes in numbers.
 */
final class Report {

	private Report() {
	}

	/**
	 * Prints how many were not played, and last the sum.
	 * @param role what we were
	 * @param outcomes the outcomes
	 * @param out where to
	 */
	static void print(Role role, List<Outcome> outcomes, PrintWriter out) {
		Map<String, Long> notPlayed = outcomes.stream()
			.filter((outcome) -> outcome.verdict() == Verdict.NOT_PLAYED)
			.collect(Collectors.groupingBy((outcome) -> outcome.recording().family(), TreeMap::new,
					Collectors.counting()));
		notPlayed.forEach((family, count) -> out.println("not played: " + count + " of " + family));
		out.println("as " + role.text() + ": " + count(outcomes, Verdict.SAME) + " same, "
				+ count(outcomes, Verdict.DIFFERS) + " differ, " + count(outcomes, Verdict.EXCEPTED) + " excepted");
		out.flush();
	}

	static long count(List<Outcome> outcomes, Verdict verdict) {
		return outcomes.stream().filter((outcome) -> outcome.verdict() == verdict).count();
	}

}
