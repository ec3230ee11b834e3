package io.microspring.samples.greeter;

import java.util.List;

import io.microspring.client.Client;
import io.microspring.server.Server;
import io.microspring.test.recording.Caller;
import io.microspring.test.recording.Outcome;
import io.microspring.test.recording.Outcome.Verdict;
import io.microspring.test.recording.Player;
import io.microspring.test.recording.Recording;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The greeter, and the client of a Boot application, against three go-micro generations.
 */
@SpringBootTest(properties = { "micro.server.address=127.0.0.1:0", "micro.registry.type=memory",
		"micro.broker.type=memory", "spring.main.web-application-type=none" })
class GreeterRecordingsTest {

	private final Player player = Player.bundled("mucp-http");

	@Autowired
	private Server server;

	@Autowired
	private Client client;

	@Test
	void greeterAnswersTheGoClientAsTheGoGreeterDid() {
		List<Outcome> outcomes = this.player.asServer(this.server.address());

		assertThat(outcomes).filteredOn((outcome) -> outcome.verdict() == Verdict.DIFFERS).isEmpty();
		assertThat(outcomes).filteredOn((outcome) -> outcome.verdict() == Verdict.SAME).hasSizeGreaterThan(70);
		assertThat(outcomes).filteredOn((outcome) -> outcome.verdict() == Verdict.NOT_PLAYED).isEmpty();
	}

	@Test
	void clientCallsTheGoGreeterAsTheGoClientDid() {
		List<Outcome> outcomes = this.player.asClient(Caller.of(this.client));

		assertThat(outcomes).filteredOn((outcome) -> outcome.verdict() == Verdict.DIFFERS).isEmpty();
		assertThat(outcomes).filteredOn((outcome) -> outcome.verdict() == Verdict.SAME).hasSizeGreaterThan(30);
	}

	private static boolean isOfOurCodecs(Recording recording) {
		return recording.name().matches("(unary|stream|bidi)-(json|protobuf)-(?!rpc).*|probe-.*");
	}

}
