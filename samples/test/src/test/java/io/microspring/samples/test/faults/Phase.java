package io.microspring.samples.test.faults;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.microspring.samples.test.faults.Load.Ended;
import io.microspring.samples.test.faults.Load.Kind;

/**
 * What happened between two moments: a row of the result for each kind of call.
 *
 * @param name what was done
 * @param retries how many further attempts were made meanwhile
 * @param calls the calls that ended meanwhile
 */
record Phase(String name, long retries, List<Ended> calls) {

	private static final String ROW = "%-22s %-12s %7s %7s %9s  %s%n";

	List<Ended> failed(Kind kind) {
		return this.calls.stream().filter((call) -> call.kind() == kind && call.failed()).toList();
	}

	/** How many calls each node answered. */
	Map<String, Long> answeredBy() {
		return this.calls.stream()
			.filter((call) -> !call.failed())
			.collect(Collectors.groupingBy((call) -> String.valueOf(call.node()), TreeMap::new, Collectors.counting()));
	}

	static String table(List<Phase> phases) {
		StringBuilder table = new StringBuilder(
				String.format(ROW, "phase", "endpoint", "calls", "failed", "p99 (ms)", "causes, answers by node"));
		for (Phase phase : phases) {
			for (Kind kind : Kind.values()) {
				phase.row(table, kind);
			}
		}
		return table.toString();
	}

	private void row(StringBuilder table, Kind kind) {
		List<Ended> mine = this.calls.stream().filter((call) -> call.kind() == kind).toList();
		Map<String, Long> causes = mine.stream()
			.filter(Ended::failed)
			.collect(Collectors.groupingBy(Ended::cause, TreeMap::new, Collectors.counting()));
		String more = (causes.isEmpty() ? "" : causes + " ")
				+ ((kind == Kind.IDEMPOTENT) ? "retries=" + this.retries : answeredBy().toString());
		long[] times = mine.stream().mapToLong((call) -> call.end() - call.started()).sorted().toArray();
		long p99 = (times.length == 0) ? 0 : times[(times.length - 1) * 99 / 100] / 1_000_000;
		table.append(String.format(ROW, (kind == Kind.IDEMPOTENT) ? this.name : "", kind.name().toLowerCase(),
				mine.size(), mine.stream().filter(Ended::failed).count(), p99, more));
	}

}
