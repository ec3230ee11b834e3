package io.microspring.test.recording;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.microspring.test.recording.Exceptions.Entry;
import io.microspring.test.recording.Outcome.Role;
import io.microspring.test.recording.Outcome.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Plays recordings to a server or a client of ours, one after the other, and says for
 * each whether it was the same. Immutable.
 * <p>
 * The server must be the greeter that {@code vectors/README.md} describes. How a family
 * is played is the affair of its {@link Family}; a recording of a family that no one
 * knows is not played, and its outcome says so.
 */
public final class Player {

	private final List<Recording> recordings;

	private final Map<String, Family> families;

	private final Exceptions exceptions;

	private final Consumer<Outcome> progress;

	private Player(List<Recording> recordings, Map<String, Family> families, Exceptions exceptions,
			Consumer<Outcome> progress) {
		this.recordings = recordings;
		this.families = families;
		this.exceptions = exceptions;
		this.progress = progress;
	}

	/**
	 * The recordings of a family that come with this library.
	 * @param family the name of the family
	 * @return the player
	 */
	public static Player bundled(String family) {
		return of(Recording.GENERATIONS.stream()
			.flatMap((generation) -> Recording.bundled(generation, family).stream())
			.toList());
	}

	/**
	 * The recordings of some families that come with this library.
	 * @param families the families
	 * @return the player
	 */
	public static Player bundled(List<Family> families) {
		Player player = of(
				families.stream().flatMap((family) -> bundled(family.name()).recordings().stream()).toList());
		for (Family family : families) {
			player = player.with(family);
		}
		return player;
	}

	/**
	 * All recordings in a directory and below it.
	 * @param directory where files {@code <family>.jsonl} lie
	 * @return the player
	 * @throws UncheckedIOException when it cannot be read
	 * @throws IllegalArgumentException when there are none, or a line of a file is no
	 * recording
	 */
	public static Player in(Path directory) {
		if (!Files.isDirectory(directory)) {
			throw new IllegalArgumentException("No such directory: " + directory);
		}
		List<Path> files;
		try (Stream<Path> all = Files.walk(directory)) {
			files = all.filter((file) -> file.toString().endsWith(Recording.SUFFIX)).sorted().toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot list the recordings in " + directory, ex);
		}
		if (files.isEmpty()) {
			throw new IllegalArgumentException("No recordings, *" + Recording.SUFFIX + ", in " + directory);
		}
		return of(files.stream().flatMap((file) -> Recording.read(file).stream()).toList());
	}

	/**
	 * Certain recordings.
	 * @param recordings the recordings
	 * @return the player
	 */
	public static Player of(List<Recording> recordings) {
		Map<String, Family> families = new LinkedHashMap<>();
		Family.all().forEach((family) -> families.put(family.name(), family));
		return new Player(List.copyOf(recordings), families, Exceptions.bundled(), (outcome) -> {
		});
	}

	/**
	 * A player that knows one more family.
	 * @param family the family; it takes the place of another of its name
	 * @return the player
	 */
	public Player with(Family family) {
		Map<String, Family> more = new LinkedHashMap<>(this.families);
		more.put(family.name(), family);
		return new Player(this.recordings, more, this.exceptions, this.progress);
	}

	/**
	 * A player of some of these recordings.
	 * @param which which of them
	 * @return the player
	 */
	public Player only(Predicate<Recording> which) {
		return new Player(this.recordings.stream().filter(which).toList(), this.families, this.exceptions,
				this.progress);
	}

	/**
	 * A player that tells each outcome as soon as it is known.
	 * @param progress told on the thread that plays
	 * @return the player
	 */
	public Player telling(Consumer<Outcome> progress) {
		return new Player(this.recordings, this.families, this.exceptions, progress);
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
		return play(Role.SERVER, (recording) -> family(recording).asServer(recording, address));
	}

	/**
	 * Plays the Go client to what the families start themselves; those that need a
	 * running server are not played.
	 * @return an outcome for each recording
	 */
	public List<Outcome> asServer() {
		return play(Role.SERVER, (recording) -> family(recording).needsTarget()
				? Finding.notPlayed("no running server was named") : family(recording).asServer(recording, ""));
	}

	/**
	 * Plays the Go server to a client of ours.
	 * @param caller the client
	 * @return an outcome for each recording
	 */
	public List<Outcome> asClient(Caller caller) {
		return play(Role.CLIENT, (recording) -> family(recording).asClient(recording, caller));
	}

	/**
	 * A player of those of these recordings that are excepted.
	 * @param role what we are in them
	 * @return the player
	 */
	public Player excepted(Role role) {
		return only((recording) -> this.exceptions.find(recording, role) != null);
	}

	/**
	 * Whether some recording can be played only to a server that is running already.
	 * @return true when {@link #asServer(String)} needs an address
	 */
	boolean needsTarget() {
		return this.recordings.stream()
			.map((recording) -> this.families.get(recording.family()))
			.anyMatch((family) -> family != null && family.needsTarget());
	}

	/**
	 * The families it knows.
	 * @return their names
	 */
	List<String> families() {
		return List.copyOf(this.families.keySet());
	}

	private List<Outcome> play(Role role, Function<Recording, Finding> play) {
		List<Outcome> outcomes = new ArrayList<>();
		for (Recording recording : this.recordings) {
			Outcome outcome = judge(recording, role, finding(recording, play));
			outcomes.add(outcome);
			this.progress.accept(outcome);
		}
		return outcomes;
	}

	/** A recording that the player breaks on must not end the others, nor pass. */
	private Finding finding(Recording recording, Function<Recording, Finding> play) {
		if (!this.families.containsKey(recording.family())) {
			return Finding.notPlayed("no player for this family");
		}
		try {
			return play.apply(recording);
		}
		catch (UnsupportedOperationException ex) {
			return Finding.notPlayed(String.valueOf(ex.getMessage()));
		}
		catch (RuntimeException ex) {
			return Finding.of(List.of("the player failed: " + ex));
		}
	}

	private Family family(Recording recording) {
		@Nullable Family family = this.families.get(recording.family());
		if (family == null) {
			throw new IllegalStateException("No player for " + recording.family());
		}
		return family;
	}

	private Outcome judge(Recording recording, Role role, Finding finding) {
		Entry entry = this.exceptions.find(recording, role);
		String found = String.join("; ", finding.differences());
		if (entry != null && finding.notPlayed() != null) {
			return new Outcome(recording, role, Verdict.EXCEPTED,
					entry.reason() + " (not played: " + finding.notPlayed() + ")");
		}
		if (entry != null) {
			String here = found.isEmpty() ? " (no difference found)" : " (found: " + found + ")";
			return new Outcome(recording, role, Verdict.EXCEPTED, entry.reason() + here);
		}
		if (finding.notPlayed() != null) {
			return new Outcome(recording, role, Verdict.NOT_PLAYED, finding.notPlayed());
		}
		return new Outcome(recording, role, found.isEmpty() ? Verdict.SAME : Verdict.DIFFERS, found);
	}

}
