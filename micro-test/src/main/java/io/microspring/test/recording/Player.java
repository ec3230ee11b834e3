package io.microspring.test.recording;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.microspring.test.recording.Exceptions.Entry;
import io.microspring.test.recording.Outcome.Role;
import io.microspring.test.recording.Outcome.Verdict;

/**
 * Plays recordings to a server or a client of ours, one after the other, and says for
 * each whether it was the same. Immutable.
 * <p>
 * The server must be the greeter that {@code vectors/README.md} describes. So far the
 * player speaks http, {@link #FAMILIES}: to a server all that is recorded of it, to a
 * client the unary calls.
 */
public final class Player {

	/** The families that can be played. */
	public static final Set<String> FAMILIES = Set.of("mucp-http");

	private static final List<String> GENERATIONS = List.of("v1", "v2", "head");

	private final List<Recording> recordings;

	private final Exceptions exceptions;

	private Player(List<Recording> recordings, Exceptions exceptions) {
		this.recordings = recordings;
		this.exceptions = exceptions;
	}

	/**
	 * The recordings of a family that come with this library.
	 * @param family one of {@link #FAMILIES}
	 * @return the player
	 */
	public static Player bundled(String family) {
		check(family);
		return of(
				GENERATIONS.stream().flatMap((generation) -> Recording.bundled(generation, family).stream()).toList());
	}

	/**
	 * The recordings of a family in a directory.
	 * @param directory where {@code <generation>/<family>.jsonl} lie
	 * @param family one of {@link #FAMILIES}
	 * @return the player
	 */
	public static Player in(Path directory, String family) {
		check(family);
		try (Stream<Path> generations = Files.list(directory)) {
			return of(generations.map((generation) -> generation.resolve(family + ".jsonl"))
				.filter(Files::isRegularFile)
				.sorted()
				.flatMap((file) -> Recording.read(file).stream())
				.toList());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot list the recordings in " + directory, ex);
		}
	}

	/**
	 * Certain recordings.
	 * @param recordings the recordings, of {@link #FAMILIES}
	 * @return the player
	 */
	public static Player of(List<Recording> recordings) {
		return new Player(List.copyOf(recordings), Exceptions.bundled());
	}

	/**
	 * A player of some of these recordings.
	 * @param which which of them
	 * @return the player
	 */
	public Player only(Predicate<Recording> which) {
		return new Player(this.recordings.stream().filter(which).toList(), this.exceptions);
	}

	/**
	 * The recordings it plays.
	 * @return the recordings, in order
	 */
	public List<Recording> recordings() {
		return this.recordings;
	}

	/**
	 * Plays the Go client to a server of ours.
	 * @param address the server's address, {@code host:port}
	 * @return an outcome for each recording
	 */
	public List<Outcome> asServer(String address) {
		GoClient client = new GoClient(address);
		List<Outcome> outcomes = new ArrayList<>();
		for (Recording recording : this.recordings) {
			boolean playable = hasRequests(recording);
			outcomes.add(playable ? judge(recording, Role.SERVER, client.play(recording))
					: notPlayed(recording, Role.SERVER, "the client's bytes are not in the recording"));
		}
		return outcomes;
	}

	/**
	 * Plays the Go server to a client of ours.
	 * @param caller the client
	 * @return an outcome for each recording
	 */
	public List<Outcome> asClient(Caller caller) {
		List<Outcome> outcomes = new ArrayList<>();
		for (Recording recording : this.recordings) {
			if (recording.results().isEmpty()) {
				outcomes.add(notPlayed(recording, Role.CLIENT, "no client's result was recorded"));
			}
			else if (!recording.results().get(0).path("op").asString("").equals("call")) {
				outcomes.add(notPlayed(recording, Role.CLIENT, "the player does not stream yet"));
			}
			else if (!hasRequests(recording)) {
				outcomes.add(notPlayed(recording, Role.CLIENT, "the client wrote nothing"));
			}
			else {
				outcomes.add(judge(recording, Role.CLIENT, GoServer.play(recording, caller)));
			}
		}
		return outcomes;
	}

	private Outcome judge(Recording recording, Role role, List<String> differences) {
		Entry entry = this.exceptions.find(recording, role);
		String found = String.join("; ", differences);
		if (entry != null) {
			String here = found.isEmpty() ? " (no difference found)" : " (found: " + found + ")";
			return new Outcome(recording, role, Verdict.EXCEPTED, entry.reason() + here);
		}
		return new Outcome(recording, role, found.isEmpty() ? Verdict.SAME : Verdict.DIFFERS, found);
	}

	private Outcome notPlayed(Recording recording, Role role, String reason) {
		Entry entry = this.exceptions.find(recording, role);
		return (entry == null) ? new Outcome(recording, role, Verdict.NOT_PLAYED, reason)
				: new Outcome(recording, role, Verdict.EXCEPTED, entry.reason());
	}

	private static boolean hasRequests(Recording recording) {
		return recording.connections()
			.stream()
			.flatMap(List::stream)
			.anyMatch((event) -> event.fromClient() && !event.isEnd());
	}

	private static void check(String family) {
		if (!FAMILIES.contains(family)) {
			throw new IllegalArgumentException("No player for " + family + "; there is one for " + FAMILIES);
		}
	}

}
