package io.microspring.test.recording;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import io.microspring.test.recording.Outcome.Role;
import io.microspring.test.recording.Outcome.Verdict;

/**
 * The player on the command line: plays the Go client to a running greeter.
 */
public final class Main {

	private static final String USAGE = "usage: Main DIR TARGET [FAMILY]\n"
			+ "  DIR     the directory of the recordings, DIR/<generation>/<family>.jsonl;"
			+ " - for those of this library\n" //
			+ "  TARGET  the greeter to play to, host:port\n" //
			+ "  FAMILY  mucp-http unless given";

	private Main() {
	}

	/**
	 * Ends with 0 when nothing differs, 1 when something does, 2 when it could not be
	 * played.
	 * @param args directory, target and family
	 */
	public static void main(String[] args) {
		System.exit(run(args, new PrintWriter(System.out, true, StandardCharsets.UTF_8)));
	}

	static int run(String[] args, PrintWriter out) {
		if (args.length < 2 || args.length > 3) {
			out.println(USAGE);
			return 2;
		}
		String family = (args.length > 2) ? args[2] : "mucp-http";
		try {
			Player player = args[0].equals("-") ? Player.bundled(family) : Player.in(Path.of(args[0]), family);
			List<Outcome> outcomes = player.asServer(args[1]);
			Report.print(Role.SERVER, outcomes, out);
			return (Report.count(outcomes, Verdict.DIFFERS) == 0) ? 0 : 1;
		}
		catch (IllegalArgumentException | UncheckedIOException ex) {
			out.println(ex.getMessage());
			return 2;
		}
	}

}
