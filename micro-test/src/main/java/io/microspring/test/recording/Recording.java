package io.microspring.test.recording;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One recorded exchange between two go-micro programs. What each field means stands in
 * {@code vectors/README.md}.
 *
 * @param generation which go-micro: {@code v1}, {@code v2} or {@code head}
 * @param family the file it stands in, such as {@code mucp-http}
 * @param name the case, unique within generation and family
 * @param connections what went over each connection, in the order they were opened; none
 * for families that are no dialogue of bytes, and where the bytes were left out
 * @param results what the user of the Go client saw, an object per call; empty when it
 * was not recorded
 * @param json the whole recording, for what only one family has
 */
public record Recording(String generation, String family, String name, List<List<Event>> connections,
		List<JsonNode> results, JsonNode json) {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	static final String SUFFIX = ".jsonl";

	static final List<String> GENERATIONS = List.of("v1", "v2", "head");

	/**
	 * The recordings of a file.
	 * @param file the file, {@code <family>.jsonl}, in a directory that is called as the
	 * generation, or in any other: then {@code peer_version} says it
	 * @return the recordings, in their order
	 * @throws UncheckedIOException when it cannot be read
	 * @throws IllegalArgumentException when a line is none, naming file and line
	 */
	public static List<Recording> read(Path file) {
		Path directory = file.toAbsolutePath().getParent();
		String generation = (directory == null) ? "" : String.valueOf(directory.getFileName());
		String name = file.getFileName().toString();
		try (BufferedReader lines = Files.newBufferedReader(file)) {
			return read(GENERATIONS.contains(generation) ? generation : "",
					name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name, file.toString(),
					lines);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot read the recordings of " + file, ex);
		}
	}

	/**
	 * The recordings that come with this library.
	 * @param generation {@code v1}, {@code v2} or {@code head}
	 * @param family the family
	 * @return the recordings, in their order; none when the generation has no such family
	 */
	public static List<Recording> bundled(String generation, String family) {
		String resource = "/vectors/" + generation + "/" + family + SUFFIX;
		try (InputStream in = Recording.class.getResourceAsStream(resource)) {
			return (in == null) ? List.of() : read(generation, family, resource,
					new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot read the recordings of " + resource, ex);
		}
	}

	/**
	 * What it is called across generations and families.
	 * @return {@code generation/family/name}
	 */
	public String path() {
		return this.generation + "/" + this.family + "/" + this.name;
	}

	/**
	 * Whether there is anything that the client wrote.
	 * @return false when the bytes were left out
	 */
	boolean hasBytesOfClient() {
		return this.connections.stream()
			.flatMap(List::stream)
			.anyMatch((event) -> event.fromClient() && !event.isEnd());
	}

	@Override
	public String toString() {
		return path();
	}

	private static List<Recording> read(String generation, String family, String file, BufferedReader lines)
			throws IOException {
		List<Recording> recordings = new ArrayList<>();
		int number = 0;
		for (String line = lines.readLine(); line != null; line = lines.readLine()) {
			number++;
			if (!line.isBlank()) {
				try {
					recordings.add(of(generation, family, JSON.readTree(line)));
				}
				catch (JacksonException | IllegalArgumentException ex) {
					throw new IllegalArgumentException(
							"No recording in " + file + ", line " + number + ": " + reason(ex), ex);
				}
			}
		}
		return List.copyOf(recordings);
	}

	private static String reason(RuntimeException ex) {
		return String.valueOf((ex instanceof JacksonException json) ? json.getOriginalMessage() : ex.getMessage());
	}

	static Recording of(String generation, String family, JsonNode json) {
		if (!json.isObject()) {
			throw new IllegalArgumentException("not a JSON object");
		}
		List<List<Event>> connections = new ArrayList<>();
		if (json.path("events").size() > 0) {
			connections.add(events(json.path("events")));
		}
		for (JsonNode connection : json.path("connections")) {
			connections.add(events(connection.path("events")));
		}
		connections.removeIf(List::isEmpty);
		return new Recording(generation.isEmpty() ? generation(json) : generation, family,
				json.path("case").asString(json.path("name").asString("")), List.copyOf(connections),
				results(json.path("client_result")), json);
	}

	private static String generation(JsonNode json) {
		String version = json.path("peer_version").asString("");
		return version.contains(" v1.") ? "v1" : version.contains(" v2.") ? "v2" : "head";
	}

	/** What was written to one connection. */
	static List<Event> events(JsonNode json) {
		List<Event> events = new ArrayList<>();
		for (JsonNode event : json) {
			if (event.isObject()) {
				events.add(Event.of(event));
			}
		}
		return List.copyOf(events);
	}

	/** A list of objects, or the text that the client printed: an object per line. */
	private static List<JsonNode> results(JsonNode json) {
		List<JsonNode> results = new ArrayList<>();
		if (json.isString()) {
			json.asString().lines().filter((line) -> line.startsWith("{")).map(JSON::readTree).forEach(results::add);
		}
		else {
			json.forEach(results::add);
		}
		return List.copyOf(results);
	}

	/**
	 * What one side wrote.
	 *
	 * @param fromClient whether the client wrote it, else the server
	 * @param millis the time since the first event of its connection
	 * @param bytes what was written, empty when the side ended the connection
	 */
	public record Event(boolean fromClient, double millis, byte[] bytes) {

		private static Event of(JsonNode json) {
			return new Event(json.path("dir").asString("").equals("C"), json.path("t_ms").asDouble(0),
					HexFormat.of().parseHex(json.path("hex").asString("")));
		}

		/**
		 * Whether the side ended the connection.
		 * @return true for the end
		 */
		public boolean isEnd() {
			return this.bytes.length == 0;
		}

	}

}
