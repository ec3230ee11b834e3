package io.microspring.samples.greeter;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.microspring.client.Client;
import io.microspring.server.Server;
import io.microspring.test.recording.Caller;
import io.microspring.test.recording.Family;
import io.microspring.test.recording.Outcome;
import io.microspring.test.recording.Outcome.Role;
import io.microspring.test.recording.Outcome.Verdict;
import io.microspring.test.recording.Player;
import io.microspring.test.recording.Recording;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The greeter, and the client of a Boot application, against three go-micro generations.
 */
@SpringBootTest(properties = { "micro.server.address=127.0.0.1:0", "micro.registry.type=memory",
		"micro.broker.type=memory", "spring.main.web-application-type=none" })
class GreeterRecordingsTest {

	@Autowired
	private Server server;

	@Autowired
	private Client client;

	/**
	 * Playing takes its time: each family is played once as server and once as client.
	 */
	private static final Map<String, List<Outcome>> PLAYED = new ConcurrentHashMap<>();

	static Stream<String> families() {
		return Family.all().stream().map(Family::name);
	}

	static Stream<Recording> exceptedAsServer() {
		return excepted(Role.SERVER);
	}

	static Stream<Recording> exceptedAsClient() {
		return excepted(Role.CLIENT);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("families")
	void greeterAnswersTheGoClientAsTheGoGreeterDid(String family) {
		assertThat(asServer(family)).isNotEmpty()
			.filteredOn((outcome) -> outcome.verdict() == Verdict.DIFFERS)
			.isEmpty();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("families")
	void clientCallsTheGoGreeterAsTheGoClientDid(String family) {
		assertThat(asClient(family)).isNotEmpty()
			.filteredOn((outcome) -> outcome.verdict() == Verdict.DIFFERS)
			.isEmpty();
	}

	@ParameterizedTest(name = "{0}")
	@ValueSource(strings = { "mucp-http", "grpc", "grpc-to-mucp" })
	void clientOfAnApplicationCallsTheGoGreeterAsTheGoClientDid(String family) {
		assertThat(Player.bundled(family).asClient(Caller.of(this.client))).isNotEmpty()
			.filteredOn((outcome) -> outcome.verdict() == Verdict.DIFFERS)
			.isEmpty();
	}

	/** What is the same needs no exception. */
	@ParameterizedTest(name = "{0}")
	@MethodSource("exceptedAsServer")
	void exceptionAsServerIsStillNeeded(Recording recording) {
		checkException(asServer(recording.family()), recording);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("exceptedAsClient")
	void exceptionAsClientIsStillNeeded(Recording recording) {
		checkException(asClient(recording.family()), recording);
	}

	private static void checkException(List<Outcome> outcomes, Recording recording) {
		assertThat(outcomes).filteredOn((outcome) -> outcome.recording().path().equals(recording.path()))
			.singleElement()
			.satisfies((outcome) -> {
				assertThat(outcome.verdict()).isEqualTo(Verdict.EXCEPTED);
				assertThat(outcome.detail()).containsAnyOf("(found: ", "(not played: ");
			});
	}

	private List<Outcome> asServer(String family) {
		return PLAYED.computeIfAbsent("as server: " + family,
				(key) -> Player.bundled(family).asServer(this.server.address()));
	}

	private static List<Outcome> asClient(String family) {
		return PLAYED.computeIfAbsent("as client: " + family,
				(key) -> Player.bundled(family).asClient(Caller.ofNodes()));
	}

	private static Stream<Recording> excepted(Role role) {
		return Player.bundled(Family.all()).excepted(role).recordings().stream();
	}

}
