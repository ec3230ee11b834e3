package io.microspring.test.recording;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.microspring.test.recording.Outcome.Verdict;
import io.microspring.test.recording.Recording.Event;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/** The http broker against what go-micro's wrote, of all generations. */
class HttpBrokerFamilyTest {

	private final HttpBrokerFamily family = new HttpBrokerFamily();

	private final Player player = Player.bundled("http-broker");

	private final Caller noCaller = (call, node) -> {
		throw new IllegalStateException("nothing is called");
	};

	@Test
	void subscriberReceivesWhatTheGoPublisherWrote() {
		assertThat(this.player.asServer()).hasSize(18)
			.allSatisfy((outcome) -> assertThat(outcome.verdict()).as(outcome.line()).isEqualTo(Verdict.SAME));
	}

	@Test
	void publisherWritesWhatTheGoSubscriberReads() {
		assertThat(this.player.asClient(this.noCaller)).hasSize(18)
			.allSatisfy((outcome) -> assertThat(outcome.verdict()).as(outcome.line()).isEqualTo(Verdict.SAME));
	}

	@Test
	void alteredRecordingsDiffer() {
		for (String path : List.of("v1/http-broker/pub-metadata", "v2/http-broker/pub-metadata")) {
			Recording recording = recording(path);
			assertThat(asServer(written(recording, "200 OK", "201 OK"))).singleElement()
				.asString()
				.startsWith("status line is HTTP/1.1 200 OK for HTTP/1.1 201 OK");
			assertThat(asServer(entry(recording, "\"secure\":\"false\"", "\"secure\":\"maybe\""))).singleElement()
				.asString()
				.startsWith("metadata is ");
			assertThat(asServer(entry(recording, "\"name\":\"", "\"name\":\"not."))).first()
				.asString()
				.startsWith("0 subscriptions registered as not.");
			assertThat(asClient(written(recording, "POST", "HEAD"))).singleElement()
				.asString()
				.startsWith("request line is POST ");
			assertThat(asClient(written(recording, "Content-Type: application/json", "Content-Type: application/yson")))
				.singleElement()
				.asString()
				.startsWith("Content-Type is ");
		}
	}

	private List<String> asServer(Recording recording) {
		return this.family.asServer(recording, "").differences();
	}

	private List<String> asClient(Recording recording) {
		return this.family.asClient(recording, this.noCaller).differences();
	}

	private Recording recording(String path) {
		return this.player.recordings()
			.stream()
			.filter((recording) -> recording.path().equals(path))
			.findFirst()
			.orElseThrow();
	}

	/** With other bytes, as many. */
	private static Recording written(Recording recording, String from, String to) {
		List<List<Event>> connections = recording.connections()
			.stream()
			.map((events) -> events.stream()
				.map((event) -> new Event(event.fromClient(), event.millis(),
						new String(event.bytes(), StandardCharsets.ISO_8859_1).replace(from, to)
							.getBytes(StandardCharsets.ISO_8859_1)))
				.toList())
			.toList();
		return new Recording(recording.generation(), recording.family(), recording.name(), connections,
				recording.results(), recording.json());
	}

	/** With another entry in the registry. */
	private static Recording entry(Recording recording, String from, String to) {
		ObjectNode json = (ObjectNode) recording.json().deepCopy();
		String field = "registry_entry_of_subscriber";
		json.put(field, json.path(field).asString().replace(from, to));
		return new Recording(recording.generation(), recording.family(), recording.name(), recording.connections(),
				recording.results(), json);
	}

}
