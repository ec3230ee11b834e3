package io.microspring.test.recording;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The player on the command line. */
class MainTest {

	private final StringWriter printed = new StringWriter();

	@TempDir
	Path directory;

	@Test
	void recordingsInAnyDirectoryArePlayedInBothDirections() throws IOException {
		Recording recording = recording();
		write("mucp-http", recording);
		List<Recording.Event> events = recording.connections().get(0);
		// The first connection only tries whether the server is there.
		try (GoServer server = new GoServer(
				new Recording("v2", "mucp-http", "twice", List.of(events, events), List.of(), recording.json()))) {

			assertThat(run(this.directory.toString(), server.node().address())).isZero();
		}

		assertThat(this.printed.toString().lines()).hasSize(4)
			.anyMatch((line) -> line.matches("v2 +mucp-http +unary-json-ok +as server +same"))
			.anyMatch((line) -> line.matches("v2 +mucp-http +unary-json-ok +as client +same"))
			.contains("as server: 1 same, 0 differ, 0 excepted")
			.last()
			.isEqualTo("as client: 1 same, 0 differ, 0 excepted");
	}

	@Test
	void differenceIsSaidAndEndsWithOne() throws IOException {
		Recording recording = recording();
		write("mucp-http", recording);
		List<Recording.Event> events = recording.connections().get(0).stream().filter(Recording.Event::isEnd).toList();
		try (GoServer silent = new GoServer(
				new Recording("v2", "mucp-http", "silent", List.of(events), List.of(), recording.json()))) {

			assertThat(run(this.directory.toString(), silent.node().address(), "mucp-http")).isEqualTo(1);
		}

		assertThat(this.printed.toString()).contains("differs", "after 0 replies",
				"as server: 0 same, 1 differ, 0 excepted");
	}

	@Test
	void familyThatNobodyPlaysIsListed() throws IOException {
		write("carrier-pigeon", recording());

		assertThat(run(this.directory.toString(), "127.0.0.1:1")).isZero();

		assertThat(this.printed.toString()).contains("not played  no player for this family",
				"not played: 1 of carrier-pigeon", "as server: 0 same, 0 differ, 0 excepted");
	}

	@Test
	void callOfAnUnknownKindIsNotPassedAsTheSame() throws IOException {
		String line = recording().json().toString().replace("\"op\":\"call\"", "\"op\":\"teleport\",\"new\":[{}]");
		Files.writeString(this.directory.resolve("mucp-http.jsonl"), line + "\n");
		try (GoServer server = new GoServer(recording())) {

			run(this.directory.toString(), server.node().address());
		}

		assertThat(this.printed.toString()).contains("no player for this kind of call: TELEPORT",
				"as client: 0 same, 0 differ, 0 excepted");
	}

	@Test
	void whatCannotBePlayedIsSaidAndEndsWithTwo() throws IOException {
		write("mucp-http", recording());
		String here = this.directory.toString();

		assertThat(run("-")).isEqualTo(2);
		assertThat(run(here, "127.0.0.1:1", "smtp")).isEqualTo(2);
		assertThat(run(here, "nowhere")).isEqualTo(2);
		assertThat(run(here + "/nowhere", "127.0.0.1:1")).isEqualTo(2);
		int free;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			free = socket.getLocalPort();
		}
		assertThat(run(here, "127.0.0.1:" + free)).isEqualTo(2);

		assertThat(this.printed.toString()).contains("usage: ", "No player for smtp; there is one for [mucp-http",
				"No address of the form host:port: nowhere", "No such directory: " + here + "/nowhere",
				"Cannot connect to the greeter at 127.0.0.1:" + free);
	}

	@Test
	void brokenLineIsNamed() throws IOException {
		Path file = this.directory.resolve("grpc.jsonl");
		Files.writeString(file, recording().json() + "\n\n{\"name\": \n");

		assertThat(run(this.directory.toString(), "127.0.0.1:1")).isEqualTo(2);
		assertThat(this.printed.toString()).startsWith("No recording in " + file + ", line 3: ");
	}

	private int run(String... args) {
		return Main.run(args, Family.all(), new PrintWriter(this.printed));
	}

	private void write(String family, Recording recording) throws IOException {
		Files.writeString(this.directory.resolve(family + ".jsonl"), recording.json() + "\n");
	}

	private static Recording recording() {
		return Stream.of("v2")
			.flatMap((generation) -> Recording.bundled(generation, "mucp-http").stream())
			.filter((recording) -> recording.name().equals("unary-json-ok"))
			.findFirst()
			.orElseThrow();
	}

}
