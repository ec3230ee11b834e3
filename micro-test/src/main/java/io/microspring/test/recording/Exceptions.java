package io.microspring.test.recording;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import io.microspring.test.recording.Outcome.Role;
import org.jspecify.annotations.Nullable;

/**
 * The cases in which we do something else than Go on purpose: the lines of
 * {@code vectors/exceptions.csv}.
 */
final class Exceptions {

	private final List<Entry> entries;

	private Exceptions(List<Entry> entries) {
		this.entries = entries;
	}

	static Exceptions bundled() {
		try (InputStream in = Exceptions.class.getResourceAsStream("/vectors/exceptions.csv")) {
			if (in == null) {
				throw new IllegalStateException("vectors/exceptions.csv is not on the class path");
			}
			return read(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot read vectors/exceptions.csv", ex);
		}
	}

	static Exceptions read(BufferedReader lines) {
		return new Exceptions(
				lines.lines().filter((line) -> !line.isBlank() && !line.startsWith("#")).map(Entry::of).toList());
	}

	/**
	 * Why a recording is excepted.
	 * @param recording the recording
	 * @param role what we are in it
	 * @return the entry, or null when it is not excepted
	 */
	@Nullable Entry find(Recording recording, Role role) {
		return this.entries.stream().filter((entry) -> entry.matches(recording, role)).findFirst().orElse(null);
	}

	List<Entry> entries() {
		return this.entries;
	}

	/**
	 * One line: which recordings, what we are in them, where it is documented, and why.
	 *
	 * @param cases what {@link Recording#path()} looks like, {@code *} for anything
	 * @param role what we are, or null for both
	 * @param documented where it is documented
	 * @param reason why we differ
	 */
	record Entry(Pattern cases, @Nullable Role role, String documented, String reason) {

		private static final int COLUMNS = 4;

		static Entry of(String line) {
			String[] columns = line.split(",", COLUMNS);
			if (columns.length < COLUMNS) {
				throw new IllegalArgumentException("Not case,role,documented,reason: " + line);
			}
			String role = columns[1].trim().toUpperCase(Locale.ROOT);
			String[] literals = columns[0].trim().split("\\*", -1);
			StringBuilder regex = new StringBuilder();
			for (int i = 0; i < literals.length; i++) {
				regex.append((i > 0) ? ".*" : "").append(Pattern.quote(literals[i]));
			}
			return new Entry(Pattern.compile(regex.toString()), role.equals("BOTH") ? null : Role.valueOf(role),
					columns[2].trim(), columns[3].trim());
		}

		boolean matches(Recording recording, Role played) {
			return (this.role == null || this.role == played) && this.cases.matcher(recording.path()).matches();
		}

	}

}
