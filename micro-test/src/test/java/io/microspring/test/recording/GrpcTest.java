package io.microspring.test.recording;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.microspring.errors.MicroException;
import io.microspring.registry.Node;
import io.microspring.test.recording.Recording.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The player over HTTP/2 is played to itself: what it finds must be nothing, or what is
 * wrong.
 */
class GrpcTest {

	private static final Map<String, Grpc> FAMILIES = Map.of("grpc", new Grpc("grpc", new GrpcCalls(true)),
			"grpc-to-mucp", new Grpc("grpc-to-mucp", new GrpcCalls(false)), "mucp-grpc-transport",
			new Grpc("mucp-grpc-transport", new GrpcTransportCalls()));

	static Stream<Recording> recordings() {
		return FAMILIES.keySet().stream().sorted().flatMap((family) -> Player.bundled(family).recordings().stream());
	}

	@ParameterizedTest
	@ValueSource(strings = { "grpc:90", "grpc-to-mucp:18", "mucp-grpc-transport:60" })
	void everyGenerationIsThere(String expected) {
		String[] family = expected.split(":");

		assertThat(Player.bundled(family[0]).recordings()).hasSize(Integer.parseInt(family[1]));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("recordings")
	void recordedServerAnswersTheRecordedClientTheSame(Recording recording) throws IOException {
		assertThat(asServer(recording, recording)).isEmpty();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("recordings")
	void recordedClientCallsTheRecordedServerTheSame(Recording recording) {
		if (!recording.results().isEmpty()) {
			assertThat(asClient(recording, recording)).isEmpty();
		}
	}

	@Test
	void serverThatAnswersSomethingElseDiffers() throws IOException {
		Recording ok = recording("v2/grpc/unary-json-ok");
		assertThat(asServer(ok, altered(ok, "Hello John", "Hello Jane")))
			.containsExactly("message is {\"msg\":\"Hello Jane\"} for {\"msg\":\"Hello John\"}");
		assertThat(asServer(ok, recording("v2/grpc/unary-json-plain-error"))).contains("0 messages for 1",
				"grpc-status is 2 for 0 (plain error)");
		assertThat(asServer(ok, recording("v2/grpc/unary-protobuf-ok")))
			.contains("content-type is application/grpc for application/grpc+json");
		assertThat(asServer(recording("v2/grpc/stream-default-ok"), recording("v2/grpc/stream-default-error")))
			.anyMatch((difference) -> difference.startsWith("message 1 is "))
			.contains("2 messages for 3")
			.anyMatch((difference) -> difference.startsWith("grpc-status is 3 for 0"));
		assertThat(asServer(recording("v2/grpc/unary-json-unknown-method"),
				recording("v2/grpc/unary-json-unknown-handler")))
			.contains("grpc-message is unknown service for unknown service Say.Nope");
	}

	@Test
	void serverThatLeavesOutTheDetailsDiffers() throws IOException {
		assertThat(asServer(recording("v2/grpc/unary-default-handler-error"),
				recording("v1/grpc/unary-default-handler-error")))
			.singleElement()
			.asString()
			.startsWith("details are [] for [{\"id\":\"go.micro.srv.greeter.Say.Hello\",\"code\":400");
		// The oldest go-micro sends none, and reads none.
		assertThat(asServer(recording("v1/grpc/unary-default-handler-error"),
				recording("v2/grpc/unary-default-handler-error")))
			.isEmpty();
	}

	@Test
	void serverThatHangsUpOrIsNotThereDiffers() throws IOException {
		Recording ok = recording("v2/grpc/unary-json-ok");
		List<Event> greeting = List.of(ok.connections().get(0).get(0), ok.connections().get(0).get(1),
				new Event(false, 1, new byte[0]));

		assertThat(asServer(ok, with(ok, greeting))).first()
			.asString()
			.containsPattern("the connection was closed after|Broken pipe|Connection reset");
		assertThat(FAMILIES.get("grpc").asServer(ok, "127.0.0.1:1").differences()).first()
			.asString()
			.contains("refused");
	}

	@Test
	void grpcTransportThatLosesAnIdOrABodyDiffers() throws IOException {
		Recording ok = recording("v1/mucp-grpc-transport/unary-json-ok");
		assertThat(asServer(ok, altered(ok, "X-Micro-Id\u0012\u00010", "X-Micro-Id\u0012\u00019")))
			.containsExactly("X-Micro-Id is 9 for 0");
		assertThat(asServer(ok, altered(ok, "Hello John", "Hello Jane"))).singleElement()
			.asString()
			.startsWith("body is {\"msg\":\"Hello Jane\"}");
		Recording error = recording("v1/mucp-grpc-transport/unary-json-handler-error");
		assertThat(asServer(error, altered(error, "bad name error", "bad name arror"))).hasSize(2)
			.allSatisfy((difference) -> assertThat(difference).contains("Micro-Error is "));
	}

	@Test
	void clientThatAsksSomethingElseDiffers() {
		Recording ok = recording("v2/grpc/unary-metadata");

		assertThat(asClient(ok, altered(ok, "metadata", "metadota"))).singleElement()
			.asString()
			.startsWith("request: message is ");
		assertThat(asClient(recording("v2/grpc/unary-json-ok"), recording("v2/grpc/unary-protobuf-ok")))
			.anyMatch((difference) -> difference.startsWith("request: content-type is "));
		assertThat(asClient(recording("v2/grpc/unary-json-plain-error"), recording("v2/grpc/unary-json-ok")))
			.anyMatch((difference) -> difference.startsWith("the caller got no error for the error {"));
		assertThat(asClient(recording("v1/mucp-grpc-transport/unary-json-ok"),
				recording("v1/mucp-grpc-transport/unary-json-plain-error")))
			.anyMatch((difference) -> difference.startsWith("request: body is "));
	}

	@Test
	void pathThatIsNotServedIsRefusedAndDoesNotCount() throws IOException {
		Recording v1 = recording("v1/mucp-grpc-transport/unary-json-ok");
		Recording v2 = recording("v2/mucp-grpc-transport/unary-json-ok");

		assertThat(asServer(v2, v1)).anyMatch((difference) -> difference.contains("grpc-status is 12"));
	}

	private static Recording recording(String path) {
		return recordings().filter((recording) -> recording.path().equals(path)).findFirst().orElseThrow();
	}

	/** Texts of one length, in either direction. */
	private static Recording altered(Recording recording, String from, String to) {
		return with(recording, recording.connections().get(0).stream().map((event) -> {
			String text = new String(event.bytes(), StandardCharsets.ISO_8859_1).replace(from, to);
			return new Event(event.fromClient(), event.millis(), text.getBytes(StandardCharsets.ISO_8859_1));
		}).toList());
	}

	private static Recording with(Recording recording, List<Event> events) {
		return new Recording(recording.generation(), recording.family(), recording.name(), List.of(events),
				recording.results(), recording.json());
	}

	private static List<String> asServer(Recording client, Recording server) throws IOException {
		try (Http2GoServer playing = new Http2GoServer(FAMILIES.get(server.family()).scripts(server))) {
			Finding finding = FAMILIES.get(client.family()).asServer(client, playing.node("grpc", "grpc").address());
			assertThat(finding.notPlayed()).isNull();
			return finding.differences();
		}
	}

	private static List<String> asClient(Recording server, Recording client) {
		Finding finding = FAMILIES.get(server.family()).asClient(server, new RecordedCaller(client));
		assertThat(finding.notPlayed()).isNull();
		return finding.differences();
	}

	/** Writes what the Go client wrote, and has seen what its user saw. */
	private record RecordedCaller(Recording recording) implements Caller {

		/** As when the Go client waits for what never comes. */
		private static final Duration IN_VAIN = Duration.ofMillis(500);

		@Override
		public List<Heard> make(List<GoCall> calls, Node node) {
			try {
				for (Http2Script script : FAMILIES.get(this.recording.family()).scripts(this.recording)) {
					try (Socket socket = new GoClient(node.address()).connect()) {
						Http2Dialogue dialogue = new Http2Dialogue(script, true, socket);
						dialogue.play();
						if (script.server().streams().isEmpty()) {
							dialogue.linger(IN_VAIN);
						}
					}
					catch (IOException expected) {
						// as when the Go server died
					}
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			return this.recording.results().stream().map(RecordedCaller::heard).toList();
		}

		private static Heard heard(JsonNode result) {
			List<String> messages = new ArrayList<>();
			result.path("msgs").forEach((message) -> messages.add(message.asString("")));
			String error = result.path("error").asString("");
			if (!result.has("msgs") && error.isEmpty()) {
				messages.add(result.path("msg").asString(""));
			}
			return new Heard(messages, result.path("eof").asBoolean(false),
					error.isEmpty() ? null : MicroException.parse(error.replaceFirst("^rpc error: .* desc = ", "")));
		}

	}

}
