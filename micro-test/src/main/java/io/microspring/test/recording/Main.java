package io.microspring.test.recording;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import io.microspring.test.recording.Outcome.Role;
import io.microspring.test.recording.Outcome.Verdict;

/**
 * The player on the command line: plays the Go clients to a running greeter, and the Go
 * servers to a client of its own.
 */
public final class Main {

	private static final String USAGE = "usage: Main DIR TARGET [FAMILY]\n"
			+ "  DIR     where the recordings lie, <family>.jsonl, in directories or not;"
			+ " - for those of this library\n" //
			+ "  TARGET  the greeter to play to, host:port\n" //
			+ "  FAMILY  the only family to play; all unless given";

	private Main() {
	}

	/**
	 * Ends with 0 when nothing differs, 1 when something does, 2 when it could not be
	 * played.
	 * @param args directory, target and family
	 */
	public static void main(String[] args) {
		System.exit(run(args, Family.all(), new PrintWriter(System.out, true, StandardCharsets.UTF_8)));
	}

	/**
	 * Plays.
	 * @param args directory, target and family
	 * @param families the families that can be played
	 * @param out where the table goes
	 * @return what to exit with
	 */
	public static int run(String[] args, List<Family> families, PrintWriter out) {
		if (args.length < 2 || args.length > 3) {
			out.println(USAGE);
			return 2;
		}
		try {
			Player player = player(args, families).telling((outcome) -> out.println(outcome.line()));
			reach(args[1], player);
			List<Outcome> asServer = player.asServer(args[1]);
			Report.print(Role.SERVER, asServer, out);
			List<Outcome> asClient = player.asClient(Caller.ofNodes());
			Report.print(Role.CLIENT, asClient, out);
			long differ = Report.count(asServer, Verdict.DIFFERS) + Report.count(asClient, Verdict.DIFFERS);
			return (differ == 0) ? 0 : 1;
		}
		catch (IOException ex) {
			out.println("Cannot connect to the greeter at " + args[1] + ": " + ex.getMessage());
			return 2;
		}
		catch (IllegalArgumentException | UncheckedIOException ex) {
			out.println(ex.getMessage());
			return 2;
		}
	}

	private static void reach(String target, Player player) throws IOException {
		if (player.needsTarget()) {
			new GoClient(target).connect().close();
		}
	}

	private static Player player(String[] args, List<Family> families) {
		Player player = args[0].equals("-") ? Player.bundled(families) : Player.in(Path.of(args[0]));
		for (Family family : families) {
			player = player.with(family);
		}
		if (args.length < 3) {
			return player;
		}
		if (!player.families().contains(args[2])) {
			throw new IllegalArgumentException("No player for " + args[2] + "; there is one for " + player.families());
		}
		return player.only((recording) -> recording.family().equals(args[2]));
	}

}
